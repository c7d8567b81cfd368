import { readRecords } from '../lab/processes.js';
import { signalProcess } from '../lab/stop-processes.js';
import { LabError, readLab, type Lab } from '../lab/index.js';
import { keepKeys, type Keys } from './keys.js';
import { urlOf } from './service-env.plan.js';

/** A Sluice that another process of this machine started. */
export interface SuiteAccess {
  readonly lab: Lab;
  readonly keys: Keys;
  readonly url: string;
  /** Of a service or part, by name; undefined while it is not there. */
  pidOf(name: string): number | undefined;
  /** For tests that kill what they started. */
  signal(name: string, signal: NodeJS.Signals): void;
}

export function findSuite(dir: string): SuiteAccess {
  const lab = readLab(dir);
  if (!lab) throw new LabError(`Nothing runs on ${dir}.`);
  const find = (name: string) => readRecords(dir).find((record) => record.name === name);
  return {
    lab,
    keys: keepKeys(dir),
    url: urlOf(lab, 'gateway'),
    pidOf: (name) => find(name)?.pid,
    signal(name, signal) {
      const record = find(name);
      if (!record) throw new LabError(`No process of ${dir} is called ${name}.`);
      signalProcess(record, signal);
    },
  };
}
