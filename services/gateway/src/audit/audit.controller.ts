import { Controller, Get, Query } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { PageQuery } from '@sluice/runtime';
import { IsNumberString, IsOptional, MaxLength } from 'class-validator';
import { Audit } from './audit.js';

class AuditQuery extends PageQuery {
  @IsOptional() @IsNumberString({ no_symbols: true }) @MaxLength(18) override readonly after?: string;
}

@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  @Allow('administer')
  list(@Query() { limit, after }: AuditQuery): ReturnType<Audit['list']> {
    return this.audit.list(limit, after);
  }
}
