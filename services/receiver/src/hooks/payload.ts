import { COMMIT, REF } from '@sluice/contracts';
import { line } from '../text.plan.js';

/** The payload is JSON, but not what this forge sends. */
export class BadPayload extends Error {
  override readonly name = 'BadPayload';
}

const MAX_REF_LENGTH = 255;
const MAX_PUSHER_LENGTH = 255;

/** Careful access to JSON that anybody may have made up. Paths are written with dots. */
export class Payload {
  constructor(private readonly value: unknown) {}

  /** Throws `BadPayload` unless there is a text. */
  text(path: string): string {
    const value = this.at(path);
    if (typeof value !== 'string') throw new BadPayload(`"${path}" has to be a text`);
    return value;
  }

  textOr(path: string, otherwise: string): string {
    const value = this.at(path);
    return typeof value === 'string' ? value : otherwise;
  }

  commit(path: string): string {
    const value = this.text(path);
    if (!COMMIT.test(value)) throw new BadPayload(`"${path}" has to be a commit`);
    return value;
  }

  ref(path: string): string {
    const value = this.text(path);
    if (!REF.test(value) || value.length > MAX_REF_LENGTH || /\p{Surrogate}|\ufffd/u.test(value)) {
      throw new BadPayload(`"${path}" has to be a ref`);
    }
    return value;
  }

  list(path: string): Payload[] {
    const value = this.at(path);
    return Array.isArray(value) ? value.map((item) => new Payload(item)) : [];
  }

  /** Those of the paths that hold a text. */
  texts(...paths: string[]): string[] {
    return paths.map((path) => this.textOr(path, '')).filter(Boolean);
  }

  /** The first of the paths that holds a login. */
  login(...paths: string[]): string {
    return line(this.texts(...paths)[0] ?? 'unknown', MAX_PUSHER_LENGTH);
  }

  private at(path: string): unknown {
    let value = this.value;
    for (const key of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value;
  }
}
