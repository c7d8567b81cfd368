import { Injectable } from '@nestjs/common';

type Check = () => Promise<void> | void;

/** What must work before this process takes traffic. Libraries add their own check when they start. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, Check>();

  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  /** The name of each dependency with `ok` or what ails it. */
  async report(): Promise<Record<string, string>> {
    const rows = [...this.checks].map(async ([name, check]) => {
      try {
        await check();
        return [name, 'ok'] as const;
      } catch (error) {
        return [name, error instanceof Error ? error.message : String(error)] as const;
      }
    });
    return Object.fromEntries(await Promise.all(rows));
  }
}
