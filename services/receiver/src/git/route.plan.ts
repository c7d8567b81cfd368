import { PROJECT_NAME, PROJECT_NAME_MAX } from '@sluice/contracts';

export type GitService = 'upload-pack' | 'receive-pack';

/** What a request to the git remote is for. `read` fetches, `write` pushes; there is nothing else. */
export interface GitRoute {
  readonly project: string;
  readonly service: GitService;
  readonly access: 'read' | 'write';
  readonly phase: 'advertise' | 'rpc';
}

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

const PATH = /^\/git\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/;
const SERVICES: Readonly<Record<string, GitService>> = {
  'service=git-upload-pack': 'upload-pack',
  'service=git-receive-pack': 'receive-pack',
};

const NOT_FOUND: Refusal = {
  status: 404,
  text: 'There is no git repository here. Its address ends in "/git/<project>.git".',
};

/**
 * The one place that decides whether a request reads or writes, from the method and the target exactly as they came over
 * the wire. Nothing is decoded or normalised: what is not written the way git clients write it does not exist.
 */
export function gitRoute(method: string, target: string): GitRoute | Refusal {
  const [path = '', ...queries] = target.split('?');
  const [, project = '', end] = PATH.exec(path) ?? [];
  if (!PROJECT_NAME.test(project) || project.length > PROJECT_NAME_MAX) return NOT_FOUND;

  if (end === 'info/refs') {
    if (method !== 'GET') return { status: 405, text: 'Only GET is possible here.' };
    const service = SERVICES[queries.join('?')];
    if (!service) return { status: 403, text: 'Only the smart HTTP protocol is spoken here: use git 1.6.6 or newer.' };
    return { project, service, access: accessOf(service), phase: 'advertise' };
  }
  if (queries.length > 0) return NOT_FOUND;
  if (method !== 'POST') return { status: 405, text: 'Only POST is possible here.' };
  const service = end === 'git-receive-pack' ? 'receive-pack' : 'upload-pack';
  return { project, service, access: accessOf(service), phase: 'rpc' };
}

const accessOf = (service: GitService): 'read' | 'write' => (service === 'receive-pack' ? 'write' : 'read');

/** The value for git's environment. Pushes are spoken in version 0 or 1 only; other values are ignored, as git does. */
export function protocolFor(service: GitService, header: string | undefined): string | undefined {
  if (!/^version=[0-2]$/.test(header ?? '')) return undefined;
  return service === 'receive-pack' && header === 'version=2' ? undefined : header;
}
