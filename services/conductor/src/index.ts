import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { ConductorConfig } from './conductor.config.js';

export const conductor = defineService({ name: 'conductor', config: ConductorConfig, module: AppModule });
