import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from './packages.js';
import { startPart, type LabContext } from './part.js';
import { postgresBin, postgresVersions } from './postgres.version.js';
import { answers } from './probe.js';

/**
 * Postgres as user `postgres`, as the first process of a pid namespace, with private shared memory: killed, it leaves
 * nothing. Its folders are bound to a place that every user can reach, so the checkout may sit below /root.
 * $1 folder of the data, $2 folder of the socket, $3 folder of the programs, then the server's options.
 */
const SCRIPT = `
set -e
umask 077
home=/var/lib/postgresql
mount -t tmpfs -o mode=755 tmpfs "$home"
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir "$home/store" "$home/socket"
chown postgres:postgres "$1" "$2"
mount --bind "$1" "$home/store"
mount --bind "$2" "$home/socket"
bin=$3
shift 3
cd "$home"
as_postgres() { exec setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all "$@"; }
if [ ! -d store/data ]; then
  rm -rf store/new
  (umask 077; printf '%s\\n' "$SLUICE_POSTGRES_PASSWORD" > password)
  chown postgres:postgres password
  (as_postgres "$bin/initdb" -D store/new -U postgres --pwfile=password --auth=scram-sha-256 \\
    --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions)
  rm password
  mv store/new store/data
fi
unset SLUICE_POSTGRES_PASSWORD
as_postgres "$bin/postgres" -D "$home/store/data" -c unix_socket_directories="$home/socket" "$@"
`;

/** Many small transactions of eight services; nothing here trades durability for speed. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  shared_buffers: '128MB',
  jit: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

export interface PostgresPlace {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly socket: string;
}

export async function startPostgres(context: LabContext, port: number, password: string): Promise<PostgresPlace> {
  const { folder } = context;
  const store = join(folder.dir, 'postgres');
  const socket = join(folder.sockets, 'postgres');
  mkdirSync(store, { recursive: true, mode: 0o700 });
  mkdirSync(socket, { recursive: true });

  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const namespaces = ['--mount', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
  await startPart(context, {
    name: 'postgres',
    command: 'unshare',
    args: [...namespaces, 'sh', '-c', SCRIPT, 'postgres', store, socket, programs(store), ...settings],
    options: { env: { SLUICE_POSTGRES_PASSWORD: password }, inner: true, stopSignal: 'SIGINT' },
    isReady: () => answers({ host: '127.0.0.1', port }, startupMessage('postgres'), (first) => first === 0x52 /* R */),
  });
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return { url, host: '127.0.0.1', port, socket };
}

/** The newest version installed, or the one that wrote the data. */
function programs(store: string): string {
  const file = join(store, 'data', 'PG_VERSION');
  const [newest] = postgresVersions();
  if (!existsSync(file)) return postgresBin(newest!);

  const wanted = Number(readFileSync(file, 'utf8'));
  if (postgresVersions().includes(wanted)) return postgresBin(wanted);
  throw new LabError(`The data in ${store} belongs to Postgres ${wanted}: install postgresql-${wanted}, or remove it.`);
}

/** https://www.postgresql.org/docs/15/protocol-message-formats.html: the answer is `R` once the server takes logins. */
function startupMessage(user: string): Buffer {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0postgres\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}
