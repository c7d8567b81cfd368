import { NAME_RULES, PROJECT_NAME } from '@sluice/contracts';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

export class ListQuery {
  @IsOptional() @Matches(PROJECT_NAME, { message: NAME_RULES.project }) readonly project?: string;
  /** `next` of the page before. */
  @IsOptional() @Matches(/^[0-9]{1,18}$/) readonly cursor?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) readonly limit: number = 50;
}

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** Of one row more than was asked for: it only tells that there is another page. */
export function page<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  return rows.length > limit ? { items, next: items.at(-1)!.id } : { items };
}
