/** One line of a .dockerignore (docs.docker.com, "Build context", .dockerignore files). The last that matches decides. */
interface Rule {
  readonly keep: boolean;
  readonly segments: readonly string[];
}

/**
 * Says which paths a .dockerignore leaves out. Docker's clients apply that file while they send the context and no engine
 * does it, so it falls to us. Written here and not as regular expressions: those come from a repository, and a few
 * stars make one that never ends; this takes at most the length of the pattern times that of the path.
 */
export function dockerignore(text: string): (path: string) => boolean {
  const rules = text
    .replace(/^\ufeff|^\u00ef\u00bb\u00bf/, '')
    .split('\n')
    .flatMap(readRule);
  return (path) => {
    const segments = path.split('/');
    let ignored = false;
    for (const rule of rules) {
      if (rule.keep === ignored && matches(rule.segments, segments)) ignored = !rule.keep;
    }
    return ignored;
  };
}

function readRule(line: string): Rule[] {
  if (line.startsWith('#')) return [];
  const keep = line.trim().startsWith('!');
  const pattern = keep ? line.trim().slice(1).trim() : line.trim();
  const segments: string[] = [];
  for (const segment of pattern.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.length > 0 ? [{ keep, segments }] : [];
}

/** True when the pattern matches the path or a folder above it; `**` stands for any number of folders. */
function matches(pattern: readonly string[], path: readonly string[]): boolean {
  // Which beginnings of the pattern match what was read of the path.
  let reached = skipFolders(pattern, new Set([0]));
  for (const segment of path) {
    reached.delete(pattern.length); // Only `**` alone is there before the first segment, and it needs one.
    const next = new Set<number>();
    for (const at of reached) {
      if (pattern[at] === '**') next.add(at);
      else if (segmentMatches(pattern[at]!, segment)) next.add(at + 1);
    }
    reached = skipFolders(pattern, next);
    if (reached.has(pattern.length)) return true;
  }
  return false;
}

function skipFolders(pattern: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (pattern[at] === '**') reached.add(at + 1); // A Set also visits what is added meanwhile.
  return reached;
}

/** `*` any characters, `?` one, `[a-z]` and `[^a-z]` one of them or none of them, `\` takes what follows as it is. */
function segmentMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const step = p < pattern.length && pattern[p] !== '*' ? readOne(pattern, p) : undefined;
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (step?.accepts(text[t]!)) {
      p = step.next;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

interface One {
  readonly next: number;
  accepts(character: string): boolean;
}

function readOne(pattern: string, at: number): One {
  const character = pattern[at]!;
  if (character === '?') return { next: at + 1, accepts: () => true };
  if (character === '\\') return { next: at + 2, accepts: (c) => c === pattern[at + 1] };
  const end = character === '[' ? pattern.indexOf(']', at + 2) : -1;
  if (end < 0) return { next: at + 1, accepts: (c) => c === character };

  const negated = pattern[at + 1] === '^';
  const members = pattern.slice(at + (negated ? 2 : 1), end);
  return { next: end + 1, accepts: (c) => isMember(members, c) !== negated };
}

function isMember(members: string, character: string): boolean {
  for (let at = 0; at < members.length; at++) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    const last = isRange ? members[at + 2]! : members[at]!;
    if (members[at]! <= character && character <= last) return true;
    if (isRange) at += 2;
  }
  return false;
}
