import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';
import { TestsRepository, type TestRow } from './tests.repository.js';

class TestsQuery {
  @IsUUID() readonly run!: string;
  /** `next` of the page before. */
  @IsOptional() @Matches(/^[0-9]{1,18}$/) readonly cursor?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) readonly limit: number = 50;
}

interface Page {
  readonly items: TestRow[];
  /** Absent on the last page. */
  readonly next?: string;
}

@Controller('api/v1/tests')
export class TestsController {
  constructor(private readonly tests: TestsRepository) {}

  @Get()
  @Allow('see')
  async list(@Query() { run, cursor, limit }: TestsQuery): Promise<Page> {
    return page(await this.tests.page(run, cursor, limit + 1), limit);
  }
}

/** Of one row more than was asked for: it only tells that there is another page. */
function page(rows: TestRow[], limit: number): Page {
  const items = rows.slice(0, limit);
  return rows.length > limit ? { items, next: items.at(-1)!.id } : { items };
}
