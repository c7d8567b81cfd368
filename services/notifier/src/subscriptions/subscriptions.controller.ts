import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Query } from '@nestjs/common';
import { NAME_RULES, EVENT_PATTERN, PROJECT_NAME } from '@sluice/contracts';
import { Allow, Who, type Principal } from '@sluice/directory';
import { PageQuery, type Page } from '@sluice/runtime';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsOptional, IsUrl, IsUUID, Matches } from 'class-validator';
import { Subscriptions, type NewSubscription, type SubscriptionView } from './subscriptions.js';

class Wanted implements NewSubscription {
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true })
  readonly url!: string;
  /** `run.failed`, `build.*`, `*.failed`, or `#` for all. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @Matches(EVENT_PATTERN, { each: true, message: NAME_RULES.events })
  readonly events!: string[];
  @IsOptional() @Matches(PROJECT_NAME, { message: NAME_RULES.project }) readonly project?: string;
}

class Active {
  @IsBoolean() readonly active!: boolean;
}

class SubscriptionsQuery extends PageQuery {
  @IsOptional() @IsUUID() override readonly after?: string;
}

@Controller('api/v1/subscriptions')
@Allow('act')
export class SubscriptionsController {
  constructor(private readonly subscriptions: Subscriptions) {}

  @Get()
  list(@Who() who: Principal, @Query() { limit, after }: SubscriptionsQuery): Promise<Page<SubscriptionView>> {
    return this.subscriptions.list(who, limit, after);
  }

  @Post()
  create(@Who() who: Principal, @Body() wanted: Wanted): Promise<SubscriptionView & { secret: string }> {
    return this.subscriptions.create(who, wanted);
  }

  @Patch(':id')
  setActive(
    @Who() who: Principal,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { active }: Active,
  ): Promise<SubscriptionView> {
    return this.subscriptions.setActive(who, id, active);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Who() who: Principal, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.subscriptions.remove(who, id);
  }

  @Post(':id/test')
  @HttpCode(202)
  test(@Who() who: Principal, @Param('id', ParseUUIDPipe) id: string): Promise<{ event: string }> {
    return this.subscriptions.test(who, id);
  }
}
