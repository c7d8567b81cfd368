import { defineService } from '@sluice/runtime';
import { AppModule } from './app.module.js';
import { GatewayConfig } from './gateway.config.js';
import { openDoor } from './routes/door.js';

export const gateway = defineService({ name: 'gateway', config: GatewayConfig, module: AppModule, http: openDoor });
