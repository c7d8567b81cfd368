import { Lexer, LineCounter, Parser, parseDocument } from 'yaml';
import { type ConfigProblem } from './config-error.js';
import { nodeProblems } from './node-problems.js';
import { YamlFile, positionAt } from './yaml-file.js';

export const MAX_DEPTH = 32;
const MAX_MESSAGE = 200;

// The library's own words for these speak to programmers.
const OWN_WORDS: Record<string, { expected: string; found: string }> = {
  TAB_AS_INDENT: { expected: 'spaces', found: 'a tab as indentation' },
  MULTIPLE_DOCS: { expected: 'one document', found: 'a second one' },
  NON_STRING_KEY: { expected: 'a plain key', found: 'a collection' },
};

/** Parses YAML 1.2, or says where the text is not that. */
export function readYaml(text: string): { file: YamlFile } | { problems: ConfigProblem[] } {
  const lines = new LineCounter();
  const deep = tooDeepAt(text, lines);
  if (deep !== undefined) {
    return refuse(lines, deep, `at most ${MAX_DEPTH} levels`, `expected at most ${MAX_DEPTH} levels, found more`);
  }

  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false, // They repeat the position inside the message.
    stringKeys: true,
    uniqueKeys: false, // Quadratic there; nodeProblems does it.
    resolveKnownTags: false, // No dates, sets or binaries.
    logLevel: 'error',
  });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    return { problems: errors.map(({ code, message, pos }) => syntaxProblem(lines, pos[0], code, message)) };
  }
  if (document.directives.yaml.version !== '1.2') {
    return refuse(lines, 0, 'YAML 1.2', `expected YAML 1.2, found %YAML ${document.directives.yaml.version}`);
  }

  const problems = nodeProblems(document, lines);
  if (problems.length > 0) return { problems };

  try {
    return { file: new YamlFile(document.toJS({ maxAliasCount: 100 }), document, lines) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error; // The library's word for aliases that multiply.
    return refuse(lines, 0, 'few aliases', 'expected few aliases, found ones that multiply');
  }
}

/**
 * Where the text nests deeper than we allow. It is asked before the composer, which recurses: 64 KiB of `[` exhaust its
 * stack, and V8 then ends the whole process rather than throw when it has to compile a regular expression there.
 */
export function tooDeepAt(text: string, lines: LineCounter): number | undefined {
  const counter = new LineCounter();
  const parser = new Parser(counter.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) {
      lines.lineStarts = counter.lineStarts;
      return parser.offset;
    }
  }
  return undefined;
}

function syntaxProblem(lines: LineCounter, offset: number, code: string, message: string): ConfigProblem {
  const own = OWN_WORDS[code];
  if (own) return problemAt(lines, offset, own.expected, `expected ${own.expected}, found ${own.found}`);
  const [first = ''] = message.split('\n');
  return problemAt(lines, offset, 'valid YAML', `is not valid YAML: ${first.slice(0, MAX_MESSAGE)}`);
}

const refuse = (lines: LineCounter, offset: number, expected: string, message: string) => ({
  problems: [problemAt(lines, offset, expected, message)],
});

const problemAt = (lines: LineCounter, offset: number, expected: string, message: string): ConfigProblem => ({
  ...positionAt(lines, offset),
  path: '',
  message,
  expected,
});
