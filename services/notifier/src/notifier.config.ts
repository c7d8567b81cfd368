import { BaseConfig } from '@sluice/runtime';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';

export class NotifierConfig extends BaseConfig {
  /** Whether webhooks may go to loopback, private and link-local addresses: for a lab or a closed network. */
  @Transform(({ obj, key }) => ({ true: true, false: false })[String(obj[key])] ?? obj[key]) // `value` is converted already.
  @IsBoolean()
  readonly NOTIFIER_ALLOW_PRIVATE: boolean = false;
}
