import { Injectable } from '@nestjs/common';
import type { Environment } from '@sluice/contracts';
import { Directory, readKey } from '@sluice/directory';
import { createSecret, remoteDigest, swarmNodes, swarmServices, swarmState, type Engine } from '@sluice/docker';
import { RegistryClient } from '@sluice/registry';
import { StageFailure, type StageJob } from '@sluice/stage';
import { DeployerConfig } from '../deployer.config.js';
import { Engines } from '../engines/engines.service.js';
import { identityOf, labelsOf } from '../engines/identity.plan.js';
import { imagesToPin, planComposeFile } from './compose-file.plan.js';
import { PortsRepository } from './ports.repository.js';
import { swarmProblems } from './preflight.plan.js';
import { ReleasesRepository, type StoredRelease } from './releases.repository.js';
import { readStackFile } from './rendered-stack.plan.js';
import { planStackFile, type StackSecret } from './stack-file.plan.js';
import { secretSource, stackName } from './stack-names.plan.js';

type DeployJob = StageJob<'deploy'>;

/** Turns what a run asks for into a release: a rendered stack file that nothing known speaks against. */
@Injectable()
export class ReleasePlanner {
  constructor(
    private readonly config: DeployerConfig,
    private readonly directory: Directory,
    private readonly engines: Engines,
    private readonly ports: PortsRepository,
    private readonly releases: ReleasesRepository,
  ) {}

  /** Under the lock. Changes nothing in the swarm but secrets that no service uses yet. */
  async plan(job: DeployJob, target: Environment): Promise<StoredRelease> {
    const { run, step, environment, input } = job;
    const engine = this.engines.of(target);
    const state = await swarmState(engine);
    const [nodes, services] = state.manager ? await Promise.all([swarmNodes(engine), swarmServices(engine)]) : [[], []];

    const stack = stackName(run.project);
    const number = await this.releases.nextNumber(run.project, environment);
    const taken = services.filter((service) => service.stack !== stack).flatMap(({ publishedPorts }) => publishedPorts);
    const values = await this.directory.secrets(run.project, environment);
    const secrets = this.secrets(stack, environment, values);
    const { stackFile, problems } = await this.render(job, target, engine, number, secrets, taken);

    const wanted = readStackFile(stackFile);
    problems.push(...swarmProblems({ environment, stack, swarm: state, nodes, services, wanted }));
    problems.push(...(await this.missingImages(job)));
    if (problems.length > 0) {
      const text = `This release cannot work in ${environment}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`;
      throw new StageFailure('deploy.preflight_failed', text);
    }

    for (const { name, source } of secrets.filter(({ source }) => stackFile.includes(`"${source}"`))) {
      await createSecret(engine, { name: source, value: values[name]!, labels: labelsOf(job) });
    }
    const { images, config } = input;
    const { deadlineSeconds } = config.deploy;
    const { id, project, commit } = run;
    return this.releases.create({
      project,
      environment,
      number,
      run: id,
      commit,
      step,
      restores: null,
      images,
      deadlineSeconds,
      stackFile,
    });
  }

  private secrets(stack: string, environment: string, values: Record<string, string>): StackSecret[] {
    const entries = Object.entries(values);
    if (entries.length === 0) return [];
    const key = readKey(this.config.SECRETS_KEY);
    return entries.map(([name, value]) => ({ name, source: secretSource(key, stack, environment, name, value) }));
  }

  private async render(
    job: DeployJob,
    target: Environment,
    engine: Engine,
    number: number,
    known: readonly StackSecret[],
    taken: readonly number[],
  ): Promise<{ stackFile: string; problems: string[] }> {
    const { run, environment, input } = job;
    const { deploy: config } = input.config;
    const labels = { ...labelsOf(job), 'sluice.release': String(number) };
    const common = { publish: target.publish, identity: identityOf(job), labels };

    if (config.stack !== undefined) {
      const text = config.stackText ?? '';
      const built = Object.fromEntries(input.images.map((image) => [image.service, this.engines.reference(image)]));
      const pins = await this.pins(engine, imagesToPin(text));
      const planned = planComposeFile({ ...common, text, built, pinned: pins.pinned, secrets: known });
      return { stackFile: planned.stackFile, problems: [...planned.problems, ...pins.problems] };
    }

    const published = config.port && (await this.ports.of(environment, run.project, target.dockerHost, taken));
    const secrets = known.filter(({ name }) => config.secrets.includes(name));
    const missing = config.secrets.filter((name) => !secrets.some((secret) => secret.name === name));
    const image = this.engines.reference(input.images[0]!);
    return {
      stackFile: planStackFile({ ...common, image, config, published, secrets }),
      problems: missing.map((name) => `The secret ${name} is not set for ${environment}.`),
    };
  }

  /** A tag can mean something else tomorrow, and a release must be the same whenever it is brought back. */
  private async pins(
    engine: Engine,
    images: readonly string[],
  ): Promise<{ pinned: Record<string, string>; problems: string[] }> {
    const pinned: Record<string, string> = {};
    const problems: string[] = [];
    for (const image of images) {
      await remoteDigest(engine, image).then(
        (digest) => (pinned[image] = `${image}@${digest}`),
        (error: Error) => problems.push(`The image ${image} has no digest that could be found: ${error.message}`),
      );
    }
    return { pinned, problems };
  }

  /** Asks as the engines will: what their account does not see, they cannot pull. */
  private async missingImages({ environment, input }: DeployJob): Promise<string[]> {
    const credentials = await this.directory.robot(environment);
    const registry = new RegistryClient({ url: this.config.REGISTRY_URL, credentials });
    const looked = input.images.map(async ({ repository, digest }) => {
      const isOurs = repository.startsWith(`${environment}/`) && (await registry.exists(repository, digest));
      return isOurs
        ? []
        : [`The image ${repository}@${digest} is not in the namespace of ${environment}: was it promoted?`];
    });
    return (await Promise.all(looked)).flat();
  }
}
