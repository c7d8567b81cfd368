import { rmSync } from 'node:fs';
import { cleanUp } from '../lab/clean.js';
import { labPid, LabError, planFolder, type Report } from '../lab/index.js';

/** Removes what an earlier demo, test or benchmark kept on this folder: each begins with nothing. Refuses while one runs. */
export async function startFresh(dir: string, report: Report): Promise<void> {
  const folder = planFolder(dir);
  const pid = labPid(folder);
  if (pid !== undefined)
    throw new LabError(`One runs already on ${dir} (process ${pid}). Stop it with Ctrl-C, or: kill ${pid}`);
  const left = await cleanUp(folder);
  if (left.length > 0) report.step('lab', `an earlier one was killed: ended ${left.join(', ')}`);
  rmSync(folder.dir, { recursive: true, force: true });
}
