import { pullScope, pushScope } from './challenge.plan.js';
import { ACCEPTED_MANIFESTS, partsOf, sizeOf } from './manifest.plan.js';
import { checkReference, checkRepository, digestOf, isDigest } from './reference.plan.js';
import { RegistryError } from './registry.error.js';
import {
  type RegistryAnswer,
  type RegistryCredentials,
  RegistryHttp,
  type TokenProvider,
} from './registry-http.client.js';

export interface Manifest {
  /** Of exactly these bytes. */
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface Promotion {
  /** The repository that holds the image: `test/shop`. */
  readonly from: string;
  /** The repository that shall hold it: `ops/shop`. */
  readonly to: string;
  readonly digest: string;
  /** The name it gets there. It moves when it named another image. */
  readonly tag: string;
  readonly signal?: AbortSignal;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The distribution HTTP API (github.com/distribution/distribution, docs/spec/api.md), as far as Sluice needs it. */
export class RegistryClient {
  private readonly http: RegistryHttp;

  /**
   * @param options.url with its scheme: `http://10.0.0.1:5000`. Without credentials it asks as nobody.
   * @param options.token for who makes the registry's tokens and need not ask a token server for them.
   */
  constructor(options: {
    readonly url: string;
    readonly credentials?: RegistryCredentials;
    readonly token?: TokenProvider;
  }) {
    this.http = new RegistryHttp(options.url, options.credentials, options.token);
  }

  /** Finds what a tag or digest names. @throws RegistryError MANIFEST_UNKNOWN, NAME_UNKNOWN, DIGEST_MISMATCH… */
  async resolve(repository: string, reference: string, { signal }: CallOptions = {}): Promise<Manifest> {
    return this.get(repository, reference, [pullScope(repository)], signal);
  }

  /** Does the repository hold this manifest, by digest or tag? @throws RegistryError unless it says yes or no. */
  async exists(repository: string, reference: string, { signal }: CallOptions = {}): Promise<boolean> {
    return (await this.digestAt(repository, reference, [pullScope(repository)], signal)) !== undefined;
  }

  /** All tags, sorted as the registry does; none for a repository it does not know. @throws RegistryError */
  async tags(repository: string, { signal }: CallOptions = {}): Promise<string[]> {
    const tags: string[] = [];
    let path: string | undefined = `/v2/${checkRepository(repository)}/tags/list?n=1000`;
    while (path) {
      const page: RegistryAnswer | undefined = await ifThere(
        this.http.request({ method: 'GET', path, scopes: [pullScope(repository)], signal }),
      );
      if (!page) return [];
      tags.push(...((JSON.parse(page.body.toString('utf8')) as { tags: string[] | null }).tags ?? []));
      path = /<([^>]+)>;\s*rel="?next"?/.exec(page.headers.get('link') ?? '')?.[1];
    }
    return tags;
  }

  /**
   * What an image takes in the registry, in bytes: configurations and layers, compressed, of all its platforms.
   * @throws RegistryError
   */
  async size(repository: string, reference: string, { signal }: CallOptions = {}): Promise<number> {
    const manifest = await this.resolve(repository, reference, { signal });
    const children = partsOf(manifest.bytes).manifests.map((digest) => this.resolve(repository, digest, { signal }));
    return sizeOf([manifest.bytes, ...(await Promise.all(children)).map(({ bytes }) => bytes)]);
  }

  /**
   * Brings an image into another repository under a tag, with the same bytes and so the same digest. The registry links
   * the layers it already has, however large they are: no byte of them is moved, and where it will not link one, the
   * promotion ends with MOUNT_REFUSED rather than by copying. Safe to repeat, also after it broke off; when all is
   * there it only looks.
   *
   * A tag knows no compare-and-swap: promotions to the same tag must not run at the same time.
   * @throws RegistryError, or the signal's reason.
   */
  async promote({ from, to, digest, tag, signal }: Promotion): Promise<{ alreadyThere: boolean }> {
    if (!isDigest(digest)) throw new RegistryError(undefined, 'NAME_INVALID', `"${digest}" is no sha256 digest`);
    const scopes = [pullScope(from), pushScope(to)]; // A mount needs both, and one token for all is one question.
    if ((await this.digestAt(to, tag, scopes, signal)) === digest) return { alreadyThere: true };

    const manifest = await this.get(from, digest, scopes, signal);
    const move = { from, to, scopes, signal };
    if (from !== to) await this.bringParts(manifest, move);
    await this.put(manifest, tag, move);
    return { alreadyThere: false };
  }

  private async bringParts(manifest: Manifest, move: Move): Promise<void> {
    const { blobs, manifests } = partsOf(manifest.bytes);
    await Promise.all([
      ...blobs.map((digest) => this.mount(digest, move)),
      ...manifests.map((digest) => this.bringChild(digest, move)),
    ]);
  }

  private async bringChild(digest: string, move: Move): Promise<void> {
    const child = await this.get(move.from, digest, move.scopes, move.signal);
    await this.bringParts(child, move);
    await this.put(child, digest, move);
  }

  /** 201 is a link. 202 is the offer to upload the bytes instead, which we decline. */
  private async mount(digest: string, { from, to, scopes, signal }: Move): Promise<void> {
    const path = `/v2/${checkRepository(to)}/blobs/uploads/?mount=${digest}&from=${checkRepository(from)}`;
    const { status, headers } = await this.http.request({ method: 'POST', path, scopes, signal });
    if (status === 201) return;

    const upload = headers.get('location');
    // An upload that nobody ends would stay in the registry's storage; that ours may fail changes nothing of the refusal.
    if (upload) await this.http.request({ method: 'DELETE', path: upload, scopes }).catch(() => undefined);
    throw new RegistryError(status, 'MOUNT_REFUSED', `the registry does not link ${digest} from ${from} into ${to}`);
  }

  private async put(
    { digest, mediaType, bytes }: Manifest,
    reference: string,
    { to, scopes, signal }: Move,
  ): Promise<void> {
    const path = manifestPath(to, reference);
    const headers = { 'content-type': mediaType };
    const answer = await this.http.request({ method: 'PUT', path, scopes, headers, body: bytes, signal });
    const stored = answer.headers.get('docker-content-digest');
    if (stored !== digest) throw mismatch(`${to}:${reference}`, digest, stored);
  }

  private async get(
    repository: string,
    reference: string,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Manifest> {
    const path = manifestPath(repository, reference);
    const headers = { accept: ACCEPTED_MANIFESTS };
    const answer = await this.http.request({ method: 'GET', path, scopes, headers, signal });

    const digest = digestOf(answer.body);
    const claimed = isDigest(reference) ? reference : answer.headers.get('docker-content-digest');
    if (claimed !== null && claimed !== digest) throw mismatch(`${repository}:${reference}`, claimed, digest);
    return { digest, mediaType: answer.headers.get('content-type') ?? '', bytes: answer.body };
  }

  private async digestAt(
    repository: string,
    reference: string,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const path = manifestPath(repository, reference);
    const headers = { accept: ACCEPTED_MANIFESTS };
    const answer = await ifThere(this.http.request({ method: 'HEAD', path, scopes, headers, signal }));
    return answer && (answer.headers.get('docker-content-digest') ?? '');
  }
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly scopes: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const manifestPath = (repository: string, reference: string): string =>
  `/v2/${checkRepository(repository)}/manifests/${checkReference(reference)}`;

const mismatch = (where: string, wanted: string, found: string | null): RegistryError =>
  new RegistryError(undefined, 'DIGEST_MISMATCH', `${where} holds ${found ?? 'an unnamed digest'}, not ${wanted}`);

async function ifThere(answer: Promise<RegistryAnswer>): Promise<RegistryAnswer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RegistryError && error.status === 404) return undefined;
    throw error;
  }
}
