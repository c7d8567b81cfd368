import { Module } from '@nestjs/common';
import { BUS_MIGRATIONS, BusModule } from '@sluice/bus';
import { DatabaseModule } from '@sluice/database';
import { DirectoryModule } from '@sluice/directory';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { Deliveries } from './deliveries/deliveries.js';
import { DeliveriesRepository } from './deliveries/deliveries.repository.js';
import { Dispatcher } from './deliveries/dispatcher.js';
import { WebhookClient } from './deliveries/webhook.client.js';
import { NOTIFIER_MIGRATIONS } from './migrations/index.js';
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js';
import { Subscriptions } from './subscriptions/subscriptions.js';

@Module({
  imports: [DatabaseModule.with([...BUS_MIGRATIONS, ...NOTIFIER_MIGRATIONS]), DirectoryModule, BusModule],
  controllers: [SubscriptionsController, DeliveriesController],
  providers: [Subscriptions, Deliveries, DeliveriesRepository, Dispatcher, WebhookClient],
})
export class AppModule {}
