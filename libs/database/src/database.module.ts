import { Global, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { BaseConfig, LOGGER, Readiness, SERVICE, type Logger, type ServiceName } from '@sluice/runtime';
import { DataSource } from 'typeorm';
import { migrate, type Migration } from './migrate.js';

/** Connections per process. A stage under way may hold one for its lock, and a transaction needs one beside it. */
const POOL_SIZE = 10;

export async function openDatabase(url: string, schema: string, migrations: readonly Migration[]): Promise<DataSource> {
  const db = new DataSource({
    type: 'postgres',
    url,
    schema,
    applicationName: `sluice-${schema}`,
    extra: {
      max: POOL_SIZE,
      // Unqualified names mean the service's own schema; the directory's are always written out.
      options: `-c search_path=${schema} -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    },
    poolErrorHandler: () => undefined, // An idle connection that the server closed; the pool opens another.
  });
  await db.initialize();
  await migrate(db, schema, migrations);
  return db;
}

@Injectable()
class DatabaseLifecycle implements OnApplicationShutdown {
  constructor(
    private readonly db: DataSource,
    readiness: Readiness,
  ) {
    readiness.add('postgres', async () => void (await db.query('select 1')));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.db.destroy();
  }
}

/** One `DataSource` per service, in the service's own schema, migrated before anything uses it. */
@Global()
@Module({})
export class DatabaseModule {
  static with(migrations: readonly Migration[]): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        {
          provide: DataSource,
          inject: [BaseConfig, SERVICE, LOGGER],
          useFactory: (config: BaseConfig, service: ServiceName, log: Logger) =>
            untilReachable(() => openDatabase(config.DATABASE_URL, service, migrations), log),
        },
        DatabaseLifecycle,
      ],
      exports: [DataSource],
    };
  }
}

/** Postgres may come up after us; what it says later than 60 s is a reason to stop. */
async function untilReachable<T>(open: () => Promise<T>, log: Logger): Promise<T> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      const passing = /^(ECONN|ENOENT|57P0|08)/.test(code);
      if (!passing || Date.now() > until) throw error;
      log.warn({ code }, 'postgres not reachable yet');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
