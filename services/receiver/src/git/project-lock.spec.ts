import { expect, it } from 'vitest';
import { ProjectLock } from './project-lock.js';

it('lets one in at a time per project, in the order they asked', async () => {
  const lock = new ProjectLock();
  const order: string[] = [];
  const work = async (project: string, name: string): Promise<void> => {
    const release = await lock.take(project);
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    release();
  };
  await Promise.all([work('a', '1'), work('a', '2'), work('a', '3')]);
  expect(order).toEqual(['1 in', '1 out', '2 in', '2 out', '3 in', '3 out']);
});

it('does not make projects wait for each other', async () => {
  const lock = new ProjectLock();
  await lock.take('a');
  await expect(lock.take('b')).resolves.toBeTypeOf('function');
});
