import { expect, it } from 'vitest';
import { linesOfTask } from './evidence.client.js';

it("picks one task's lines out of its service's log", () => {
  const origin = (task: string) =>
    `com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=${task}`;
  const lines = [`${origin('t1')} listening on 8080`, `${origin('t2')} other`, `${origin('t1')} `, 'no origin at all'];
  expect(linesOfTask(lines, 't1')).toEqual(['listening on 8080', '']);
});
