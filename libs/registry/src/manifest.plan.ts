/** What a manifest refers to (OCI image spec, "Descriptors"; Docker's schema 2 has the same fields). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  /** Where a layer that must not be distributed is fetched from instead. */
  readonly urls?: readonly string[];
}

interface Manifest {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const IMAGES = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];

/** All kinds, or the registry would convert what it holds to the oldest kind, and its digest would be another. */
export const ACCEPTED_MANIFESTS = [...INDEXES, ...IMAGES].join(', ');

export interface ManifestParts {
  /** The manifests of an index, one per platform; they have to be there before it. */
  readonly manifests: readonly string[];
  /** The configuration and the layers, each once; layers that come from elsewhere are left out. */
  readonly blobs: readonly string[];
}

/** What must be in a repository before this manifest can be. */
export function partsOf(manifest: Buffer): ManifestParts {
  const { config, layers = [], manifests = [] } = JSON.parse(manifest.toString('utf8')) as Manifest;
  const blobs = [...(config ? [config] : []), ...layers].filter(({ urls }) => !urls?.length);
  const digests = (descriptors: readonly Descriptor[]): string[] => [
    ...new Set(descriptors.map(({ digest }) => digest)),
  ];
  return { manifests: digests(manifests), blobs: digests(blobs) };
}

/** The bytes of all that the manifests refer to, compressed as the registry holds it, shared layers counted once. */
export function sizeOf(manifests: readonly Buffer[]): number {
  const sizes = new Map<string, number>();
  for (const manifest of manifests) {
    const { config, layers = [] } = JSON.parse(manifest.toString('utf8')) as Manifest;
    for (const { digest, size } of [...(config ? [config] : []), ...layers]) sizes.set(digest, size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
