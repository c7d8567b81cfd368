import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { RUN_LOG_MIGRATIONS, RunLogModule } from '@sluice/run-log';
import { STAGE_MIGRATIONS, StageModule } from '@sluice/stage';
import { Engines } from './engines/engines.service.js';
import { MIGRATIONS } from './migrations/index.js';
import { PreviewStage } from './previews/preview.stage.js';
import { PreviewsController } from './previews/previews.controller.js';
import { PreviewsReaper } from './previews/previews.reaper.js';
import { PreviewsRepository } from './previews/previews.repository.js';
import { Previews } from './previews/previews.service.js';
import { DeployStage } from './releases/deploy.stage.js';
import { PortsRepository } from './releases/ports.repository.js';
import { ReleasePlanner } from './releases/release.planner.js';
import { ReleaseRunner } from './releases/release.runner.js';
import { ReleaseSweeper } from './releases/release.sweeper.js';
import { ReleasesController } from './releases/releases.controller.js';
import { ReleasesRepository } from './releases/releases.repository.js';
import { Releases } from './releases/releases.service.js';
import { RolloutClient } from './releases/rollout.client.js';

@Module({
  imports: [
    DatabaseModule.with([...BUS_MIGRATIONS, ...STAGE_MIGRATIONS, ...RUN_LOG_MIGRATIONS, ...MIGRATIONS]),
    DirectoryModule,
    BusModule,
    RunLogModule,
    StageModule,
  ],
  controllers: [PreviewsController, ReleasesController],
  providers: [
    Engines,
    PreviewsRepository,
    Previews,
    PreviewsReaper,
    PreviewStage,
    PortsRepository,
    ReleasesRepository,
    ReleasePlanner,
    RolloutClient,
    ReleaseRunner,
    ReleaseSweeper,
    Releases,
    DeployStage,
  ],
})
export class AppModule {}
