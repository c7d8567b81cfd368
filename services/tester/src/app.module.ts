import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { RUN_LOG_MIGRATIONS, RunLogModule } from '@sluice/run-log';
import { STAGE_MIGRATIONS, StageModule } from '@sluice/stage';
import { TESTER_MIGRATIONS } from './migrations/index.js';
import { ContainersClient } from './test/containers.client.js';
import { TestStage } from './test/test.stage.js';
import { TestsController } from './test/tests.controller.js';
import { TestsRepository } from './test/tests.repository.js';

@Module({
  imports: [
    DatabaseModule.with([...BUS_MIGRATIONS, ...STAGE_MIGRATIONS, ...RUN_LOG_MIGRATIONS, ...TESTER_MIGRATIONS]),
    DirectoryModule,
    BusModule,
    RunLogModule,
    StageModule,
  ],
  controllers: [TestsController],
  providers: [TestStage, ContainersClient, TestsRepository],
})
export class AppModule {}
