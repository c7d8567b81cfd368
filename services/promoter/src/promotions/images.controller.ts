import { Controller, Get, Query } from '@nestjs/common';
import { ENVIRONMENT_NAME, PROJECT_NAME } from '@sluice/contracts';
import { Allow } from '@sluice/directory';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { PromotionsRepository, type PromotionRow } from './promotions.repository.js';

class ImagesQuery {
  @IsOptional() @Matches(PROJECT_NAME) readonly project?: string;
  @IsOptional() @Matches(ENVIRONMENT_NAME) readonly environment?: string;
  /** `next` of the page before. */
  @IsOptional() @Matches(/^\d{1,18}$/) readonly after?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) readonly limit: number = 50;
}

@Controller('api/v1/images')
export class ImagesController {
  constructor(private readonly promotions: PromotionsRepository) {}

  /** Which digests entered which environment, newest first. */
  @Get()
  @Allow('see')
  async list(@Query() query: ImagesQuery): Promise<{ items: PromotionRow[]; next?: string }> {
    return page(await this.promotions.list(query), query.limit);
  }
}

const page = (items: PromotionRow[], limit: number): { items: PromotionRow[]; next?: string } =>
  items.length < limit ? { items } : { items, next: items.at(-1)!.id };
