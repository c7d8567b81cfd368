import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { PromoterConfig } from './promoter.config.js';

export const promoter = defineService({ name: 'promoter', config: PromoterConfig, module: AppModule });
