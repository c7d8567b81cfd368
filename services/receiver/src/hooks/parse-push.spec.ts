import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Headers } from './hook.js';
import { parsePush, providerOf } from './parse-push.js';
import { BadPayload } from './payload.js';

const FOLDER = new URL('./cases/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.payload.json'))
  .map((name) => name.replace('.payload.json', ''));
const bytes = (name: string): Buffer => readFileSync(new URL(name, FOLDER));
const json = <T>(name: string): T => JSON.parse(bytes(name).toString()) as T;

describe('parsePush', () => {
  it.each(names)('understands %s', (name) => {
    const headers = json<Headers>(`${name}.headers.json`);
    const provider = providerOf(headers)!;
    const hook = parsePush(provider, headers, bytes(`${name}.payload.json`));
    const delivery = provider.deliveryHeaders.map((header) => headers[header]).find(Boolean);
    expect({ source: provider.source, delivery, hook }).toEqual(json(`${name}.expected.json`));
  });

  it('names no forge when no header does', () => {
    expect(providerOf({ 'content-type': 'application/json' })).toBeUndefined();
    expect(providerOf({ 'x-event-key': 'repo:push' })).toBeUndefined();
  });

  it.each([
    '',
    '{',
    '\ufffe',
    'null',
    '[]',
    '1',
    '"x"',
    '{}',
    '{"ref":1}',
    '{"ref":"refs/heads/a","before":{},"after":[]}',
  ])('refuses %j', (text) => {
    for (const header of ['x-gogs-event', 'x-gitea-event', 'x-github-event', 'x-gitlab-event']) {
      const headers = { [header]: header === 'x-gitlab-event' ? 'Push Hook' : 'push' };
      expect(() => parsePush(providerOf(headers)!, headers, Buffer.from(text))).toThrow(BadPayload);
    }
  });

  it('throws nothing but BadPayload whatever is missing or of another type', () => {
    for (const name of names) {
      const headers = json<Headers>(`${name}.headers.json`);
      for (const mutant of mutants(json(`${name}.payload.json`))) {
        try {
          parsePush(providerOf(headers)!, headers, Buffer.from(JSON.stringify(mutant)));
        } catch (error) {
          expect(error).toBeInstanceOf(BadPayload);
        }
      }
    }
  });

  it.each(['refs/heads/a b', 'refs/heads/\u0000', 'refs/heads/\ud800', 'main', `refs/heads/${'x'.repeat(300)}`])(
    'refuses the ref %j',
    (ref) => {
      const payload = { ...json<object>('github-push.payload.json'), ref };
      const headers = { 'x-github-event': 'push' };
      expect(() => parsePush(providerOf(headers)!, headers, Buffer.from(JSON.stringify(payload)))).toThrow(BadPayload);
    },
  );
});

/** Every payload with one of its values replaced by something else. */
function* mutants(value: unknown): Generator<unknown> {
  for (const other of [null, 1, '', 'x\u0000\ud800', [], {}, [null], { length: -1 }]) yield other;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    for (const mutant of mutants((value as Record<string, unknown>)[key])) {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
      copy[key] = mutant;
      yield copy;
    }
  }
}
