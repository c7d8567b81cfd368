import type { ImageRef, SluiceConfig, StageResult } from '@sluice/contracts';
import { composeBuilds, ConfigError, parseConfig, type ComposeBuild } from '@sluice/contracts/config';
import { BuildError } from '@sluice/docker';
import { HandlesStage, StageFailure, type StageHandler, type StageJob } from '@sluice/stage';
import { CheckoutClient } from '../checkout/checkout.client.js';
import type { BuildContext, Source } from '../checkout/source.client.js';
import { imageLabels, imageTag, planImages, type ImagePlan } from './build.plan.js';
import { ImageBuilderClient } from './image-builder.client.js';
import { ImagesRepository } from './images.repository.js';

const CONFIG_FILE = 'sluice.yml';
/** What the parsers take; they say so to the author of a longer file. */
const MAX_CONFIG_BYTES = 64 * 1024;
const LAST_LINES = 20;

@HandlesStage('build')
export class BuildStage implements StageHandler<'build'> {
  constructor(
    private readonly checkouts: CheckoutClient,
    private readonly builder: ImageBuilderClient,
    private readonly images: ImagesRepository,
  ) {}

  async run(job: StageJob<'build'>): Promise<StageResult<'build'>> {
    const { run, environment, input, signal, output } = job;
    const source = await this.checkouts.at(run, input.cloneUrl, signal);
    output.line(`commit ${run.commit.slice(0, 12)} of ${run.project} is here`, 'sluice');

    const { config, services } = await readConfig(source);
    const plans = planImages({ project: run.project, environment, build: config.build, services });
    const made = await this.images.of(run.id);
    const images: ImageRef[] = [];
    for (const plan of plans)
      images.push((await this.stillThere(made, plan, job)) ?? (await this.make(plan, source, job)));
    return { images, config };
  }

  /** What an earlier try of this run has pushed is not made again. */
  private async stillThere(
    made: readonly ImageRef[],
    { service, repository }: ImagePlan,
    { signal, output }: StageJob<'build'>,
  ): Promise<ImageRef | undefined> {
    const image = made.find((one) => one.service === service && one.repository === repository);
    if (!image || !(await this.builder.holds(image, signal))) return undefined;
    output.line(`${service} was built before: ${image.repository}@${image.digest}`, 'sluice');
    return image;
  }

  private async make(plan: ImagePlan, source: Source, job: StageJob<'build'>): Promise<ImageRef> {
    const { run, environment, input, signal, output, log } = job;
    const context = await contextOf(plan, source);
    output.line(`building ${plan.service} from ${plan.dockerfile}`, 'sluice');
    const labels = imageLabels(run, input.cloneUrl);
    const order = { plan, environment, tag: imageTag(run), labels, signal };
    const image = await this.builder
      .buildAndPush({
        ...order,
        context: context.tar,
        dockerfile: context.dockerfile,
        onLine: (line) => output.line(line),
      })
      .catch((error: unknown) => {
        throw error instanceof BuildError ? failureOf(error, plan) : error;
      });

    await this.images.record(run.id, image);
    log.info({ repository: image.repository, digest: image.digest }, 'image built');
    output.line(`pushed ${image.repository}@${image.digest}`, 'sluice');
    return image;
  }
}

/** The project's wishes, and the services to build when it brings a whole stack. */
async function readConfig(source: Source): Promise<{ config: SluiceConfig; services?: ComposeBuild[] }> {
  const text = await source.read(CONFIG_FILE, MAX_CONFIG_BYTES);
  const config = orBadConfig(() => parseConfig(text));
  const { stack } = config.deploy;
  if (stack === undefined) return { config };

  const stackFile = await source.read(stack, MAX_CONFIG_BYTES);
  if (!stackFile) throw badConfig(`${CONFIG_FILE}: deploy.stack: there is no file ${stack} in this commit`);
  const services = orBadConfig(() => composeBuilds(stackFile, stack));
  if (services.length === 0) throw badConfig(`${stack}: no service has build:, so there is nothing to build`);
  const deploy = { ...config.deploy, stackText: stackFile.toString('utf8') };
  return { config: { ...config, deploy }, services };
}

const badConfig = (message: string): StageFailure => new StageFailure('build.bad_config', message);

function orBadConfig<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConfigError ? badConfig(error.message) : error;
  }
}

async function contextOf({ service, context, dockerfile }: ImagePlan, source: Source): Promise<BuildContext> {
  const found = await source.context(context, dockerfile);
  if (found === 'context') {
    const text = `${service} is to be built from the folder ${context}, which is not in this commit.`;
    throw new StageFailure('build.no_context', text);
  }
  if (found === 'dockerfile') {
    throw new StageFailure(
      'build.no_dockerfile',
      `There is no ${dockerfile} in this commit (or it is a link that leads nowhere or out of the repository). ` +
        `Add one, or name another with build.dockerfile in ${CONFIG_FILE}.`,
    );
  }
  return found;
}

function failureOf(error: BuildError, { service, dockerfile }: ImagePlan): StageFailure {
  const evidence = { exitCode: error.exitCode, where: error.step, lastLogLines: error.lastLines.slice(-LAST_LINES) };
  return new StageFailure(
    'build.failed',
    `${service} could not be built from ${dockerfile}: ${error.message}`,
    evidence,
    {
      cause: error,
    },
  );
}
