import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { StageRunner } from './stage.runner.js';
import { StageRunsRepository } from './stage-runs.repository.js';

@Global()
@Module({ imports: [DiscoveryModule], providers: [StageRunner, StageRunsRepository], exports: [StageRunsRepository] })
export class StageModule {}
