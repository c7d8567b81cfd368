import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunStatus, Service } from '@sluice/contracts';
import { parse } from 'yaml';

/** What a scenario's folder says: a repository, what happens to it, and what must come of it. */
export interface Scenario {
  readonly name: string;
  /** The claim that it proves, as a fact. */
  readonly title: string;
  /** Path below the checkout whose content the repository starts with. */
  readonly from?: string;
  /** Files over that content; null removes one. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** What is pushed before, and must succeed. */
  readonly before?: { readonly from: string };
  /** `git` is the built-in remote; `webhook` a signed hook of a repository elsewhere. */
  readonly by: 'git' | 'webhook';
  /** Pushes this many commits at once; the newest is the one that is judged. */
  readonly racing?: number;
  readonly fault?: Fault;
  readonly expect: Expectation;
}

export interface Fault {
  /** The event at which it strikes. */
  readonly at: string;
  readonly kill?: Service;
  readonly restart?: 'broker' | 'postgres';
  /** A table that is locked until the kill: the stage has done its work and cannot record it. */
  readonly hold?: string;
}

export interface Expectation {
  readonly status: RunStatus;
  /** A pattern for why it ended so. */
  readonly reason?: string;
  /** In this order; others may come between, before and after. Each may come more than once only when it is named more than once. */
  readonly events: readonly string[];
  /** Events that must not come. */
  readonly never?: readonly string[];
  /** What the nodes answer afterwards: path → text that the answer holds. */
  readonly serves?: Readonly<Record<string, string>>;
  /** Status of each older run of a race. */
  readonly others?: readonly RunStatus[];
  /** Requests that a visitor may see fail meanwhile. */
  readonly failedRequests?: number;
}

const FOLDER = fileURLToPath(new URL('../scenarios', import.meta.url));

export function readScenarios(): Scenario[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const said = parse(readFileSync(join(FOLDER, name, 'scenario.yml'), 'utf8')) as Omit<Scenario, 'name' | 'by'> & {
        by?: Scenario['by'];
      };
      return { ...said, by: said.by ?? 'git', name };
    });
}
