import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ImageRef } from '@sluice/contracts';
import { Directory } from '@sluice/directory';
import { buildImage, EnginePool, pushImage, type Engine } from '@sluice/docker';
import { RegistryClient } from '@sluice/registry';
import type { Readable } from 'node:stream';
import { BuilderConfig } from '../builder.config.js';
import type { ImagePlan } from './build.plan.js';

export interface ImageOrder {
  readonly plan: ImagePlan;
  readonly environment: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly context: Readable;
  /** Path within the context. */
  readonly dockerfile: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Builds on an environment's engine and pushes from it: the bytes of an image never pass through us. */
@Injectable()
export class ImageBuilderClient implements OnApplicationShutdown {
  private readonly engines = new EnginePool();
  private readonly registry: RegistryClient;
  private readonly account: { readonly username: string; readonly password: string };

  constructor(
    private readonly config: BuilderConfig,
    private readonly directory: Directory,
  ) {
    this.account = { username: 'builder', password: config.SERVICE_TOKEN };
    this.registry = new RegistryClient({ url: config.REGISTRY_URL, credentials: this.account });
  }

  /** Throws BuildError when the build is at fault, and other errors when we are. */
  async buildAndPush({ plan, environment, tag, ...order }: ImageOrder): Promise<ImageRef> {
    const engine = await this.engineOf(environment);
    const { REGISTRY_HOST } = this.config;
    const repository = `${REGISTRY_HOST}/${plan.repository}`;
    const { context, dockerfile, labels, signal, onLine } = order;
    const { args, target } = plan;

    await buildImage(engine, {
      context,
      dockerfile,
      tag: `${repository}:${tag}`,
      labels,
      args,
      target,
      signal,
      onLine,
    });
    const auth = { ...this.account, serveraddress: REGISTRY_HOST };
    const { digest } = await pushImage(engine, { repository, tag, auth, signal });
    return { service: plan.service, repository: plan.repository, digest };
  }

  /** Whether the registry holds the image: what was recorded may have been removed since. */
  holds({ repository, digest }: ImageRef, signal: AbortSignal): Promise<boolean> {
    return this.registry.exists(repository, digest, { signal });
  }

  onApplicationShutdown(): void {
    this.engines.close();
  }

  private async engineOf(environment: string): Promise<Engine> {
    const { dockerHost: host } = await this.directory.environment(environment);
    return this.engines.to(host);
  }
}
