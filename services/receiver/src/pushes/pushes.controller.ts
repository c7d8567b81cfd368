import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { ListQuery, page, type Page } from '../list.js';
import { PushesRepository, type PushRow } from './pushes.repository.js';

@Controller('api/v1/pushes')
export class PushesController {
  constructor(private readonly pushes: PushesRepository) {}

  @Get()
  @Allow('see')
  async list(@Query() { project, cursor, limit }: ListQuery): Promise<Page<PushRow>> {
    return page(await this.pushes.page(project, cursor, limit + 1), limit);
  }
}
