import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { RUN_LOG_MIGRATIONS, RunLogModule } from '@sluice/run-log';
import { STAGE_MIGRATIONS, StageModule } from '@sluice/stage';
import { MIGRATIONS } from './migrations/index.js';
import { ImagesController } from './promotions/images.controller.js';
import { PromoteStage } from './promotions/promote.stage.js';
import { PromotionsRepository } from './promotions/promotions.repository.js';
import { registryProvider } from './promotions/registry.provider.js';
import { AccountsService } from './tokens/accounts.service.js';
import { TokenController } from './tokens/token.controller.js';
import { TokenSigner } from './tokens/token.signer.js';

@Module({
  imports: [
    DatabaseModule.with([...BUS_MIGRATIONS, ...STAGE_MIGRATIONS, ...RUN_LOG_MIGRATIONS, ...MIGRATIONS]),
    DirectoryModule,
    BusModule,
    RunLogModule,
    StageModule,
  ],
  controllers: [TokenController, ImagesController],
  providers: [AccountsService, TokenSigner, registryProvider, PromotionsRepository, PromoteStage],
})
export class AppModule {}
