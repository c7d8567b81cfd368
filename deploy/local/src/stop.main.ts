import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { labPid, planFolder } from './lab/index.js';
import { labDir } from './suite/index.js';

/** `npm stop`: ends what `npm start` began on this folder, and waits until it has gone. */
const { values } = parseArgs({ options: { dir: { type: 'string' } } });
const folder = planFolder(labDir(values.dir));
const pid = labPid(folder);
if (pid === undefined) {
  process.stderr.write(`Nothing runs on ${folder.dir}.\n`);
} else {
  process.stderr.write(`Stopping (process ${pid}) …\n`);
  process.kill(pid, 'SIGTERM');
  while (labPid(folder) !== undefined) await sleep(100);
  process.stderr.write('Stopped; the data is kept.\n');
}
