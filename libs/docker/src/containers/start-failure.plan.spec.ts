import { expect, it } from 'vitest';
import { exitCodeOfBadCommand } from './start-failure.plan.js';

const runc =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

it.each([
  [`${runc}exec: "npm": executable file not found in $PATH: unknown`, 127],
  [`${runc}exec: "/app/run.sh": stat /app/run.sh: no such file or directory: unknown`, 127],
  [`${runc}exec: "/etc/passwd": permission denied: unknown`, 126],
  ['driver failed programming external connectivity on endpoint web: port is already allocated', undefined],
  ['network sluice-test not found', undefined],
])('understands "%s"', (detail, exitCode) => {
  expect(exitCodeOfBadCommand(detail)).toBe(exitCode);
});
