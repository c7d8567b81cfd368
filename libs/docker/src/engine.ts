import Dockerode from 'dockerode';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Where a Docker Engine listens. `tls` holds PEM texts and makes a tcp:// endpoint speak mutual TLS. */
export interface EngineEndpoint {
  /** `unix:///run/docker.sock` or `tcp://10.0.0.1:2376`, as in DOCKER_HOST. */
  readonly host: string;
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** One environment's engine. Make one per environment and share it: its idle sockets are kept and used again. */
export interface Engine {
  readonly endpoint: EngineEndpoint;
  readonly docker: Dockerode;
  /** Closes every socket, also those of streams that are still open. */
  close(): void;
}

/** Makes the client; connects when first used. @throws TypeError when the host is neither unix:// nor tcp://. */
export function connectEngine(endpoint: EngineEndpoint): Engine {
  const agentOptions = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: 16 };
  const agent = endpoint.tls ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const options = { ...dockerodeOptions(endpoint), agent };
  return { endpoint, docker: new Dockerode(options), close: () => agent.destroy() };
}

/**
 * The options for dockerode. Each is written out even where it is undefined: dockerode fills what is absent from
 * DOCKER_HOST and DOCKER_CERT_PATH of this process, and would then talk to another engine than the one asked for.
 */
export function dockerodeOptions({ host, tls }: EngineEndpoint): Dockerode.DockerOptions {
  const common = { ca: tls?.ca, cert: tls?.cert, key: tls?.key, timeout: undefined, headers: {} };
  if (host.startsWith('unix:///')) {
    return { ...common, socketPath: host.slice('unix://'.length), host: undefined, port: undefined, protocol: 'http' };
  }

  const url = host.startsWith('tcp://') ? new URL(host) : undefined;
  if (!url?.hostname) throw new TypeError(`an engine's host is unix:///path or tcp://host:port, not ${host}`);
  return {
    ...common,
    socketPath: undefined,
    host: url.hostname,
    port: Number(url.port || (tls ? 2376 : 2375)),
    protocol: tls ? 'https' : 'http',
  };
}
