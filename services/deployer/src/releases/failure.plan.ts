import type { Evidence } from '@sluice/contracts';
import type { RolloutFailure, TaskEvidence } from '@sluice/docker';

export interface ReleaseFailure {
  readonly code: `deploy.${'unhealthy' | 'crashed' | 'deadline' | 'refused' | 'stopped' | 'replaced'}`;
  readonly reason: string;
  readonly evidence: Evidence;
}

/** What became of a rollout, in our words and with what was seen. */
export function describeFailure(
  failure: RolloutFailure,
  task: TaskEvidence | undefined,
  node: string | undefined,
): ReleaseFailure {
  const error = task?.error ?? failure.task?.error ?? '';
  const exitCode = task?.exitCode ?? failure.task?.exitCode;
  return {
    code: codeOf(failure, error),
    reason: `${failure.service}: ${failure.message}${error && !failure.message.includes(error) ? ` (${error})` : ''}`,
    evidence: {
      ...(exitCode === undefined ? {} : { exitCode }),
      where: [failure.service, task && `task ${task.taskId}`, node && `on ${node}`].filter(Boolean).join(' '),
      ...(task && task.lines.length > 0 ? { lastLogLines: [...task.lines] } : {}),
    },
  };
}

function codeOf({ reason }: RolloutFailure, error: string): ReleaseFailure['code'] {
  if (/unhealthy/i.test(error)) return 'deploy.unhealthy';
  if (reason === 'deadline' || reason === 'missing') return 'deploy.deadline';
  return reason === 'replaced' ? 'deploy.replaced' : 'deploy.crashed';
}

/** Is it the file that the CLI refuses, or is the engine unwell? Its words are all there is. */
export const isRefusal = (text: string): boolean =>
  !/cannot connect|error during connect|out of sequence|connection (refused|reset)|i\/o timeout|deadline exceeded|EOF|no such host|rpc error|is not a swarm manager/i.test(
    text,
  );
