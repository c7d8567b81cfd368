/** Who the engine is to a registry: the body of X-Registry-Auth (Engine API, "Authentication"). */
export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  /** Host and port as in the image's name, without a scheme: `10.0.0.1:5000`. */
  readonly serveraddress: string;
}
