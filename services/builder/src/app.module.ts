import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { RUN_LOG_MIGRATIONS, RunLogModule } from '@sluice/run-log';
import { STAGE_MIGRATIONS, StageModule } from '@sluice/stage';
import { BuildStage } from './build/build.stage.js';
import { ImageBuilderClient } from './build/image-builder.client.js';
import { ImagesRepository } from './build/images.repository.js';
import { CheckoutClient } from './checkout/checkout.client.js';
import { BUILDER_MIGRATIONS } from './migrations/index.js';

@Module({
  imports: [
    DatabaseModule.with([...BUS_MIGRATIONS, ...STAGE_MIGRATIONS, ...RUN_LOG_MIGRATIONS, ...BUILDER_MIGRATIONS]),
    DirectoryModule,
    BusModule,
    RunLogModule,
    StageModule,
  ],
  providers: [BuildStage, CheckoutClient, ImageBuilderClient, ImagesRepository],
})
export class AppModule {}
