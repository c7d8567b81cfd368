import { BaseConfig } from '@sluice/runtime';
import { IsUrl, Matches } from 'class-validator';

export class DeployerConfig extends BaseConfig {
  /** The registry as engines name it in images: host and port, no scheme. */
  @Matches(/^[A-Za-z0-9.-]+(:\d+)?$/) readonly REGISTRY_HOST!: string;
  /** The registry as this process reaches it. */
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }) readonly REGISTRY_URL!: string;
}
