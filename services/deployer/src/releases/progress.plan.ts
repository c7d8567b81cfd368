import type { ServiceProgress } from '@sluice/docker';

/** One line for each service whose state has changed since the last look. */
export function progressLines(stack: string, before: Map<string, string>, now: readonly ServiceProgress[]): string[] {
  return now.flatMap(({ service, running, wanted, failed, trouble }) => {
    const name = service.replace(`${stack}_`, '');
    const line = `${name}: ${running} of ${wanted} running${failed > 0 ? `, ${failed} failed` : ''}${trouble ? ` (${trouble})` : ''}`;
    if (before.get(service) === line) return [];
    before.set(service, line);
    return [line];
  });
}
