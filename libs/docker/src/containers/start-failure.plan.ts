/**
 * The exit code that the Docker CLI gives to a container whose command could not be started (docker/cli,
 * cli/command/container/run.go): the user named a wrong command, nothing is wrong with the engine.
 * @returns undefined for every other reason not to start.
 */
export function exitCodeOfBadCommand(detail: string): 126 | 127 | undefined {
  if (!/exec|starting container process|unable to start/i.test(detail)) return undefined;
  if (/executable file not found|no such file or directory|system cannot find the file/i.test(detail)) return 127;
  if (/permission denied|is a directory|not a directory/i.test(detail)) return 126;
  return undefined;
}
