import type { PromoteSucceeded } from '@sluice/contracts';
import { DataSource, withLock } from '@sluice/database';
import { RegistryClient, RegistryError } from '@sluice/registry';
import { HandlesStage, StageFailure, type StageHandler, type StageJob } from '@sluice/stage';
import { planPromotion, type PlannedPromotion } from './promotion.plan.js';
import { PromotionsRepository } from './promotions.repository.js';

/** A digest enters the next environment's namespace. The registry links what it has; no byte of an image moves. */
@HandlesStage('promote')
export class PromoteStage implements StageHandler<'promote'> {
  constructor(
    private readonly db: DataSource,
    private readonly registry: RegistryClient,
    private readonly promotions: PromotionsRepository,
  ) {}

  async run(job: StageJob<'promote'>): Promise<Pick<PromoteSucceeded, 'images'>> {
    const { run, step, environment, input } = job;
    const planned = input.images.map((image) => planPromotion(run, input.from, environment, image));
    for (const promotion of planned) await this.promote(promotion, job);
    await this.promotions.record(run, step, input.from, environment, planned);
    return { images: planned.map(({ service, to, digest }) => ({ service, repository: to, digest })) };
  }

  /** A registry's tags know no compare-and-set, so promotions to one tag take turns. */
  private async promote(promotion: PlannedPromotion, { signal, output, log }: StageJob<'promote'>): Promise<void> {
    const { from, to, digest, tag } = promotion;
    const lock = { name: `promote ${to}:${tag}`, patienceMs: 30_000, signal };
    const { alreadyThere } = await withLock(this.db, lock, () =>
      this.registry.promote({ from, to, digest, tag, signal }).catch((error: unknown) => {
        throw asFailure(error, promotion);
      }),
    );
    output.line(`${to}@${digest} ${alreadyThere ? 'was there already' : `promoted from ${from}`}`, 'sluice');
    log.info({ digest, repository: to, alreadyThere }, 'image promoted');
  }
}

/** That an image is gone will not mend itself; every other trouble of a registry may. */
function asFailure(error: unknown, { from, digest }: PlannedPromotion): unknown {
  if (!(error instanceof RegistryError) || !isMissing(error)) return error;
  const text = `The registry no longer holds ${from}@${digest}. Run the project again to build it anew.`;
  return new StageFailure('promote.image_missing', text, undefined, { cause: error });
}

/** NOT_FOUND is the answer of a proxy without the registry's own words; a layer that cannot be linked is missing too. */
const isMissing = ({ code }: RegistryError): boolean =>
  ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'BLOB_UNKNOWN', 'NOT_FOUND', 'MOUNT_REFUSED'].includes(code);
