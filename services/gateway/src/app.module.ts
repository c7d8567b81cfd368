import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DIRECTORY_MIGRATIONS, DirectoryModule } from '@sluice/directory';
import { AuditController } from './audit/audit.controller.js';
import { Audit } from './audit/audit.js';
import { EnvironmentsController } from './environments/environments.controller.js';
import { Environments } from './environments/environments.js';
import { MembersController } from './environments/members.controller.js';
import { Members } from './environments/members.js';
import { EventFeed } from './events/event-feed.js';
import { EventsController } from './events/events.controller.js';
import { EventsRepository } from './events/events.repository.js';
import { GATEWAY_MIGRATIONS } from './migrations/index.js';
import { RunPageController } from './page/run-page.controller.js';
import { ProjectsController } from './projects/projects.controller.js';
import { Projects } from './projects/projects.js';
import { Sealer } from './projects/sealer.js';
import { SecretsController } from './projects/secrets.controller.js';
import { Secrets } from './projects/secrets.js';
import { LoginController } from './session/login.controller.js';
import { MeController } from './session/me.controller.js';
import { SignIn } from './session/sign-in.js';
import { TokensController } from './session/tokens.controller.js';
import { Tokens } from './session/tokens.js';
import { FirstAdmin } from './users/first-admin.js';
import { UsersController } from './users/users.controller.js';
import { Users } from './users/users.js';

@Module({
  imports: [
    DatabaseModule.with([...BUS_MIGRATIONS, ...DIRECTORY_MIGRATIONS, ...GATEWAY_MIGRATIONS]),
    DirectoryModule,
    BusModule,
  ],
  controllers: [
    LoginController,
    MeController,
    TokensController,
    UsersController,
    EnvironmentsController,
    MembersController,
    ProjectsController,
    SecretsController,
    EventsController,
    AuditController,
    RunPageController,
  ],
  providers: [
    Audit,
    SignIn,
    Tokens,
    Users,
    FirstAdmin,
    Environments,
    Members,
    Projects,
    Secrets,
    Sealer,
    EventsRepository,
    EventFeed,
  ],
})
export class AppModule {}
