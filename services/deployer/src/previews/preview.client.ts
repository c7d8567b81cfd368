import { branchOf } from '@sluice/contracts';
import {
  EngineError,
  exposedPorts,
  findContainers,
  pullImage,
  removeContainer,
  startContainer,
  type Engine,
  type ImagePull,
  type StartedContainer,
} from '@sluice/docker';
import { INSTALLATION_LABEL, planPreview, PREVIEW_LABEL, type PreviewRequest } from './preview.plan.js';

/** The engine that built an image has it already. Answers with the ports that the image exposes. */
export async function ensureImage(engine: Engine, pull: ImagePull): Promise<number[]> {
  const there = await exposedPorts(engine, pull.image);
  if (there) return there;
  await pullImage(engine, pull);
  return (await exposedPorts(engine, pull.image)) ?? [];
}

/** Replaces the branch's container. One that an earlier attempt at this step started, and that runs, is kept. */
export async function startPreview(engine: Engine, request: PreviewRequest): Promise<StartedContainer> {
  const { run, step, environment, installation } = request;
  const ofBranch = {
    [INSTALLATION_LABEL]: installation,
    [PREVIEW_LABEL]: branchOf(run.ref),
    'sluice.project': run.project,
    'sluice.environment': environment,
  };
  let kept: StartedContainer | undefined;
  for (const { id, labels, state, hostPorts } of await findContainers(engine, ofBranch)) {
    if (labels['sluice.step'] === step && state === 'running') kept = { id, hostPort: hostPorts[0] };
    else await removeContainer(engine, id);
  }
  return kept ?? startNew(engine, request);
}

/** The branch's port may have gone to somebody else meanwhile; then it gets another. */
async function startNew(engine: Engine, request: PreviewRequest): Promise<StartedContainer> {
  try {
    return await startContainer(engine, planPreview(request));
  } catch (error) {
    const taken = error instanceof EngineError && /already (allocated|in use)/.test(error.detail);
    if (!taken || request.hostPort === undefined) throw error;
    return startContainer(engine, planPreview({ ...request, hostPort: undefined }));
  }
}
