import { expect, it } from 'vitest';
import { installCommand, packagesFor } from './packages.plan.js';

it('names a package once, however many of its programs are missing', () => {
  const missing = [
    { program: 'dockerd', package: 'docker.io' },
    { program: 'busybox', package: 'busybox-static' },
    { program: 'docker', package: 'docker.io' },
  ];
  expect(packagesFor(missing)).toEqual(['busybox-static', 'docker.io']);
});

it('shows a command that can be pasted', () => {
  expect(installCommand(['a', 'b'])).toBe('apt-get update && apt-get install -y --no-install-recommends a b');
});
