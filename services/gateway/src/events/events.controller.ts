import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { NAME_RULES, EVENT_PATTERN } from '@sluice/contracts';
import { Allow } from '@sluice/directory';
import { Problem } from '@sluice/runtime';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, IsUUID, Matches } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { EventFeed } from './event-feed.js';
import { asHeartbeat, asMessage, isWanted, type EventFilter } from './event-stream.plan.js';

const HEARTBEAT_MS = 15_000;

class EventsQuery {
  @IsOptional() @IsString() readonly project?: string;
  @IsOptional() @IsUUID() readonly run?: string;
  /** `build.*,*.failed` */
  @IsOptional()
  @Transform(({ value }) => String(value).split(','))
  @Matches(EVENT_PATTERN, { each: true, message: NAME_RULES.events })
  readonly type?: string[];
}

@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly feed: EventFeed) {}

  /** `text/event-stream` of CloudEvents: what happens from now on, or since `Last-Event-ID`, for up to seven days. */
  @Get()
  @Allow('see')
  follow(
    @Query() { project, run, type }: EventsQuery,
    @Headers('last-event-id') position: string | undefined,
    @Res() reply: FastifyReply,
  ): void {
    if (position !== undefined && !/^\d{1,18}$/.test(position))
      throw new Problem(400, 'Last-Event-ID must be an id of this stream.', 'events.bad_position');
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    void reply
      .header('content-type', 'text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(Readable.from(this.messages({ project, run, types: type }, position, gone.signal)));
  }

  private async *messages(
    filter: EventFilter,
    position: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    let told = 0; // The first page tells at least that the reader stands where it starts.
    for await (const page of this.feed.follow(position, signal)) {
      position = page.at(-1)?.id ?? position;
      const wanted = page.filter(({ event }) => isWanted(filter, event));
      if (wanted.length > 0) yield wanted.map(asMessage).join('');
      else if (Date.now() - told > HEARTBEAT_MS) yield asHeartbeat(position);
      else continue;
      told = Date.now();
    }
  }
}
