import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { GitClient } from './git.client.js';
import { FLUSH, packet } from './pkt-line.js';
import { bodyOf } from './request-body.js';
import { beginResponse, clientGone, write } from './response.js';
import { protocolFor, type GitService } from './route.plan.js';

/** What a client has and wants; a fetch that needs more of it starts another request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** Fetches, and the list of refs with which fetches and pushes begin. */
@Injectable()
export class UploadPack {
  constructor(private readonly git: GitClient) {}

  async advertise(
    service: GitService,
    directory: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const protocol = protocolFor(service, header(request));
    const git = this.git.converse({ service, directory, advertise: true, protocol, signal: clientGone(response) });
    git.process.stdin.end();
    beginResponse(response, `application/x-git-${service}-advertisement`);
    // Version 2 begins with its own first line.
    if (protocol !== 'version=2') await write(response, Buffer.concat([packet(`# service=git-${service}\n`), FLUSH]));
    await pipeline(git.process.stdout, response);
    await git.ended;
  }

  async serve(directory: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const service = 'upload-pack';
    const body = bodyOf(request, MAX_REQUEST_BYTES);
    const protocol = protocolFor(service, header(request));
    const git = this.git.converse({ service, directory, advertise: false, protocol, signal: clientGone(response) });
    const feeding = pipeline(capped(body), git.process.stdin).catch(() => git.process.stdin.destroy());
    beginResponse(response, `application/x-git-${service}-result`);
    await pipeline(git.process.stdout, response);
    await Promise.all([feeding, git.ended]);
  }
}

async function* capped(body: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for (let next = await body.next(); !next.done; next = await body.next()) {
    bytes += next.value.length;
    if (bytes > MAX_REQUEST_BYTES) throw new Error('request too large');
    yield next.value;
  }
}

const header = ({ headers }: IncomingMessage): string | undefined => headers['git-protocol'] as string | undefined;
