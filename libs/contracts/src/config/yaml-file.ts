import { type Document, type LineCounter, type Node, type ParsedNode, isAlias, isMap, isScalar, isSeq } from 'yaml';

export type Path = readonly (string | number)[];

export interface Position {
  line: number;
  column: number;
}

interface Place {
  key?: Node | null;
  value: Node | null;
}

/** A YAML document that still knows where its values were written. */
export class YamlFile {
  constructor(
    readonly value: unknown,
    private readonly document: Document<ParsedNode>,
    private readonly lines: LineCounter,
  ) {}

  positionOf(path: Path, part: 'key' | 'value' = 'value'): Position {
    const { key, value } = this.find(path);
    const node = part === 'key' ? (key ?? value) : (value ?? key);
    return positionAt(this.lines, node?.range?.[0] ?? 0);
  }

  /** The text of a number or boolean as its author wrote it: `1.10` is not `1.1`. */
  writtenAt(path: Path): string | undefined {
    const { value } = this.find(path);
    return isScalar(value) ? value.source : undefined;
  }

  private find(path: Path): Place {
    let place: Place = { value: this.document.contents };
    for (const step of path) place = this.child(place.value, step);
    return { ...place, value: this.resolve(place.value) };
  }

  private child(parent: Node | null, step: string | number): Place {
    const node = this.resolve(parent);
    if (isSeq<Node>(node)) return { value: node.items[Number(step)] ?? null };
    const pair = isMap<Node, Node>(node) ? node.items.find(({ key }) => keyText(key) === step) : undefined;
    return { key: pair?.key, value: pair?.value ?? null };
  }

  private resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.document) ?? null) : node;
  }
}

export const keyText = (key: Node): string => String(isScalar(key) ? key.value : key);

export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

export const formatPath = (path: Path): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i ? '.' : ''}${step}`)).join('');
