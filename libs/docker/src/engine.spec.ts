import { describe, expect, it } from 'vitest';
import { dockerodeOptions } from './engine.js';

describe('dockerodeOptions', () => {
  it('takes a unix socket and leaves nothing for DOCKER_HOST to fill', () => {
    const options = dockerodeOptions({ host: 'unix:///run/sluice/dev.sock' });

    expect(options).toMatchObject({ socketPath: '/run/sluice/dev.sock', protocol: 'http' });
    expect(Object.keys(options)).toEqual(expect.arrayContaining(['host', 'port', 'ca', 'cert', 'key', 'timeout']));
    expect(options.host).toBeUndefined();
  });

  it('takes a tcp address with the port Docker uses by default', () => {
    expect(dockerodeOptions({ host: 'tcp://10.0.0.7' })).toMatchObject({
      host: '10.0.0.7',
      port: 2375,
      protocol: 'http',
    });
  });

  it('speaks TLS when a certificate is given', () => {
    const tls = { ca: 'ca', cert: 'cert', key: 'key' };
    expect(dockerodeOptions({ host: 'tcp://ops:2400', tls })).toMatchObject({
      port: 2400,
      protocol: 'https',
      ca: 'ca',
    });
    expect(dockerodeOptions({ host: 'tcp://ops', tls })).toMatchObject({ port: 2376 });
  });

  it('refuses every other kind of address', () => {
    for (const host of ['', 'ssh://root@ops', 'http://ops', '/run/docker.sock', 'unix://docker.sock']) {
      expect(() => dockerodeOptions({ host })).toThrow(TypeError);
    }
  });
});
