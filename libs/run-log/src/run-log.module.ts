import { Global, Module } from '@nestjs/common';
import { LogsController } from './logs.controller.js';
import { RunLog } from './run-log.js';

@Global()
@Module({ controllers: [LogsController], providers: [RunLog], exports: [RunLog] })
export class RunLogModule {}
