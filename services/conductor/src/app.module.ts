import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { GatesController } from './gates/gates.controller.js';
import { Gates } from './gates/gates.js';
import { GatesRepository } from './gates/gates.repository.js';
import { CONDUCTOR_MIGRATIONS } from './migrations/index.js';
import { Conductor } from './runs/conductor.js';
import { RunActions } from './runs/run-actions.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsRepository } from './runs/runs.repository.js';

@Module({
  imports: [DatabaseModule.with([...BUS_MIGRATIONS, ...CONDUCTOR_MIGRATIONS]), DirectoryModule, BusModule],
  controllers: [RunsController, GatesController],
  providers: [Conductor, RunActions, RunsRepository, Gates, GatesRepository],
})
export class AppModule {}
