import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { BuilderConfig } from './builder.config.js';

export const builder = defineService({ name: 'builder', config: BuilderConfig, module: AppModule });
