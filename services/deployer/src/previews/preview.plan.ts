import { branchOf, type ImageRef, type SluiceConfig } from '@sluice/contracts';
import type { ContainerStart } from '@sluice/docker';
import { createHash } from 'node:crypto';
import { identityOf, labelsOf, type Placement } from '../engines/identity.plan.js';

/** Which branch a container shows; also what marks a container as a preview at all. */
export const PREVIEW_LABEL = 'sluice.preview';
/** Which Sluice it belongs to: only that one may remove it. */
export const INSTALLATION_LABEL = 'sluice.installation';

const MEMORY_BYTES = 1024 ** 3;
const LONGEST_SLUG = 40;
const DEFAULT_TTL_MINUTES = 24 * 60;

/** Several images make a stack, of which a preview shows one: `app`, or else the first. */
export const previewImage = (images: readonly ImageRef[]): ImageRef =>
  images.find(({ service }) => service === 'app') ?? images[0]!;

export const ttlMinutes = ({ preview }: SluiceConfig): number => preview?.ttlMinutes ?? DEFAULT_TTL_MINUTES;

/** `sluice.yml` names the port, or the image does. Undefined for a program that listens nowhere. */
export const previewPort = ({ preview, deploy }: SluiceConfig, exposed: readonly number[]): number | undefined =>
  preview?.port ?? deploy.port ?? [...exposed].sort((a, b) => a - b)[0];

/** Two dashes, which no project's name has, keep project `a` with branch `b-c` apart from project `a-b` with branch `c`. */
export const previewName = (project: string, branch: string): string => `sluice-preview-${project}--${slugOf(branch)}`;

/** A branch as part of a container's name. Where letters are lost, a hash keeps `a/b` and `a-b` apart. */
export function slugOf(branch: string): string {
  const slug = branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, LONGEST_SLUG)
    .replace(/-$/, '');
  if (slug === branch) return slug;
  const hash = createHash('sha256').update(branch).digest('hex').slice(0, 8);
  return slug === '' ? hash : `${slug}-${hash}`;
}

export interface PreviewRequest extends Placement {
  readonly installation: string;
  readonly image: string;
  readonly config: SluiceConfig;
  readonly port: number | undefined;
  /** The one that this branch had before. */
  readonly hostPort: number | undefined;
}

export function planPreview(request: PreviewRequest): ContainerStart {
  const { run, environment, image, port, hostPort } = request;
  const branch = branchOf(run.ref);
  return {
    name: previewName(run.project, branch),
    image,
    // What `deploy.env` says is meant for where releases run; a preview that followed it might reach into OPS.
    env: identityOf({ run, environment }),
    labels: { ...labelsOf(request), [PREVIEW_LABEL]: branch, [INSTALLATION_LABEL]: request.installation },
    memoryBytes: MEMORY_BYTES,
    cpus: 1,
    pidsLimit: 512,
    network: 'bridge',
    ...(port === undefined ? {} : { port: { containerPort: port, ...(hostPort ? { hostPort } : {}) } }),
    // Until it listens a crash shall stay a crash, with its exit code to see; then the engine keeps it up.
    restart: 'no',
  };
}
