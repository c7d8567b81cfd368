import { type Document, type LineCounter, type Node, type ParsedNode, isAlias, isMap, isScalar, isSeq } from 'yaml';
import { type ConfigProblem } from './config-error.js';
import { type Path, formatPath, keyText, positionAt } from './yaml-file.js';

// Neither Postgres nor an environment variable can hold a NUL, and half a surrogate pair is no text.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** What the YAML library accepts and we do not: a key written twice, an alias without anchor, characters nobody can store. */
export function nodeProblems(document: Document<ParsedNode>, lines: LineCounter): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const anchors = new Set<string>();

  const refuse = (node: Node, path: Path, expected: string, message: string) =>
    problems.push({ ...positionAt(lines, node.range?.[0] ?? 0), path: formatPath(path), message, expected });

  const walk = (node: Node | null, path: Path): void => {
    if (isAlias(node)) {
      if (!anchors.has(node.source)) {
        refuse(node, path, `an anchor &${node.source} above`, `no anchor &${node.source} above this alias`);
      }
      return;
    }
    if (node?.anchor) anchors.add(node.anchor);
    if (isScalar(node) && typeof node.value === 'string' && UNSTORABLE.test(node.value)) {
      refuse(node, path, 'printable text', 'expected printable text, found a NUL or half a character');
    }
    if (isSeq<Node>(node)) node.items.forEach((item, i) => walk(item, [...path, i]));
    if (isMap<Node, Node>(node)) walkMap(node.items, path);
  };

  const walkMap = (pairs: readonly { key: Node; value: Node | null }[], path: Path): void => {
    const firstLines = new Map<string, number>();
    for (const { key, value } of pairs) {
      const name = keyText(key);
      const first = firstLines.get(name);
      if (!isScalar(key)) refuse(key, path, 'a plain key', 'expected a plain key, found an alias or a collection');
      if (first) refuse(key, [...path, name], 'each key once', `is there twice, first on line ${first}`);
      firstLines.set(name, first ?? positionAt(lines, key.range?.[0] ?? 0).line);
      walk(key, path);
      walk(value, [...path, name]);
    }
  };

  walk(document.contents, []);
  return problems;
}
