import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ImageRef } from '@sluice/contracts';
import { Directory } from '@sluice/directory';
import {
  EnginePool,
  ContainerFileError,
  findContainers,
  pullImage,
  readFile,
  removeContainer,
  runContainer,
  type ContainerResult,
  type ContainerSpec,
  type Engine,
  type OnLine,
} from '@sluice/docker';
import { TesterConfig } from '../tester.config.js';

export interface ContainerOrder {
  readonly environment: string;
  readonly spec: ContainerSpec;
  readonly signal: AbortSignal;
  readonly onLine: OnLine;
  /** A file to read when the program has ended, absolute or from the image's working directory. */
  readonly reportPath?: string;
}

/** The file that was asked for, or why there is none. */
export type ReportFile = { readonly content: Buffer } | { readonly problem: string };

export interface ContainerOutcome extends ContainerResult {
  readonly report?: ReportFile;
}

export const MAX_REPORT_BYTES = 5 * 1024 * 1024;

/** What tests need of an environment's engine. */
@Injectable()
export class ContainersClient implements OnApplicationShutdown {
  private readonly engines = new EnginePool();

  constructor(
    private readonly config: TesterConfig,
    private readonly directory: Directory,
  ) {}

  /** Pulls by digest, as the environment's own account; an engine that has the image only asks. Answers its full name. */
  async pull(environment: string, { repository, digest }: ImageRef, signal: AbortSignal): Promise<string> {
    const [engine, robot] = await Promise.all([this.engineOf(environment), this.directory.robot(environment)]);
    const { REGISTRY_HOST: serveraddress } = this.config;
    const image = `${serveraddress}/${repository}@${digest}`;
    await pullImage(engine, { image, auth: { ...robot, serveraddress }, signal });
    return image;
  }

  /** Removes every container with these labels. */
  async clear(environment: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const engine = await this.engineOf(environment);
    const left = await findContainers(engine, labels);
    await Promise.all(left.map(({ id }) => removeContainer(engine, id)));
  }

  /** Runs a container to its end and removes it. */
  async run({ environment, spec, signal, onLine, reportPath }: ContainerOrder): Promise<ContainerOutcome> {
    const engine = await this.engineOf(environment);
    let report: ReportFile | undefined;
    const beforeRemoval = async (id: string): Promise<void> => {
      if (reportPath !== undefined) report = await readReport(engine, id, reportPath);
    };
    const result = await runContainer(engine, { ...spec, signal, onLine, beforeRemoval });
    return { ...result, report };
  }

  onApplicationShutdown(): void {
    this.engines.close();
  }

  private async engineOf(environment: string): Promise<Engine> {
    const { dockerHost: host } = await this.directory.environment(environment);
    return this.engines.to(host);
  }
}

async function readReport(engine: Engine, id: string, path: string): Promise<ReportFile> {
  try {
    const content = await readFile(engine, id, path, MAX_REPORT_BYTES);
    return content ? { content } : { problem: `${path} is not there` };
  } catch (error) {
    if (error instanceof ContainerFileError) return { problem: error.message };
    throw error;
  }
}
