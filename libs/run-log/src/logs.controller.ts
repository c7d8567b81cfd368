import { Controller, Get, Param, ParseUUIDPipe, Query, Res } from '@nestjs/common';
import { Allow } from '@sluice/directory';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import { Transform, Type } from 'class-transformer';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RunLog } from './run-log.js';

class LogQuery {
  /** Lines up to this number were seen already. */
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) @Max(2 ** 31 - 1) readonly after: number = 0;
  /** Keep the answer open until the step has ended. */
  @IsOptional() @Transform(({ value }) => value === 'true' || value === '') @IsBoolean() readonly follow: boolean =
    false;
}

const PAGE = 1000;
const POLL_MS = 150;

@Controller('api/v1/logs')
export class LogsController {
  constructor(private readonly log: RunLog) {}

  /** One JSON object per line (`application/x-ndjson`): number, at, stream, text. */
  @Get(':stage/:step')
  @Allow('see')
  async read(
    @Param('step', ParseUUIDPipe) step: string,
    @Query() { after, follow }: LogQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    // A step may say nothing for long; whoever follows it wants to know at once that they do.
    reply.raw.flushHeaders();
    const isGone = (): boolean => reply.raw.destroyed;
    await pipeline(Readable.from(this.lines(step, after, follow, isGone)), reply.raw).catch(() => undefined);
  }

  private async *lines(step: string, after: number, follow: boolean, isGone: () => boolean): AsyncGenerator<string> {
    while (!isGone()) {
      // Asked before reading: what is written until it closes is still read.
      const closed = !follow || (await this.log.isClosed(step));
      const lines = await this.log.read(step, after, PAGE);
      if (lines.length > 0) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      after = lines.at(-1)?.number ?? after;
      if (lines.length === PAGE) continue;
      if (closed) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
