import { branchOf, shortCommit, type RunRef } from '@sluice/contracts';
import type { ComposeBuild } from '@sluice/contracts/config';

/** The service of an image that belongs to no compose file. */
export const ONLY_SERVICE = 'app';

/** One image to build. Paths are relative to the root of the repository. */
export interface ImagePlan extends ComposeBuild {
  /** Path inside the registry, without its host. */
  readonly repository: string;
}

export interface PlannedBuild {
  readonly project: string;
  readonly environment: string;
  readonly build: { readonly context: string; readonly dockerfile: string };
  /** The built services of the project's compose file; absent when it has none. */
  readonly services?: readonly ComposeBuild[];
}

/** What images a run builds, and where they go: one per built service of a stack, or just one. */
export function planImages({ project, environment, build, services }: PlannedBuild): ImagePlan[] {
  const repository = `${environment}/${project}`;
  if (!services) return [{ service: ONLY_SERVICE, args: {}, ...build, repository }];
  return services.map((service) => ({ ...service, repository: `${repository}/${service.service}` }));
}

const TAG_SLUG_MAX = 60;

/** A tag for people to recognise; nothing is ever found by it. Docker: at most 128 of `[A-Za-z0-9_.-]`, not first `.` or `-`. */
export function imageTag({ ref, commit }: Pick<RunRef, 'ref' | 'commit'>): string {
  const slug = branchOf(ref)
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, TAG_SLUG_MAX)
    .replace(/-+$/, '');
  return `${slug || 'branch'}-${shortCommit(commit)}`;
}

/** What an image says of itself. Not when it was made: the same commit is to give the same image. */
export const imageLabels = (run: RunRef, cloneUrl: string): Record<string, string> => ({
  'org.opencontainers.image.revision': run.commit,
  'org.opencontainers.image.source': cloneUrl,
  'sluice.project': run.project,
  'sluice.run': run.id,
});
