/** The only place of the launcher that reads the environment. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** Parts that the user has already: used as they are, never stopped and never cleaned. */
export interface Given {
  readonly databaseUrl?: string;
  readonly amqpUrl?: string;
  readonly registryUrl?: string;
  readonly dockerHost?: string;
}

export function givenParts(variables: typeof environment = environment): Given {
  return {
    databaseUrl: variables.DATABASE_URL || undefined,
    amqpUrl: variables.AMQP_URL || undefined,
    registryUrl: variables.REGISTRY_URL?.replace(/\/+$/, '') || undefined,
    dockerHost: variables.DOCKER_HOST || undefined,
  };
}
