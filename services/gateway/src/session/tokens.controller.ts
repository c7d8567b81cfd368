import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { PageQuery, type Page } from '@sluice/runtime';
import { IsInt, IsOptional, IsString, IsUUID, Length, Max, Min } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { Tokens, type Token } from './tokens.js';

class NewToken {
  @IsString() @Length(1, 80) readonly name!: string;
  @IsOptional() @IsInt() @Min(1) @Max(366) readonly expiresInDays: number = 90;
}

class TokensQuery extends PageQuery {
  @IsOptional() @IsUUID() override readonly after?: string;
}

@Controller('api/v1/tokens')
export class TokensController {
  constructor(private readonly tokens: Tokens) {}

  @Post()
  @Allow('see')
  create(@By() by: Caller, @Body() { name, expiresInDays }: NewToken): Promise<Token & { token: string }> {
    return this.tokens.create(by, name, expiresInDays);
  }

  @Get()
  @Allow('see')
  list(@By() by: Caller, @Query() { limit, after }: TokensQuery): Promise<Page<Token>> {
    return this.tokens.list(by, limit, after);
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow('see')
  remove(@By() by: Caller, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.tokens.remove(by, id);
  }
}
