import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { Followers } from './follow/followers.js';
import { GitClient } from './git/git.client.js';
import { GitHttp } from './git/git.http.js';
import { ProjectLock } from './git/project-lock.js';
import { PushEnd } from './git/push-end.js';
import { ReceivePack } from './git/receive-pack.js';
import { RepositoriesClient } from './git/repositories.client.js';
import { UploadPack } from './git/upload-pack.js';
import { DeliveriesRepository } from './hooks/deliveries.repository.js';
import { ForgeClient } from './hooks/forge.client.js';
import { HooksController } from './hooks/hooks.controller.js';
import { HooksHttp } from './hooks/hooks.http.js';
import { Intake } from './hooks/intake.js';
import { MIGRATIONS } from './migrations/index.js';
import { Announcer } from './pushes/announcer.js';
import { PushesController } from './pushes/pushes.controller.js';
import { PushesRepository } from './pushes/pushes.repository.js';
import { Sweep } from './pushes/sweep.js';

@Module({
  imports: [DatabaseModule.with([...BUS_MIGRATIONS, ...MIGRATIONS]), DirectoryModule, BusModule],
  controllers: [PushesController, HooksController],
  providers: [
    Announcer,
    DeliveriesRepository,
    Followers,
    ForgeClient,
    GitClient,
    GitHttp,
    HooksHttp,
    Intake,
    ProjectLock,
    PushEnd,
    PushesRepository,
    ReceivePack,
    RepositoriesClient,
    Sweep,
    UploadPack,
  ],
})
export class AppModule {}
