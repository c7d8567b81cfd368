import type {
  CloudEvent,
  DeploySucceeded,
  GateChanged,
  PreviewSucceeded,
  RunChanged,
  StageEvent,
  StageFailed,
  StageStarted,
  TestSucceeded,
} from '@sluice/contracts';
import { printable } from '../text.plan.js';

/** What a follower remembers of a run. */
export interface Followed {
  /** Where people look at the run. */
  readonly address: string;
  /** Where gates are answered, through the API. */
  readonly gates: string;
  /** Step → when it started, in ms. */
  readonly startedAt: ReadonlyMap<string, number>;
  /** Where the application answers, as far as it was said. */
  readonly addresses: readonly string[];
}

export interface Told {
  readonly followed: Followed;
  readonly lines: readonly string[];
  /** There is nothing more to follow. */
  readonly ended: boolean;
}

export const MOST_LOG_LINES = 20;

export const follow = (address: string, gates: string): Followed => ({
  address,
  gates,
  startedAt: new Map(),
  addresses: [],
});

/** Turns one event of a run into lines for the pusher's terminal. Everything that somebody else wrote is made printable. */
export function tell(followed: Followed, event: CloudEvent): Told {
  const say = (lines: readonly string[], change: Partial<Followed> = {}): Told => ({
    followed: { ...followed, ...change },
    lines: lines.map(printable),
    ended: false,
  });
  const end = (...lines: string[]): Told => ({ ...say(lines), ended: true });
  const [subject = '', outcome = ''] = event.type.split('.');

  if (subject === 'run') return tellRun(followed, outcome, event.data as RunChanged, end) ?? say([]);
  if (subject === 'gate') return tellGate(followed, outcome, event.data as GateChanged, say, end);
  if (outcome === 'started') {
    const { step, environment, attempt } = event.data as StageStarted;
    const again = attempt > 1 ? `, again after its worker was lost` : '';
    const startedAt = new Map(followed.startedAt).set(step, followed.startedAt.get(step) ?? Date.parse(event.time));
    return say([`${subject} in ${environment} ...${again}`], { startedAt });
  }
  if (outcome === 'succeeded') {
    const { environment } = event.data as StageEvent;
    const addresses = addressesIn(event.data as DeploySucceeded & PreviewSucceeded);
    const more = [remark(event.data as TestSucceeded & DeploySucceeded), addresses.join(' ')].filter(Boolean);
    return say([[`${subject} in ${environment} done`, took(followed, event), ...more].filter(Boolean).join(', ')], {
      addresses: addresses.length > 0 ? addresses : followed.addresses,
    });
  }
  if (outcome === 'failed') {
    const data = event.data as StageFailed;
    return say([
      [`error: ${subject} in ${data.environment} failed`, took(followed, event)].filter(Boolean).join(', '),
      ...data.message.split('\n').map((line) => `  ${line}`),
      ...evidenceIn(data),
    ]);
  }
  return say([]);
}

type End = (...lines: string[]) => Told;

function tellRun({ address, addresses }: Followed, status: string, { reason }: RunChanged, end: End): Told | undefined {
  const why = reason ? `: ${reason}` : '';
  switch (status) {
    case 'succeeded':
      return end(`success: the run has succeeded${addresses.length > 0 ? `: ${addresses.join(' ')}` : ''}`);
    case 'failed':
      return end(`error: the run has failed${why}`, `  ${address}`);
    case 'canceled':
    case 'superseded':
      return end(`the run was ${status}${why}`);
    case 'waiting':
      return end(`the run waits${why}`, `  It goes on by itself once that is there: ${address}`);
    default:
      return undefined;
  }
}

function tellGate(
  { address, gates }: Followed,
  outcome: string,
  { step, environment, by, note }: GateChanged,
  say: (lines: readonly string[]) => Told,
  end: End,
): Told {
  const who = by ? ` by ${by}` : '';
  if (outcome !== 'opened') return say([`gate of ${environment} ${outcome}${who}${note ? `: ${note}` : ''}`]);
  return end(
    `the run waits at the gate of ${environment}${note ? ` for ${note}` : ''}`,
    `  a member of ${environment} approves it at ${address}`,
    `  or by POST ${gates}/${step}/approve`,
  );
}

function took({ startedAt }: Followed, { time, data }: CloudEvent): string {
  const from = startedAt.get((data as StageEvent).step);
  return from === undefined ? '' : `${(Math.max(0, Date.parse(time) - from) / 1000).toFixed(1)} s`;
}

const addressesIn = ({ addresses, address }: { addresses?: string[]; address?: string }): string[] =>
  addresses ?? (address ? [address] : []);

function remark({ passed, release }: { passed?: number; release?: number }): string {
  if (passed !== undefined) return passed === 0 ? 'no tests' : `${passed} passed`;
  return release === undefined ? '' : `release ${release}`;
}

function evidenceIn({ evidence }: StageFailed): string[] {
  if (!evidence) return [];
  const { exitCode, where, lastLogLines = [], rolledBackToRelease } = evidence;
  const seen = [where, exitCode === undefined ? undefined : `exit code ${exitCode}`].filter(Boolean).join(', ');
  return [
    ...(seen ? [`  ${seen}`] : []),
    ...lastLogLines.slice(-MOST_LOG_LINES).map((line) => `  | ${line}`),
    ...(rolledBackToRelease === undefined ? [] : [`  rolled back to release ${rolledBackToRelease}`]),
  ];
}
