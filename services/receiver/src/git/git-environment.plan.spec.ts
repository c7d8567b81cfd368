import { expect, it } from 'vitest';
import { gitEnvironment, SETTINGS } from './git-environment.plan.js';

it('numbers every setting and inherits nothing', () => {
  const environment = gitEnvironment('/bin', SETTINGS['receive-pack'], 'version=1');
  const count = Number(environment.GIT_CONFIG_COUNT);
  const keys = Array.from({ length: count }, (_, index) => environment[`GIT_CONFIG_KEY_${index}`]);
  expect(keys).toContain('core.hooksPath');
  expect(keys).toContain('receive.fsckObjects');
  expect(environment).not.toHaveProperty(`GIT_CONFIG_KEY_${count}`);
  expect(environment).toMatchObject({ PATH: '/bin', GIT_PROTOCOL: 'version=1', GIT_CONFIG_NOSYSTEM: '1' });
  expect(
    Object.keys(environment)
      .filter((key) => !key.startsWith('GIT_'))
      .sort(),
  ).toEqual(['HOME', 'LC_ALL', 'PATH']);
});
