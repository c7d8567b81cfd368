import { COMMIT, REF } from '@sluice/contracts';
import { PacketReader, ProtocolError } from './pkt-line.js';

/** One line of a push: move this ref from one commit to another. All zeros mean that there is none. */
export interface Command {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** All of a push but its pack. */
export interface Push {
  readonly commands: readonly Command[];
  readonly capabilities: ReadonlySet<string>;
  /** What `git push -o` said. */
  readonly options: readonly string[];
}

export const MAX_SECTION_BYTES = 1024 * 1024;
export const MAX_COMMANDS = 1000;

/** More than a push may ask for. */
export class TooManyCommands extends Error {
  override readonly name = 'TooManyCommands';
}

/** Reads the section before the pack of a `git-receive-pack` request, in whatever chunks it comes. */
export class CommandReader {
  private readonly packets = new PacketReader();
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private readonly commands: Command[] = [];
  private readonly options: string[] = [];
  private capabilities: ReadonlySet<string> = new Set();
  private part: 'commands' | 'options' | 'pack' = 'commands';

  /** Answers the push when its section is complete. Throws `ProtocolError` and `TooManyCommands`. */
  feed(chunk: Buffer): Push | undefined {
    this.chunks.push(chunk);
    this.packets.feed(chunk);
    for (let next = this.packets.next(); next; next = this.packets.next()) {
      this.bytes += next.raw.length;
      if (next.kind === 'data') this.line(next.data);
      else if (next.kind === 'flush') this.flush();
      else throw new ProtocolError('unexpected packet in a push');
      if (this.bytes > MAX_SECTION_BYTES || this.commands.length > MAX_COMMANDS) throw new TooManyCommands();
      if (this.part === 'pack') {
        return { commands: this.commands, capabilities: this.capabilities, options: this.options };
      }
    }
    return undefined;
  }

  /** Everything fed so far, which may already hold the beginning of the pack. */
  get fed(): Buffer {
    return Buffer.concat(this.chunks);
  }

  private line(data: Buffer): void {
    const text = decode(data);
    if (this.part === 'options') return void this.options.push(text);
    if (/^shallow [0-9a-f]+$/.test(text)) return;
    const [line = '', capabilities] = text.split('\0');
    if (capabilities !== undefined && this.commands.length === 0) {
      this.capabilities = new Set(capabilities.split(' ').filter(Boolean));
    }
    const [before = '', after = '', ...ref] = line.split(' ');
    if (!COMMIT.test(before) || !COMMIT.test(after) || ref.length === 0) throw new ProtocolError('not a push command');
    this.commands.push({ before, after, ref: ref.join(' ') });
  }

  private flush(): void {
    const optionsFollow = this.part === 'commands' && this.commands.length > 0 && this.capabilities.has('push-options');
    this.part = optionsFollow ? 'options' : 'pack';
  }
}

/** A name that is no UTF-8 could not be told to anybody; it fails the rules for names, as it now holds U+FFFD. */
const decode = (data: Buffer): string => data.toString('utf8').replace(/\n$/, '');

const MAX_REF_LENGTH = 255;

/** Why a ref cannot be taken: it could not be the ref of a run. */
export function refProblem(ref: string): string | undefined {
  if (ref.length > MAX_REF_LENGTH) return `its name is longer than ${MAX_REF_LENGTH} characters`;
  if (!/^refs\/(heads|tags)\//.test(ref)) return 'only branches and tags are kept here';
  if (!REF.test(ref) || /\p{Surrogate}|\ufffd/u.test(ref)) return 'its name has characters that are not accepted';
  return undefined;
}

export const isZero = (commit: string): boolean => /^0+$/.test(commit);
export const isBranch = (ref: string): boolean => ref.startsWith('refs/heads/');

/** Why a push is not taken at all, per ref; `undefined` when it is. */
export function refusalFor(commands: readonly Command[]): ((ref: string) => string) | undefined {
  const problems = new Map<string, string>();
  const seen = new Set<string>();
  for (const { ref } of commands) {
    const problem = seen.has(ref) ? 'it is named twice in one push' : refProblem(ref);
    if (problem) problems.set(ref, problem);
    seen.add(ref);
  }
  if (problems.size === 0) return undefined;
  return (ref) => problems.get(ref) ?? 'another ref of this push was refused';
}
