import { Global, Module } from '@nestjs/common';
import { Bus } from './bus.js';
import { ParkedController } from './parked.controller.js';
import { ParkedMessages } from './parked.client.js';

@Global()
@Module({ controllers: [ParkedController], providers: [Bus, ParkedMessages], exports: [Bus] })
export class BusModule {}
