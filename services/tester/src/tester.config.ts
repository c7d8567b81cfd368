import { BaseConfig } from '@sluice/runtime';
import { Matches } from 'class-validator';

export class TesterConfig extends BaseConfig {
  /** Host and port of the registry, as image names start with. */
  @Matches(/^[a-z0-9.-]+(:\d+)?$/) readonly REGISTRY_HOST!: string;
}
