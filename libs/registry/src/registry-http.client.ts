import { type Challenge, type Token, type TokenAnswer, parseChallenge, readToken } from './challenge.plan.js';
import { RegistryError, toRegistryError } from './registry.error.js';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** @returns a bearer token that allows the scopes. */
export type TokenProvider = (scopes: readonly string[]) => Promise<string>;

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Below the registry's address, with its query. */
  readonly path: string;
  /** What a token must allow: `repository:<name>:<actions>`. */
  readonly scopes: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** One registry over fetch, which keeps its sockets. Nothing is tried again but once, after a 401, with a token. */
export class RegistryHttp {
  /** Known after the first 401, so that later requests bring their token at once. */
  private challenge: Challenge | undefined;
  private readonly tokens = new Map<string, { token: Promise<Token>; expiresAt: number }>();

  constructor(
    private readonly url: string,
    private readonly credentials: RegistryCredentials | undefined,
    private readonly makeToken: TokenProvider | undefined,
  ) {}

  /** @throws RegistryError for every status that is not one of success, or the signal's reason. */
  async request(request: RegistryRequest): Promise<RegistryAnswer> {
    const first = await this.authorization(request.scopes);
    let answer = await this.send(request, first);
    if (answer.status === 401) {
      this.challenge = parseChallenge(answer.headers.get('www-authenticate'));
      if (first) this.tokens.delete(keyOf(request.scopes));
      const second = await this.authorization(request.scopes);
      if (second && second !== first) answer = await this.send(request, second);
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw toRegistryError(`${request.method} ${request.path}`, answer.status, answer.body);
  }

  private async send(
    { method, path, headers, body, signal }: RegistryRequest,
    authorization: string | undefined,
  ): Promise<RegistryAnswer> {
    const allHeaders = { ...headers, ...(authorization ? { authorization } : {}) };
    return read(new URL(path, this.url), { method, headers: allHeaders, body: body ?? null, signal: signal ?? null });
  }

  private async authorization(scopes: readonly string[]): Promise<string | undefined> {
    if (this.makeToken) return `Bearer ${await this.makeToken(scopes)}`;
    if (this.challenge?.scheme === 'basic') return this.basic();
    return this.challenge && (await this.token(this.challenge, scopes)).authorization;
  }

  private basic(): string | undefined {
    if (!this.credentials) return undefined;
    const { username, password } = this.credentials;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  /** Requests of the same moment and the same scopes share one question to the token server. */
  private token(challenge: Bearer, scopes: readonly string[]): Promise<Token> {
    const key = keyOf(scopes);
    const now = Date.now();
    for (const [heldKey, { expiresAt }] of this.tokens) if (expiresAt <= now) this.tokens.delete(heldKey);

    const held = this.tokens.get(key) ?? { token: this.askForToken(challenge, scopes), expiresAt: Infinity };
    this.tokens.set(key, held);
    held.token.then(
      ({ expiresAt }) => (held.expiresAt = expiresAt),
      () => this.tokens.delete(key),
    );
    return held.token;
  }

  private async askForToken({ realm, service }: Bearer, scopes: readonly string[]): Promise<Token> {
    const url = new URL(realm);
    if (service) url.searchParams.set('service', service);
    for (const scope of scopes) url.searchParams.append('scope', scope);

    const authorization = this.basic();
    const { status, body } = await read(url, { method: 'GET', headers: authorization ? { authorization } : {} });
    if (status !== 200) throw toRegistryError(`GET ${realm}`, status, body);
    const token = readToken(JSON.parse(body.toString('utf8')) as TokenAnswer, Date.now());
    if (!token) throw new RegistryError(status, 'TOKEN_REFUSED', `${realm} answered without a token`);
    return token;
  }
}

type Bearer = Challenge & { readonly scheme: 'bearer' };

const keyOf = (scopes: readonly string[]): string => scopes.join(' ');

/** Reads every body to its end, since an unread one keeps its socket busy. */
async function read(url: URL, init: RequestInit): Promise<RegistryAnswer> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    init.signal?.throwIfAborted();
    const reason = (error as Error).cause instanceof Error ? (error as { cause: Error }).cause.message : String(error);
    throw new RegistryError(undefined, 'UNREACHABLE', `${url.origin} does not answer: ${reason}`, { cause: error });
  }
}
