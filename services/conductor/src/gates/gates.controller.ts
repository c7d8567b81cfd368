import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { Allow, Who, type Principal } from '@sluice/directory';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Gates, type Gate } from './gates.js';

class Decision {
  @IsOptional() @IsString() @MaxLength(2000) readonly note?: string;
}

/** What runs wait for: approvals before an environment, and testers' verdicts. A gate's id is that of its step. */
@Controller('api/v1/gates')
export class GatesController {
  constructor(private readonly gates: Gates) {}

  @Get()
  @Allow('see')
  async list(@Query('run') run?: string): Promise<{ items: Gate[] }> {
    return { items: await this.gates.waiting(run) };
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Allow('act')
  approve(@Param('id', ParseUUIDPipe) id: string, @Body() { note }: Decision, @Who() who: Principal): Promise<Gate> {
    return this.gates.decide(id, who, true, note);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Allow('act')
  reject(@Param('id', ParseUUIDPipe) id: string, @Body() { note }: Decision, @Who() who: Principal): Promise<Gate> {
    return this.gates.decide(id, who, false, note);
  }
}
