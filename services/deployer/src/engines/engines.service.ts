import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Environment, ImageRef } from '@sluice/contracts';
import { Directory } from '@sluice/directory';
import { EnginePool, type Engine, type RegistryAuth } from '@sluice/docker';
import { DeployerConfig } from '../deployer.config.js';

/** The engines of all environments, one client each, and who they are to the registry. */
@Injectable()
export class Engines implements OnApplicationShutdown {
  private readonly engines = new EnginePool();

  constructor(
    private readonly directory: Directory,
    private readonly config: DeployerConfig,
  ) {}

  of({ dockerHost }: Environment): Engine {
    return this.engines.to(dockerHost);
  }

  /** How an engine names an image: by digest, so that nothing else can be meant. */
  reference({ repository, digest }: Pick<ImageRef, 'repository' | 'digest'>): string {
    return `${this.config.REGISTRY_HOST}/${repository}@${digest}`;
  }

  async auth(environment: string): Promise<RegistryAuth> {
    return { ...(await this.directory.robot(environment)), serveraddress: this.config.REGISTRY_HOST };
  }

  onApplicationShutdown(): void {
    this.engines.close();
  }
}
