import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@sluice/contracts';

/** A Docker engine. `address` is the host under which its published ports answer. */
export interface LabEngine {
  readonly dockerHost: string;
  readonly address: string;
}

export interface LabBrokerUser {
  readonly user: string;
  readonly password: string;
  /** AMQP URL of the vhost `sluice`. */
  readonly url: string;
}

/** Every address and credential of a running lab, for programs. Written to `lab.json`, readable by its owner only. */
export interface Lab {
  readonly dir: string;
  /** Where this machine answers to the engines: the address that services listen on to be reached from containers. */
  readonly address: string;
  readonly postgres: {
    /** As superuser, database `postgres`. */
    readonly url: string;
    readonly host: string;
    readonly port: number;
    /** Folder of the Unix socket; absent when the server is not the lab's. */
    readonly socket?: string;
  };
  readonly broker: {
    /** As administrator, vhost `sluice`. */
    readonly adminUrl: string;
    /** As administrator, vhost `integration`: for tests, which make and delete what they like there. */
    readonly integrationUrl: string;
    readonly host: string;
    readonly port: number;
    readonly users: Readonly<Record<Service, LabBrokerUser>>;
  };
  readonly registry: {
    readonly url: string;
    /** `host:port`, as image names start with. */
    readonly host: string;
    /** Absent when the registry is not the lab's: it is then used without tokens of ours. */
    readonly token?: RegistryTokens;
  };
  readonly engines: Readonly<Record<EngineName, LabEngine>>;
  /** 1 when one engine plays all environments. */
  readonly engineCount: 1 | 4;
  /** The HTTP port of each service: picked once, kept as long as the data and while it is free. */
  readonly ports: Readonly<Record<Service, number>>;
}

export const ENGINE_NAMES = ['dev', 'test', 'ops1', 'ops2'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What the registry expects of a token: who signs, for whom, and with which key. */
export interface RegistryTokens {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** P-256 private key, PEM. */
  readonly keyFile: string;
  readonly certificateFile: string;
}

const labFile = (dir: string): string => join(dir, 'lab.json');

export function writeLab(lab: Lab): void {
  const unfinished = `${labFile(lab.dir)}.new`;
  writeFileSync(unfinished, `${JSON.stringify(lab, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, labFile(lab.dir)); // A reader sees the whole file or none.
}

/** The lab that runs on this folder, or undefined. */
export function readLab(dir: string): Lab | undefined {
  try {
    return JSON.parse(readFileSync(labFile(dir), 'utf8')) as Lab;
  } catch {
    return undefined;
  }
}
