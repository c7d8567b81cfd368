import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { NotifierConfig } from './notifier.config.js';

export const notifier = defineService({ name: 'notifier', config: NotifierConfig, module: AppModule });
