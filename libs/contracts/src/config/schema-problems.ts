import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { type ConfigProblem } from './config-error.js';
import { parseDuration } from './duration.js';
import { nearest } from './nearest.js';
import { SLUICE_SCHEMA } from './sluice.schema.js';
import { type Path, type YamlFile, formatPath } from './yaml-file.js';

// Each costs a look-up; beyond these nobody reads on.
const MAX_ERRORS = 100;

/** Everything in the file that the schema refuses. */
export function schemaProblems(file: YamlFile): ConfigProblem[] {
  const validate = validator();
  if (validate(file.value)) return [];
  return (validate.errors ?? [])
    .filter(({ schemaPath, keyword }) => !schemaPath.includes('/anyOf/') && keyword !== 'propertyNames')
    .slice(0, MAX_ERRORS)
    .map((error) => explain(file, error));
}

let compiled: ValidateFunction | undefined;

/** Compiled when first needed: most processes that import the contracts never read a file. */
function validator(): ValidateFunction {
  if (compiled) return compiled;
  const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictRequired: false });
  ajv.addVocabulary(['x-expected']);
  ajv.addKeyword({
    keyword: 'x-seconds',
    type: 'string',
    validate: ([least, greatest]: [number, number], written: string) => {
      const seconds = parseDuration(written);
      return seconds === undefined || (least <= seconds && seconds <= greatest); // The pattern reports the form.
    },
  });
  return (compiled = ajv.compile(SLUICE_SCHEMA));
}

function explain(file: YamlFile, error: ErrorObject): ConfigProblem {
  const path = pathOf(error.instancePath, file.value);
  const schema = error.parentSchema as AnySchemaObject;
  const problem = (at: Path, part: 'key' | 'value', expected: string, message: string): ConfigProblem => ({
    ...file.positionOf(at, part),
    path: formatPath(at),
    message,
    expected,
  });
  const params = error.params as Record<string, string & number>;

  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty);
      const known = Object.keys(schema.properties as object);
      const meant = meantBy(key, path, known);
      const hint = meant ? `did you mean ${meant}?` : `expected one of ${known.join(', ')}`;
      return problem([...path, key], 'key', `one of ${known.join(', ')}`, `unknown key, ${hint}`);
    }
    case 'false schema': {
      const other = path.at(0) === 'test' ? 'ask' : 'stack';
      return problem(path, 'key', `either ${other} or this`, `cannot stand beside ${other}, which excludes it`);
    }
    case 'dependentRequired':
      return problem([...path, String(params.property)], 'key', 'deploy.port', 'expected deploy.port beside it');
    case 'required':
      return problem(
        path,
        'value',
        `a mapping with ${params.missingProperty}`,
        `expected ${params.missingProperty} in it`,
      );
    case 'anyOf':
      return problem(path, 'value', 'run or ask', 'expected run or ask in it');
    case 'uniqueItems': {
      const [first, second] = [Number(params.i), Number(params.j)].sort((a, b) => a - b);
      return problem([...path, second ?? 0], 'value', 'each name once', `is there twice, first as [${first}]`);
    }
    default: {
      const inKey = error.propertyName !== undefined;
      const at = inKey ? [...path, String(error.propertyName)] : path;
      const expected = String(schema['x-expected']);
      const found = inKey ? quote(String(error.propertyName)) : describe(error.data, file.writtenAt(at));
      return problem(at, inKey ? 'key' : 'value', expected, `expected ${expected}, found ${found}`);
    }
  }
}

/** A typing error among the siblings, or a key that belongs to another section (most often wrong indentation). */
function meantBy(key: string, path: Path, siblings: readonly string[]): string | undefined {
  const elsewhere = Object.entries(SLUICE_SCHEMA.properties)
    .filter(([section, schema]) => section !== path.at(0) && 'properties' in schema && key in schema.properties)
    .map(([section]) => `${section}.${key}`);
  return nearest(key, siblings) ?? elsewhere.at(-1);
}

/** A JSON pointer tells `"0"` and `0` apart only by what it points into. */
function pathOf(pointer: string, root: unknown): Path {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const step = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(value) ? Number(step) : step;
      value = (value as Record<string | number, unknown>)[key];
      return key;
    });
}

function describe(value: unknown, written?: string): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quote(value) : (written ?? String(value)).slice(0, 60);
}

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
