import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ENVIRONMENT_NAME, PROJECT_NAME } from '@sluice/contracts';
import { Allow, Who, type Principal } from '@sluice/directory';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';
import { Previews } from './previews.service.js';
import type { PreviewRow } from './previews.repository.js';

class PreviewsQuery {
  @IsOptional() @Matches(PROJECT_NAME) readonly project?: string;
  @IsOptional() @Matches(ENVIRONMENT_NAME) readonly environment?: string;
  @IsOptional() @IsUUID() readonly after?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) readonly limit: number = 50;
}

@Controller('api/v1/previews')
export class PreviewsController {
  constructor(private readonly previews: Previews) {}

  @Get()
  @Allow('see')
  list(@Query() query: PreviewsQuery): Promise<{ items: PreviewRow[]; next?: string }> {
    return this.previews.list(query);
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow('act')
  end(@Param('id', ParseUUIDPipe) id: string, @Who() who: Principal): Promise<void> {
    return this.previews.end(id, who);
  }
}
