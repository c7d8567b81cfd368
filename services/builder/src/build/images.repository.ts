import { Injectable } from '@nestjs/common';
import type { ImageRef } from '@sluice/contracts';
import { DataSource } from '@sluice/database';

/** Which images a run has made. */
@Injectable()
export class ImagesRepository {
  constructor(private readonly db: DataSource) {}

  of(run: string): Promise<ImageRef[]> {
    return this.db.query('select service, repository, digest from images where run = $1', [run]);
  }

  /** The last build of a service is the one that stands: a worker that was killed before this left another. */
  async record(run: string, { service, repository, digest }: ImageRef): Promise<void> {
    await this.db.query(
      `insert into images (run, service, repository, digest) values ($1, $2, $3, $4)
       on conflict (run, service) do update set repository = excluded.repository, digest = excluded.digest`,
      [run, service, repository, digest],
    );
  }
}
