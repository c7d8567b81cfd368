import { Injectable } from '@nestjs/common';
import { demand, Directory, type Principal } from '@sluice/directory';
import { findContainers, removeContainer } from '@sluice/docker';
import { notFound } from '@sluice/runtime';
import { Engines } from '../engines/engines.service.js';
import { INSTALLATION_LABEL, PREVIEW_LABEL } from './preview.plan.js';
import { PreviewsRepository, type PreviewFilter, type PreviewRow } from './previews.repository.js';

/** What people, and time, do to previews. */
@Injectable()
export class Previews {
  constructor(
    private readonly previews: PreviewsRepository,
    private readonly directory: Directory,
    private readonly engines: Engines,
  ) {}

  async list(filter: PreviewFilter): Promise<{ items: PreviewRow[]; next?: string }> {
    const items = await this.previews.list(filter);
    return items.length < filter.limit ? { items } : { items, next: items.at(-1)!.id };
  }

  async end(id: string, who: Principal): Promise<void> {
    const preview = await this.previews.find(id);
    if (!preview) throw notFound('preview', id);
    demand(who, 'act', preview.environment);
    await this.previews.end(id);
    await this.reap(preview.environment);
  }

  /** Ends what has expired, then removes every preview container of an environment that no row claims. */
  async reapAll(): Promise<void> {
    await this.previews.endExpired();
    const environments = await this.directory.environments();
    for (const { name } of environments.filter(({ purpose }) => purpose === 'preview')) await this.reap(name);
  }

  private async reap(environment: string): Promise<void> {
    const engine = this.engines.of(await this.directory.environment(environment));
    // Listed before the rows are read: a container that is made in between is not on the list.
    const ours = { [INSTALLATION_LABEL]: await this.previews.installation(), 'sluice.environment': environment };
    const containers = await findContainers(engine, ours);
    const claimed = await this.previews.stepsIn(environment);
    for (const { id, labels } of containers) {
      const isStray = labels[PREVIEW_LABEL] !== undefined && !claimed.has(labels['sluice.step'] ?? '');
      if (isStray) await removeContainer(engine, id);
    }
  }
}
