import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { Allow, Who, type Principal } from '@sluice/directory';
import { PageQuery, type Page } from '@sluice/runtime';
import { IsIn, IsNumberString, IsOptional, IsUUID, MaxLength } from 'class-validator';
import { Deliveries, DELIVERY_STATUSES, type DeliveryView } from './deliveries.js';

class DeliveriesQuery extends PageQuery {
  @IsOptional() @IsNumberString({ no_symbols: true }) @MaxLength(18) override readonly after?: string;
  @IsOptional() @IsUUID() readonly subscription?: string;
  @IsOptional() @IsUUID() readonly run?: string;
  @IsOptional() @IsIn(DELIVERY_STATUSES) readonly status?: string;
}

@Controller('api/v1/deliveries')
@Allow('act')
export class DeliveriesController {
  constructor(private readonly deliveries: Deliveries) {}

  @Get()
  list(@Who() who: Principal, @Query() { limit, after, ...filter }: DeliveriesQuery): Promise<Page<DeliveryView>> {
    return this.deliveries.list(who, filter, limit, after);
  }

  @Post(':id/replay')
  @HttpCode(202)
  replay(@Who() who: Principal, @Param('id', ParseUUIDPipe) id: string): Promise<DeliveryView> {
    return this.deliveries.replay(who, id);
  }
}
