import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { DeployerConfig } from './deployer.config.js';

export const deployer = defineService({ name: 'deployer', config: DeployerConfig, module: AppModule });
