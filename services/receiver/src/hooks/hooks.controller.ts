import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { ListQuery, page, type Page } from '../list.js';
import { DeliveriesRepository, type DeliveryRow } from './deliveries.repository.js';

@Controller('api/v1/hooks')
export class HooksController {
  constructor(private readonly deliveries: DeliveriesRepository) {}

  @Get()
  @Allow('see')
  async list(@Query() { project, cursor, limit }: ListQuery): Promise<Page<DeliveryRow>> {
    return page(await this.deliveries.page(project, cursor, limit + 1), limit);
  }
}
