import { Inject, Injectable } from '@nestjs/common';
import type { Principal, Project } from '@sluice/directory';
import { LOGGER, type Logger } from '@sluice/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { PushesRepository } from '../pushes/pushes.repository.js';
import { CommandReader, isBranch, isZero, refusalFor, TooManyCommands, type Push } from './commands.plan.js';
import { GitClient } from './git.client.js';
import { HttpRefusal } from './http-refusal.js';
import { FLUSH, PacketReader, ProtocolError } from './pkt-line.js';
import { ProjectLock } from './project-lock.js';
import { PushEnd } from './push-end.js';
import { refusalReport, ReportReader } from './report.plan.js';
import { bodyOf, drain } from './request-body.js';
import { beginResponse, clientGone, write } from './response.js';
import { BAND } from './side-band.js';

export interface PushRequest {
  readonly project: Project;
  readonly principal: Principal;
  readonly directory: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A compressed push is no git client's habit, so it may be smaller than others. */
const MAX_INFLATED_BYTES = 256 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/** Pushes: git takes the pack and moves the refs; we read along, and speak before the last packet. */
@Injectable()
export class ReceivePack {
  constructor(
    private readonly git: GitClient,
    private readonly lock: ProjectLock,
    private readonly pushes: PushesRepository,
    private readonly end: PushEnd,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async serve(pushing: PushRequest): Promise<void> {
    const { project, principal, directory, request, response } = pushing;
    const body = bodyOf(request, MAX_INFLATED_BYTES);
    const reader = new CommandReader();
    const push = await readPush(reader, body);
    const refusal = refusalFor(push.commands);
    if (push.commands.length === 0 || refusal) {
      beginResponse(response, 'application/x-git-receive-pack-result');
      response.end(refusal ? refusalReport(push, refusal) : NOTHING);
      return drain(request);
    }

    const signal = clientGone(response);
    const git = this.git.converse({ service: 'receive-pack', directory, advertise: false, signal });
    beginResponse(response, 'application/x-git-receive-pack-result');
    response.flushHeaders();

    let locked: Promise<() => void> | undefined;
    try {
      const beforeLast = async (): Promise<void> => {
        locked = this.lock.take(project.id);
        await locked;
        await this.pushes.expect(project.name, principal.name, branchMoves(push));
      };
      const feeding = pipeline(heldBack(reader.fed, body, beforeLast), git.process.stdin).catch(() => undefined);
      const answered = await relay(git.process.stdout, response, push);
      const { code, complaint } = await git.ended;
      if (code !== 0) this.log.warn({ project: project.name, code, complaint }, 'git did not finish a push');
      await feeding;
      const report = code === 0 && hasReport(push) ? answered.moved : undefined;
      await this.end.announce(project, principal, push, report, response, async () => (await locked)?.());
      await write(response, answered.lastFlush);
    } finally {
      // It may still be waited for by a body whose client has gone.
      void locked?.then((release) => release());
    }
    response.end();
    drain(request);
  }
}

async function readPush(reader: CommandReader, body: AsyncIterator<Buffer>): Promise<Push> {
  try {
    for (let next = await body.next(); !next.done; next = await body.next()) {
      const push = reader.feed(next.value);
      if (push) return push;
    }
  } catch (error) {
    if (error instanceof TooManyCommands) throw new HttpRefusal(413, 'This push moves too many refs at once.');
    if (error instanceof ProtocolError) throw new HttpRefusal(400, `This is not a push: ${error.message}.`);
    throw error;
  }
  throw new HttpRefusal(400, 'This is not a push: it ends before its commands do.');
}

/**
 * Passes a body on, its last chunk only after `beforeLast`. git moves the refs when it has the whole pack, so what is done
 * there comes before that, however slowly the pack arrived.
 */
async function* heldBack(
  first: Buffer,
  rest: AsyncIterator<Buffer>,
  beforeLast: () => Promise<void>,
): AsyncGenerator<Buffer> {
  let held = first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    yield held;
    held = next.value;
  }
  await beforeLast();
  yield held;
}

/** Passes git's answer on but its last flush, and reads which refs it moved. */
async function relay(
  output: AsyncIterable<Buffer>,
  response: ServerResponse,
  { capabilities }: Push,
): Promise<{ moved: ReadonlySet<string>; lastFlush: Buffer }> {
  const packets = new PacketReader();
  const report = new ReportReader();
  const inBands = capabilities.has('side-band-64k') || capabilities.has('side-band');
  let held: Buffer = NOTHING;
  for await (const chunk of output) {
    packets.feed(chunk);
    const ready: Buffer[] = [];
    for (let next = packets.next(); next; next = packets.next()) {
      ready.push(held);
      held = next.kind === 'flush' ? FLUSH : NOTHING;
      if (next.kind !== 'flush') ready.push(next.raw);
      if (!inBands) report.feed(next.raw);
      else if (next.data[0] === BAND.data) report.feed(next.data.subarray(1));
    }
    await write(response, Buffer.concat(ready));
  }
  return { moved: report.refs, lastFlush: held };
}

const hasReport = ({ capabilities }: Push): boolean =>
  capabilities.has('report-status') || capabilities.has('report-status-v2');

const branchMoves = ({ commands }: Push): { ref: string; commit: string }[] =>
  commands
    .filter(({ ref, after }) => isBranch(ref) && !isZero(after))
    .map(({ ref, after }) => ({ ref, commit: after }));
