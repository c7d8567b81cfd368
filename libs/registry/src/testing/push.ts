import { randomBytes, randomUUID } from 'node:crypto';
import { digestOf } from '../reference.plan.js';

export const IMAGE = 'application/vnd.docker.distribution.manifest.v2+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

async function send(method: string, url: string, body: Buffer | string, type: string, headers = {}): Promise<Response> {
  const answer = await fetch(url, { method, body, headers: { 'content-type': type, ...headers } });
  if (answer.status !== 201 && answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer;
}

/** Uploads a blob in one piece. @returns its descriptor */
async function pushBlob(url: string, repository: string, bytes: Buffer, headers = {}): Promise<object> {
  const begun = await send('POST', `${url}/v2/${repository}/blobs/uploads/`, '', 'application/octet-stream', headers);
  const upload = new URL(begun.headers.get('location') ?? '', url);
  upload.searchParams.set('digest', digestOf(bytes));
  await send('PUT', String(upload), bytes, 'application/octet-stream', headers);
  return { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
}

/** @returns the manifest's digest */
export async function pushManifest(
  url: string,
  repository: string,
  tag: string,
  type: string,
  parts: object,
  headers = {},
): Promise<string> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, ...parts }, null, 3));
  await send('PUT', `${url}/v2/${repository}/manifests/${tag}`, bytes, type, headers);
  return digestOf(bytes);
}

/** Pushes an image of random layers as `v1`. @returns its digest */
export async function pushImage(url: string, repository: string, layerBytes: number[], headers = {}): Promise<string> {
  const config = await pushBlob(url, repository, Buffer.from(JSON.stringify({ id: randomUUID() })), headers);
  const layers = await Promise.all(layerBytes.map((size) => pushBlob(url, repository, randomBytes(size), headers)));
  return pushManifest(url, repository, 'v1', IMAGE, { config, layers }, headers);
}
