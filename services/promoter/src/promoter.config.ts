import { BaseConfig } from '@sluice/runtime';
import { IsOptional, IsString, IsUrl } from 'class-validator';

export class PromoterConfig extends BaseConfig {
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }) readonly REGISTRY_URL!: string;
  /** P-256 private key and its certificate, both PEM. Without them the registry is one that asks for no tokens of ours. */
  @IsOptional() @IsString() readonly REGISTRY_TOKEN_KEY_FILE?: string;
  @IsOptional() @IsString() readonly REGISTRY_TOKEN_CERT_FILE?: string;
  /** Both as in the registry's own `auth.token`. */
  @IsString() readonly REGISTRY_TOKEN_ISSUER: string = 'sluice';
  @IsString() readonly REGISTRY_TOKEN_SERVICE: string = 'sluice-registry';
}
