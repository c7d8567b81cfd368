import { shortCommit, type ImageRef, type RunRef } from '@sluice/contracts';

export interface PlannedPromotion {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly digest: string;
  readonly tag: string;
}

/** `dev/shop/web` becomes `test/shop/web`: the namespace changes, the rest and the digest stay. */
export function planPromotion(
  run: RunRef,
  from: string,
  environment: string,
  { service, repository, digest }: ImageRef,
): PlannedPromotion {
  if (!repository.startsWith(`${from}/`)) throw new Error(`${repository} is not in the namespace of ${from}`);
  const to = `${environment}/${repository.slice(from.length + 1)}`;
  return { service, from: repository, to, digest, tag: `sha-${shortCommit(run.commit)}` };
}
