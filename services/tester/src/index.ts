import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { TesterConfig } from './tester.config.js';

export const tester = defineService({ name: 'tester', config: TesterConfig, module: AppModule });
