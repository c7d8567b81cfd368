import type { Service } from '@sluice/contracts';
import { BaseConfig } from '@sluice/runtime';
import { IsOptional, IsString, IsUrl, MinLength } from 'class-validator';

const HTTP = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

export class GatewayConfig extends BaseConfig {
  /** The address under which people reach this service, without a slash at its end. */
  @IsUrl(HTTP) readonly PUBLIC_URL!: string;
  /** Of the user `admin`, who is made when there are no users yet; without it one is made up and printed once. */
  @IsOptional() @IsString() @MinLength(12) readonly ADMIN_PASSWORD?: string;

  @IsUrl(HTTP) readonly RECEIVER_URL!: string;
  @IsUrl(HTTP) readonly CONDUCTOR_URL!: string;
  @IsUrl(HTTP) readonly BUILDER_URL!: string;
  @IsUrl(HTTP) readonly PROMOTER_URL!: string;
  @IsUrl(HTTP) readonly TESTER_URL!: string;
  @IsUrl(HTTP) readonly DEPLOYER_URL!: string;
  @IsUrl(HTTP) readonly NOTIFIER_URL!: string;
}

export type Upstream = Exclude<Service, 'gateway'>;

export const upstreamUrls = (config: GatewayConfig): Record<Upstream, string> => ({
  receiver: config.RECEIVER_URL,
  conductor: config.CONDUCTOR_URL,
  builder: config.BUILDER_URL,
  promoter: config.PROMOTER_URL,
  tester: config.TESTER_URL,
  deployer: config.DEPLOYER_URL,
  notifier: config.NOTIFIER_URL,
});
