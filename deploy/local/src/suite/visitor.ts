import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 15;
const PATIENCE_MS = 3000;

/**
 * A visitor behind a load balancer in front of all nodes: the nodes take turns, and a request that a node does not answer
 * goes to the next one. It has failed when no node answered it well.
 */
export class Visitor {
  requests = 0;
  failures: string[] = [];
  readonly versions = new Map<string, number>();
  private stopped = false;
  private going: Promise<void> = Promise.resolve();

  constructor(
    private readonly nodes: readonly string[],
    private readonly path: string,
  ) {}

  start(): this {
    this.going = this.go();
    return this;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.going;
  }

  private async go(): Promise<void> {
    for (let turn = 0; !this.stopped; turn++) {
      this.requests++;
      const problems: string[] = [];
      for (let attempt = 0; attempt < this.nodes.length; attempt++) {
        const node = this.nodes[(turn + attempt) % this.nodes.length]!;
        const answer = await this.ask(node).catch((error: Error) => error);
        if (typeof answer === 'string') {
          this.versions.set(answer, (this.versions.get(answer) ?? 0) + 1);
          break;
        }
        problems.push(`${node}: ${answer.message}`);
      }
      if (problems.length === this.nodes.length) this.failures.push(problems.join('; '));
      await sleep(PAUSE_MS);
    }
  }

  private async ask(node: string): Promise<string> {
    const response = await fetch(new URL(this.path, node), {
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { connection: 'close' },
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.text()).trim();
  }
}
