import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { RUN_STATUSES, type RunStatus } from '@sluice/contracts';
import { Allow, Who, type Principal } from '@sluice/directory';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import type { RunRow } from './run.rows.js';
import { RunActions, type RunDetail } from './run-actions.js';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

class ListQuery {
  @IsOptional() @IsString() readonly project?: string;
  @IsOptional() @IsIn(RUN_STATUSES) readonly status?: RunStatus;
  /** A full ref, `refs/heads/main`. */
  @IsOptional() @IsString() readonly ref?: string;
  /** `next` of the page before. */
  @IsOptional() @Matches(new RegExp(`^[0-9TZ:.+-]+,${UUID}$`)) readonly after?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(100) readonly limit: number = 20;
}

@Controller('api/v1/runs')
export class RunsController {
  constructor(private readonly actions: RunActions) {}

  @Get()
  @Allow('see')
  list(@Query() query: ListQuery): Promise<{ items: RunRow[]; next?: string }> {
    return this.actions.list(query);
  }

  @Get(':id')
  @Allow('see')
  get(@Param('id', ParseUUIDPipe) id: string): Promise<RunDetail> {
    return this.actions.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Allow('act')
  cancel(@Param('id', ParseUUIDPipe) id: string, @Who() who: Principal): Promise<RunDetail> {
    return this.actions.cancel(id, who);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @Allow('act')
  retry(@Param('id', ParseUUIDPipe) id: string, @Who() who: Principal): Promise<RunDetail> {
    return this.actions.retry(id, who);
  }
}
