/** What the API refused, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** The few calls of the REST API that the launcher, the demo, the scenarios and the benchmarks make. */
export class Api {
  constructor(
    readonly url: string,
    readonly token?: string,
  ) {}

  static async login(url: string, name: string, password: string): Promise<Api> {
    const { token } = await new Api(url).post<{ token: string }>('/login', { name, password });
    return new Api(url, token);
  }

  get = <T>(path: string): Promise<T> => this.call<T>('GET', path);
  post = <T>(path: string, body: object = {}): Promise<T> => this.call<T>('POST', path, body);
  put = <T>(path: string, body: object): Promise<T> => this.call<T>('PUT', path, body);
  patch = <T>(path: string, body: object): Promise<T> => this.call<T>('PATCH', path, body);

  /** Lines of `application/x-ndjson` as they come. */
  async *lines<T>(path: string, signal?: AbortSignal): AsyncGenerator<T> {
    const response = await this.fetch('GET', path, undefined, signal);
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop()!;
      for (const part of parts) if (part) yield JSON.parse(part) as T;
    }
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }

  private async fetch(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      signal,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body && JSON.stringify(body),
    });
    if (response.ok) return response;
    const problem = (await response.json().catch(() => ({}))) as { detail?: string; code?: string };
    throw new ApiError(
      response.status,
      problem.code,
      `${method} ${path}: ${response.status} ${problem.detail ?? response.statusText}`,
    );
  }
}
