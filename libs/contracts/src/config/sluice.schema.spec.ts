import { Ajv2020 } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { SLUICE_SCHEMA } from './sluice.schema.js';

interface Field {
  description?: string;
  examples?: readonly unknown[];
  properties?: Record<string, Field>;
  items?: Field;
}

const fieldsOf = (field: Field, path: string): [string, Field][] => [
  [path, field],
  ...Object.entries(field.properties ?? {}).flatMap(([name, child]) => fieldsOf(child, `${path}.${name}`)),
  ...(field.items?.description ? fieldsOf(field.items, `${path}[]`) : []),
];
const fields = fieldsOf(SLUICE_SCHEMA as Field, 'sluice.yml');

// `vitest -u` writes the file; without it the test fails when the two differ.
it('is what sluice.schema.json holds for editors', async () => {
  const json = await format(JSON.stringify(SLUICE_SCHEMA), { parser: 'json', printWidth: 120 });
  await expect(json).toMatchFileSnapshot('../../sluice.schema.json');
});

it.each(fields)('%s has a description and examples that it accepts itself', (_path, field) => {
  expect(field.description).toMatch(/\.$/);
  expect(field.examples?.length).toBeGreaterThan(0);
  const validate = new Ajv2020({ strict: false }).compile(field);
  for (const example of field.examples ?? []) expect(validate(example), JSON.stringify(example)).toBe(true);
});
