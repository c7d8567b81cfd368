import type { Engine } from '../engine.js';
import { answer, answerIfThere } from '../engine.error.js';
import { engineGet } from '../engine-get.js';
import { demultiplex } from '../stream/log-demultiplexer.js';
import type { FailedTask } from './rollout-failure.plan.js';
import { describeTask } from './rollout-failure.plan.js';
import type { TaskAnswer } from './swarm.answers.js';

/** Why a task failed, for people. */
export interface TaskEvidence extends FailedTask {
  /** The last lines of its log, oldest first. */
  readonly lines: readonly string[];
  /** Why there are no lines although there could be some: the node is gone, the container was removed. */
  readonly logProblem?: string;
}

/** A log is brought by the node that ran the task; one that is gone would keep us waiting. In milliseconds. */
const LOG_PATIENCE_MS = 3000;

/** @returns undefined when the swarm no longer knows the task. @throws EngineError */
export async function taskEvidence(
  engine: Engine,
  taskId: string,
  lineCount: number,
): Promise<TaskEvidence | undefined> {
  const found = await answerIfThere(`inspect the task ${taskId}`, engine.docker.getTask(taskId).inspect());
  if (!found) return undefined;
  const task = found as TaskAnswer;

  try {
    return { ...describeTask(task), lines: await readLog(engine, task, lineCount) };
  } catch (error) {
    return { ...describeTask(task), lines: [], logProblem: (error as Error).message };
  }
}

async function readLog(engine: Engine, task: TaskAnswer, lineCount: number): Promise<string[]> {
  try {
    return await tail(engine, `/tasks/${task.ID}/logs?`, { tail: lineCount });
  } catch {
    // The log of the whole service still has the lines of a task whose own log is not given out.
    const lines = await tail(engine, `/services/${task.ServiceID}/logs?`, { tail: lineCount * 10, details: true });
    return linesOfTask(lines, task.ID).slice(-lineCount);
  }
}

async function tail(engine: Engine, path: string, options: object): Promise<string[]> {
  const query = { stdout: true, stderr: true, follow: false, ...options };
  const log = engineGet<Buffer>(engine, path, query, AbortSignal.timeout(LOG_PATIENCE_MS));
  return demultiplex(await answer('read the log', log));
}

/** With details, each line begins with its origin: "com.docker.swarm.node.id=…,…,com.docker.swarm.task.id=… the line". */
export function linesOfTask(lines: readonly string[], taskId: string): string[] {
  return lines.flatMap((line) => {
    const end = line.indexOf(' ');
    const origin = line.slice(0, end).split(',');
    return origin.includes(`com.docker.swarm.task.id=${taskId}`) ? [line.slice(end + 1)] : [];
  });
}
