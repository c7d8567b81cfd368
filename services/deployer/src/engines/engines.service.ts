import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Environment, ImageRef } from '@sluice/contracts';
import { Directory } from '@sluice/directory';
import { connectEngine, type Engine, type RegistryAuth } from '@sluice/docker';
import { DeployerConfig } from '../deployer.config.js';

/** The engines of all environments, one client each, and who they are to the registry. */
@Injectable()
export class Engines implements OnApplicationShutdown {
  private readonly engines = new Map<string, Engine>();

  constructor(
    private readonly directory: Directory,
    private readonly config: DeployerConfig,
  ) {}

  of({ dockerHost }: Environment): Engine {
    const engine = this.engines.get(dockerHost) ?? connectEngine({ host: dockerHost });
    this.engines.set(dockerHost, engine);
    return engine;
  }

  /** How an engine names an image: by digest, so that nothing else can be meant. */
  reference({ repository, digest }: Pick<ImageRef, 'repository' | 'digest'>): string {
    return `${this.config.REGISTRY_HOST}/${repository}@${digest}`;
  }

  async auth(environment: string): Promise<RegistryAuth> {
    return { ...(await this.directory.robot(environment)), serveraddress: this.config.REGISTRY_HOST };
  }

  onApplicationShutdown(): void {
    for (const engine of this.engines.values()) engine.close();
  }
}
