import type { Environment, PreviewSucceeded } from '@sluice/contracts';
import { DataSource, withLock } from '@sluice/database';
import { Directory } from '@sluice/directory';
import {
  containerState,
  lastLogLines,
  removeContainer,
  setRestartPolicy,
  type Engine,
  type StartedContainer,
} from '@sluice/docker';
import { HandlesStage, StageFailure, type StageHandler, type StageJob } from '@sluice/stage';
import { Engines } from '../engines/engines.service.js';
import { hostOf } from '../engines/host.plan.js';
import { listens } from './listens.client.js';
import { ensureImage, startPreview } from './preview.client.js';
import { previewImage, previewPort, ttlMinutes } from './preview.plan.js';
import { PreviewsRepository } from './previews.repository.js';

type PreviewJob = StageJob<'preview'>;

const LOCK_PATIENCE_MS = 120_000;
const LISTEN_PATIENCE_MS = 60_000;
/** A program that listens nowhere has started when it lives this long. */
const SETTLE_MS = 1000;
const LOOK_EVERY_MS = 50;
const EVIDENCE_LINES = 20;

/** A running copy of a branch's newest commit, at an address that stays. */
@HandlesStage('preview')
export class PreviewStage implements StageHandler<'preview'> {
  constructor(
    private readonly db: DataSource,
    private readonly directory: Directory,
    private readonly engines: Engines,
    private readonly previews: PreviewsRepository,
  ) {}

  async run(job: PreviewJob): Promise<Pick<PreviewSucceeded, 'address' | 'expiresAt'>> {
    const { run, step, environment, input, signal, output, log } = job;
    const target = await this.directory.environment(environment);
    const engine = this.engines.of(target);
    const image = this.engines.reference(previewImage(input.images));
    const auth = await this.engines.auth(environment);
    const exposed = await ensureImage(engine, { image, auth, signal, onLine: (line) => output.line(line, 'sluice') });
    const port = previewPort(input.config, exposed);

    const lock = { name: `preview ${environment} ${run.project} ${run.ref}`, patienceMs: LOCK_PATIENCE_MS, signal };
    return withLock(this.db, lock, async () => {
      const expiresAt = new Date(Date.now() + ttlMinutes(input.config) * 60_000);
      const preview = await this.previews.begin(job, expiresAt);
      const hostPort = preview.hostPort ?? undefined;
      const installation = await this.previews.installation();
      const wanted = { run, step, environment, installation, image, config: input.config, port, hostPort };
      const started = await startPreview(engine, wanted);
      await this.untilUp(engine, started, target, signal).catch(async (error: unknown) => {
        if (error instanceof StageFailure) await this.previews.failed(preview);
        throw error;
      });

      await setRestartPolicy(engine, started.id, 'unless-stopped');
      const address = started.hostPort === undefined ? undefined : `http://${hostOf(target)}:${started.hostPort}`;
      await this.previews.running(preview, { container: started.id, hostPort: started.hostPort, address });
      output.line(address ? `preview at ${address}` : 'the preview runs; it listens on no port', 'sluice');
      log.info({ container: started.id, address }, 'preview up');
      return { ...(address ? { address } : {}), expiresAt: expiresAt.toISOString() };
    });
  }

  private async untilUp(
    engine: Engine,
    { id, hostPort }: StartedContainer,
    target: Environment,
    signal: AbortSignal,
  ): Promise<void> {
    const began = Date.now();
    for (;;) {
      signal.throwIfAborted();
      const state = await containerState(engine, id);
      if (!state?.running) {
        const end = state ? `ended with exit code ${state.exitCode}` : 'vanished from its engine';
        const text = `The preview ${end}${state?.oomKilled ? ', out of memory' : ''}.`;
        throw await this.failure(engine, id, 'preview.crashed', text, state?.exitCode);
      }

      const waited = Date.now() - began;
      if (hostPort === undefined ? waited > SETTLE_MS : await listens(hostOf(target), hostPort)) return;
      if (hostPort !== undefined && waited > LISTEN_PATIENCE_MS) {
        const text = `The preview runs, but after ${LISTEN_PATIENCE_MS / 1000} s nothing listens on its port. Is "preview: { port: … }" in sluice.yml right, and does the program listen on all addresses?`;
        throw await this.failure(engine, id, 'preview.not_listening', text);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** With what the program said last, after which its container has no use. */
  private async failure(
    engine: Engine,
    id: string,
    code: `preview.${string}`,
    text: string,
    exitCode?: number,
  ): Promise<StageFailure> {
    const lines = await lastLogLines(engine, id, EVIDENCE_LINES);
    await removeContainer(engine, id);
    return new StageFailure(code, text, { exitCode, where: 'the preview container', lastLogLines: lines });
  }
}
