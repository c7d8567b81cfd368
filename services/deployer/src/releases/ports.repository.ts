import { Injectable } from '@nestjs/common';
import { DataSource } from '@sluice/database';

/** Below what Linux hands out by itself, above what is well known. */
const FIRST = 30_000;
const LAST = 31_999;

/** The port under which a project answers in an environment: given once, and kept. */
@Injectable()
export class PortsRepository {
  constructor(private readonly db: DataSource) {}

  /** `taken` is what other services of the swarm publish; it matters only for a port that is yet to be given. */
  async of(environment: string, project: string, dockerHost: string, taken: readonly number[]): Promise<number> {
    await this.db.query(
      `insert into ports (environment, project, docker_host, published)
       select $1, $2, $3, free.port
       from generate_series(${FIRST}, ${LAST}) as free(port)
       where free.port <> all($4::int[]) and free.port not in (select published from ports where docker_host = $3)
         and not exists (select 1 from ports where environment = $1 and project = $2)
       order by free.port limit 1
       on conflict do nothing`,
      [environment, project, dockerHost, taken],
    );
    const [row] = await this.db.query('select published from ports where environment = $1 and project = $2', [
      environment,
      project,
    ]);
    // Another project was quicker with this port, or there is none left; the former goes better the next time.
    if (!row) throw new Error(`no port between ${FIRST} and ${LAST} could be given to ${project} in ${environment}`);
    return row.published;
  }
}
