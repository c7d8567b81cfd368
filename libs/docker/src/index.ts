export { connectEngine, type Engine, type EngineEndpoint } from './engine.js';
export { EngineError } from './engine.error.js';
export type { RegistryAuth } from './registry-auth.js';

export { buildImage, type ImageBuild } from './build/build.client.js';
export { BuildError } from './build/build.error.js';

export { type ImagePull, type ImagePush, type PushedImage, pullImage, pushImage } from './images/transfer.client.js';
export { exposedPorts, remoteDigest } from './images/inspect.client.js';
export { ImageTransferError, type TransferProblem } from './images/transfer.error.js';

export type { ContainerSpec, PublishedPort, RestartPolicy } from './containers/container.plan.js';
export { type ContainerResult, type ContainerRun, runContainer } from './containers/run.client.js';
export { type ContainerStart, type StartedContainer, startContainer } from './containers/start.client.js';
export {
  type ContainerState,
  type FoundContainer,
  containerState,
  findContainers,
  lastLogLines,
  readFile,
  removeContainer,
  setRestartPolicy,
} from './containers/containers.client.js';
export { ContainerFileError } from './containers/tar.plan.js';
export type { OnLine, OutputStream } from './stream/log-demultiplexer.js';

export { type StackDeployment, deployStack, removeStack } from './swarm/stack.client.js';
export { StackError } from './swarm/stack.error.js';
export type { ExpectedService, RolloutBaseline, ServiceProgress } from './swarm/rollout.plan.js';
export type { FailedTask, RolloutFailure, RolloutFailureReason } from './swarm/rollout-failure.plan.js';
export { type Rollout, type RolloutOutcome, followRollout } from './swarm/rollout.client.js';
export { rolloutBaseline } from './swarm/stack-view.client.js';
export { type TaskEvidence, taskEvidence } from './swarm/evidence.client.js';
export { type SwarmNode, publishedAddresses, swarmNodes } from './swarm/nodes.client.js';
export { createSecret } from './swarm/secrets.client.js';
export { type SwarmService, type SwarmState, runningOn, swarmServices, swarmState } from './swarm/services.client.js';
export { EnginePool } from './engine-pool.js';
