import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './command.js';
import { callEngine } from './engine.client.js';
import type { LabEngine } from './lab.js';
import { findProgram } from './packages.js';

export const BASE_IMAGE = 'busybox:stable';

/** Gives an engine the image `busybox:stable`, made of Debian's static busybox, unless it has one of that name. */
export async function importBusybox(engine: LabEngine): Promise<void> {
  const has = await callEngine(engine, 'GET', `/images/${BASE_IMAGE}/json`).catch(() => undefined);
  if (has) return;

  const root = mkdtempSync(join(tmpdir(), 'sluice-busybox-'));
  try {
    await layOut(root);
    const tar = spawn(
      'tar',
      ['--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-C', root, '-c', '.'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const query = new URLSearchParams({ fromSrc: '-', repo: 'busybox', tag: 'stable', changes: 'CMD ["sh"]' });
    await callEngine(engine, 'POST', `/images/create?${query}`, { body: tar.stdout });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The program, a link for each of its names, and the few files that programs look for. */
async function layOut(root: string): Promise<void> {
  const program = findProgram('busybox')!;
  for (const folder of ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'usr/bin', 'var/www']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  mkdirSync(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(program, join(root, 'bin/busybox'));

  const names = (await outputOf(program, ['--list'])).trim().split('\n');
  for (const name of names.filter((other) => other !== 'busybox')) symlinkSync('busybox', join(root, 'bin', name));

  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}
