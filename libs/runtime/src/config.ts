import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Max, Min, validateSync } from 'class-validator';

export type Environ = Readonly<Record<string, string | undefined>>;

/** The only reader of the process's environment. */
export const processEnviron = (): Environ => process.env;

/** What every service needs. A service's own class extends this and lists its variables with their rules. */
export class BaseConfig {
  /** TCP port of the service's HTTP interface; 0 picks a free one. */
  @IsInt() @Min(0) @Max(65535) readonly PORT!: number;
  @IsString() readonly HOST: string = '127.0.0.1';
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_protocol: true, require_tld: false })
  readonly DATABASE_URL!: string;
  @IsUrl({ protocols: ['amqp', 'amqps'], require_protocol: true, require_tld: false }) readonly AMQP_URL!: string;
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent']) readonly LOG_LEVEL: string = 'info';
  /** Key for what the directory keeps encrypted: 32 bytes in base64. */
  @IsOptional() @IsString() readonly SECRETS_KEY?: string;
}

/** The configuration is wrong; `problems` names every variable at once. */
export class BadConfig extends Error {
  override readonly name = 'BadConfig';

  constructor(readonly problems: string[]) {
    super(`configuration: ${problems.join('; ')}`);
  }
}

/** Reads a configuration class from environment variables and checks it. Throws `BadConfig`. Values are never echoed. */
export function readConfig<T extends object>(type: new () => T, environ: Environ): T {
  const known = Object.fromEntries(Object.entries(environ).filter(([, value]) => value !== undefined && value !== ''));
  const config = plainToInstance(type, known, { enableImplicitConversion: true, exposeDefaultValues: true });
  const problems = validateSync(config, { validationError: { target: false, value: false } }).map(
    (problem) => Object.values(problem.constraints ?? { is: `${problem.property} is wrong` })[0]!,
  );
  if (problems.length > 0) throw new BadConfig(problems);
  return config;
}
