import { getMetadataStorage } from 'class-validator';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EVENTS } from './events.js';
import { QUEUES } from './queues.js';
import { STAGES, type Stage } from './stages.js';

const page = new URL('../../../docs/EVENTS.md', import.meta.url);

/** The rules of one field, in the order in which they are written. */
function fieldsOf(type: new () => object): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  return names.map((name) => {
    const own = rules.filter(({ propertyName }) => propertyName === name);
    const optional = own.some(({ type: kind }) => kind === 'conditionalValidation');
    const nested = own.some(({ type: kind }) => kind === 'nestedValidation')
      ? (Reflect.getMetadata('design:type', type.prototype, name) as { name: string }).name
      : '';
    const checks = own.flatMap(({ name: check }) =>
      check && !['isDefined', 'isOptional'].includes(check) ? [check] : [],
    );
    return `\`${name}\`${optional ? '?' : ''} ${[nested, ...new Set(checks)].filter(Boolean).join(', ')}`.trim();
  });
}

const publisherOf = (type: string): string => {
  const [subject, outcome] = type.split('.') as [string, string];
  if (subject === 'push') return 'receiver';
  return subject in STAGES && outcome !== 'requested' ? STAGES[subject as Stage].by : 'conductor';
};
const hearersOf = (type: string): string =>
  [
    ...new Set(
      Object.values(QUEUES)
        .filter(({ binds }) => binds.some((bind) => bind === '#' || bind === type))
        .map(({ by }) => by),
    ),
  ].join(' ');

function render(): string {
  const rows = Object.entries(EVENTS).map(
    ([type, payload]) => `| \`${type}\` | ${publisherOf(type)} | ${hearersOf(type)} | \`${payload.name}\` |`,
  );
  const payloads = [...new Set(Object.values(EVENTS))].map(
    (payload) =>
      `### ${payload.name}\n\n${fieldsOf(payload)
        .map((field) => `- ${field}`)
        .join('\n')}\n`,
  );
  return `# Events

Written by \`npx vitest run --project unit libs/contracts -u\` from \`libs/contracts/src/events.ts\`; a test compares the two.

Every event is a CloudEvents 1.0 event in structured JSON mode (\`application/cloudevents+json\`): \`id\`, \`source\` (\`/sluice/<service>\`),
\`type\`, \`subject\` (the run's id), \`time\`, \`data\`. The type is also the routing key on the topic exchange \`sluice.events\`. Delivery is at
least once: tell repetitions by \`id\`. Fields may be added; ignore what you do not know.

| type | told by | heard by | data |
|---|---|---|---|
${rows.join('\n')}

## Data

${payloads.join('\n')}`;
}

it('the page of events says what the catalogue says', () => {
  const { snapshotState } = expect.getState() as unknown as { snapshotState?: { _updateSnapshot?: string } };
  if (snapshotState?._updateSnapshot === 'all' || !existsSync(page)) writeFileSync(page, render());
  expect(readFileSync(page, 'utf8')).toBe(render());
});
