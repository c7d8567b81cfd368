import { describe, expect, it } from 'vitest';
import { type ContainerSpec, planRun, planStart } from './container.plan.js';

const spec: ContainerSpec = {
  name: 'test-1',
  image: 'registry:5000/test/app@sha256:abc',
  entrypoint: ['sh', '-c'],
  command: ['npm test'],
  env: { CI: 'true', EMPTY: '' },
  labels: { 'sluice.run': 'r1' },
  memoryBytes: 64 * 1024 * 1024,
  cpus: 0.5,
  pidsLimit: 100,
  network: 'none',
};

describe('planRun', () => {
  it('gives no capability, no mount and no swap', () => {
    expect(planRun(spec)).toEqual({
      name: 'test-1',
      Image: 'registry:5000/test/app@sha256:abc',
      Entrypoint: ['sh', '-c'],
      Cmd: ['npm test'],
      Env: ['CI=true', 'EMPTY='],
      Labels: { 'sluice.run': 'r1' },
      Tty: false,
      OpenStdin: false,
      HostConfig: {
        Memory: 67108864,
        MemorySwap: 67108864,
        NanoCpus: 500_000_000,
        PidsLimit: 100,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        NetworkMode: 'none',
        Privileged: false,
        Mounts: [],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
        RestartPolicy: { Name: 'no' },
      },
    });
  });

  it("keeps the image's own entrypoint and command when none is given", () => {
    const { entrypoint: _, command: __, ...plain } = spec;
    expect(planRun(plain)).not.toHaveProperty('Cmd');
    expect(planRun(plain)).not.toHaveProperty('Entrypoint');
  });
});

describe('planStart', () => {
  it('publishes on a port of the engine’s choice', () => {
    const plan = planStart(spec, { containerPort: 8080 }, 'unless-stopped');
    expect(plan.ExposedPorts).toEqual({ '8080/tcp': {} });
    expect(plan.HostConfig?.PortBindings).toEqual({ '8080/tcp': [{ HostIp: '0.0.0.0', HostPort: '' }] });
    expect(plan.HostConfig?.RestartPolicy).toEqual({ Name: 'unless-stopped' });
    expect(plan.HostConfig).not.toHaveProperty('CapDrop');
  });

  it('publishes on the address and port it is given', () => {
    const plan = planStart(spec, { containerPort: 80, hostPort: 18080, hostIp: '127.0.0.1' }, 'no');
    expect(plan.HostConfig?.PortBindings).toEqual({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18080' }] });
  });
});
