import { ESLint } from 'eslint';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIBRARIES, OWNERS } from './import-table.mjs';

const root = new URL('..', import.meta.url).pathname;

/** The linter's complaints about one line, as if it stood in a file of that folder. */
async function complaints(file: string, code: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: { parserOptions: { projectService: false, project: null } },
      rules: TYPELESS,
    },
  });
  const [result] = await eslint.lintText(code, { filePath: `${root}/${file}` });
  return result!.messages.filter(({ ruleId }) => ruleId?.startsWith('no-restricted')).map(({ message }) => message);
}
// These need the whole program; here there is one line of it.
const TYPELESS = {
  '@typescript-eslint/no-floating-promises': 'off',
  '@typescript-eslint/no-misused-promises': 'off',
} as const;

describe('the import table', () => {
  it('refuses that a service imports another service', async () => {
    const [message] = await complaints(
      'services/builder/src/build/x.ts',
      "import { deployer } from '@sluice/deployer';",
    );
    expect(message).toContain('services/builder may not import it');
  });

  it("refuses a library's third-party package to everybody else", async () => {
    const [message] = await complaints('services/notifier/src/x.ts', "import { connect } from 'amqplib';");
    expect(message).toContain('Only libs/bus imports amqplib');
  });

  it('refuses the environment outside the runtime', async () => {
    expect(await complaints('libs/bus/src/x.ts', 'export const url = process.env.AMQP_URL;')).toHaveLength(1);
  });

  it('allows what it names', async () => {
    expect(
      await complaints('services/builder/src/build/x.ts', "import { Directory } from '@sluice/directory';"),
    ).toEqual([]);
  });

  it('stands in the architecture page, row by row', () => {
    const page = readFileSync(`${root}/docs/ARCHITECTURE.md`, 'utf8').replaceAll(/ +/g, ' ');
    for (const [folder, allowed] of Object.entries(LIBRARIES)) {
      expect(page).toContain(`| \`${folder}\` | ${allowed.map((name) => `\`${name}\``).join(' ') || '–'} |`);
    }
    for (const [name, [owner]] of Object.entries(OWNERS)) expect(page).toContain(`\`${name}\`: \`${owner}\``);
  });
});
