import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { ParkedMessages, type ParkedMessage } from './parked.client.js';

/** Messages that nobody could handle, for administrators: look, mend the cause, send them again. */
@Controller('parked')
export class ParkedController {
  constructor(private readonly parked: ParkedMessages) {}

  @Get()
  @Allow('administer')
  async list(): Promise<{ items: ParkedMessage[] }> {
    return { items: await this.parked.list() };
  }

  @Post(':id/redrive')
  @HttpCode(202)
  @Allow('administer')
  redrive(@Param('id') id: string): Promise<ParkedMessage> {
    return this.parked.redrive(id);
  }
}
