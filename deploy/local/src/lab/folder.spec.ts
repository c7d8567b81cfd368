import { describe, expect, it } from 'vitest';
import { planFolder } from './folder.js';

describe('planFolder', () => {
  it('gives two clones different ids, and one clone always the same', () => {
    expect(planFolder('/a/.sluice').id).toBe(planFolder('/a/./.sluice').id);
    expect(planFolder('/a/.sluice').id).not.toBe(planFolder('/b/.sluice').id);
  });

  it('keeps sockets inside while their paths fit into 108 bytes, and elsewhere otherwise', () => {
    expect(planFolder('/srv/sluice/.sluice').sockets).toBe('/srv/sluice/.sluice/run');
    const deep = planFolder(`/${'long/'.repeat(20)}.sluice`);
    expect(deep.sockets).toBe(`/var/lib/sluice-${deep.id}`);
  });
});
