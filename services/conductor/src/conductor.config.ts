import { BaseConfig } from '@sluice/runtime';
import { IsInt, Min } from 'class-validator';

export class ConductorConfig extends BaseConfig {
  /** How long a requested stage may wait for a free worker before the run is ended. */
  @IsInt() @Min(1) readonly CONDUCTOR_QUEUE_LIMIT_MINUTES: number = 60;
}
