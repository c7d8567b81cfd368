import { Injectable } from '@nestjs/common';
import type { Environment } from '@sluice/contracts';
import {
  deployStack,
  followRollout,
  removeStack,
  rolloutBaseline,
  runningOn,
  StackError,
  swarmNodes,
  swarmServices,
  taskEvidence,
} from '@sluice/docker';
import { Engines } from '../engines/engines.service.js';
import { addressesOf } from './addresses.plan.js';
import { describeFailure, isRefusal, type ReleaseFailure } from './failure.plan.js';
import { progressLines } from './progress.plan.js';
import { expectedServices, readStackFile, steadyMs } from './rendered-stack.plan.js';

const EVIDENCE_LINES = 20;
const GONE_PATIENCE_MS = 60_000;

export interface Application {
  readonly stack: string;
  readonly stackFile: string;
  readonly target: Environment;
  readonly deadline: Date;
  readonly signal?: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Makes the swarm what a stack file says, and sees what comes of it. */
@Injectable()
export class RolloutClient {
  constructor(private readonly engines: Engines) {}

  /** Resolves when the stack has converged, to nothing, or has failed, to what was seen. Applying a file again is safe. */
  async apply({ stack, stackFile, target, deadline, signal, tell }: Application): Promise<ReleaseFailure | undefined> {
    const engine = this.engines.of(target);
    const baseline = await rolloutBaseline(engine, stack);
    const auth = [await this.engines.auth(target.name)];
    try {
      await deployStack(engine, { name: stack, stackFile, auth, prune: true, signal });
    } catch (error) {
      if (!(error instanceof StackError) || error.exitCode === null || !isRefusal(error.message)) throw error;
      return { code: 'deploy.refused', reason: error.message, evidence: { where: stack } };
    }

    const told = new Map<string, string>();
    const outcome = await followRollout(engine, {
      stack,
      expected: expectedServices(stack, stackFile),
      baseline,
      deadline,
      steadyMs: steadyMs(stackFile),
      ...(signal ? { signal } : {}),
      onProgress: (progress) => progressLines(stack, told, progress).forEach(tell),
    });
    if (outcome.state === 'converged') return undefined;

    const task = outcome.task && (await taskEvidence(engine, outcome.task.taskId, EVIDENCE_LINES));
    const nodes = await swarmNodes(engine);
    const node = nodes.find(({ id }) => id === (task ?? outcome.task)?.nodeId)?.hostname;
    return describeFailure(outcome, task, node);
  }

  /** Resolves to whether all services of the stack are gone. */
  async remove(stack: string, target: Environment): Promise<boolean> {
    const engine = this.engines.of(target);
    await removeStack(engine, { name: stack });
    for (const until = Date.now() + GONE_PATIENCE_MS; Date.now() < until;) {
      const left = (await swarmServices(engine)).filter((service) => service.stack === stack);
      if (left.length === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return false;
  }

  /** Where clients reach what runs now. */
  async addresses(stack: string, stackFile: string, target: Environment): Promise<string[]> {
    const engine = this.engines.of(target);
    const nodes = await swarmNodes(engine);
    const published = readStackFile(stackFile).filter(({ ports }) => ports.length > 0);
    const found = published.map(async ({ name, ports }) =>
      addressesOf({ ports, nodes, target, running: await runningOn(engine, `${stack}_${name}`) }),
    );
    return (await Promise.all(found)).flat();
  }
}
