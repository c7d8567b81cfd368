import { BaseConfig } from '@sluice/runtime';
import { IsUrl, Matches } from 'class-validator';

const BASE_URL = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };
/** An address without a slash at its end, as paths are appended to it. */
const NO_SLASH = /[^/]$/;

export class ReceiverConfig extends BaseConfig {
  /** Where the repositories of our own git remote live; made at the first use. */
  @Matches(/^\//, { message: 'REPOSITORIES_DIR must be an absolute path' }) readonly REPOSITORIES_DIR!: string;
  /** This service as the builder reaches it: the start of the addresses it fetches from. */
  @IsUrl(BASE_URL) @Matches(NO_SLASH) readonly RECEIVER_URL!: string;
  /** The gateway as people reach it: the start of the addresses they are told. */
  @IsUrl(BASE_URL) @Matches(NO_SLASH) readonly PUBLIC_URL!: string;
}
