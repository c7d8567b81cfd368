import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ENVIRONMENT_NAME, PROJECT_NAME } from '@sluice/contracts';
import { Allow, Who, type Principal } from '@sluice/directory';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { Releases } from './releases.service.js';
import type { Release, StoredRelease } from './releases.repository.js';

class ReleasesQuery {
  @IsOptional() @Matches(PROJECT_NAME) readonly project?: string;
  @IsOptional() @Matches(ENVIRONMENT_NAME) readonly environment?: string;
  @IsOptional()
  @Matches(/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z,[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  readonly after?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) readonly limit: number = 50;
}

@Controller('api/v1/releases')
export class ReleasesController {
  constructor(private readonly releases: Releases) {}

  @Get()
  @Allow('see')
  list(@Query() query: ReleasesQuery): Promise<{ items: Release[]; next?: string }> {
    return this.releases.list(query);
  }

  /** With the stack file that the swarm was given. */
  @Get(':id')
  @Allow('see')
  get(@Param('id', ParseUUIDPipe) id: string): Promise<StoredRelease> {
    return this.releases.get(id);
  }

  @Post(':id/rollback')
  @HttpCode(202)
  @Allow('act')
  rollback(@Param('id', ParseUUIDPipe) id: string, @Who() who: Principal): Promise<Release> {
    return this.releases.rollback(id, who);
  }
}
