import { BaseConfig } from '@sluice/runtime';
import { Transform } from 'class-transformer';
import { IsBoolean, IsString, IsUrl, Matches } from 'class-validator';

export class BuilderConfig extends BaseConfig {
  /** Host and port of the registry, as image names start with. */
  @Matches(/^[a-z0-9.-]+(:\d+)?$/) readonly REGISTRY_HOST!: string;
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }) readonly REGISTRY_URL!: string;
  /** What we are to the registry and to our own git remote. */
  @IsString() readonly SERVICE_TOKEN!: string;
  /** Clone addresses below this one are our own git remote and get our token; no other ever does. */
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false }) readonly RECEIVER_URL!: string;
  /** Absolute path of a folder for this process alone: mirrors of the repositories, which it can make again. */
  @Matches(/^\//, { message: 'WORK_DIR must be an absolute path' }) readonly WORK_DIR!: string;
  /** Whether a repository may be a folder of this machine. Only for machines where whoever names it may read all of it. */
  @Transform(({ obj }: { obj: Record<string, unknown> }) => String(obj.BUILDER_ALLOW_FILE) === 'true')
  @IsBoolean()
  readonly BUILDER_ALLOW_FILE: boolean = false;
  /** Where git is found. */
  @IsString() readonly PATH: string = '/usr/local/bin:/usr/bin:/bin';
}
