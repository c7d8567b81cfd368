import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

/** What the lab's registry expects of a token; see `deploy/local`. */
export interface TokenRules {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly keyFile: string;
  readonly certificateFile: string;
}

/**
 * Stands in for the promoter, which gives out the registry's tokens: whoever has the password may do all he asks for,
 * everybody else nothing. For tests of this library alone.
 */
export async function startTokenServer(rules: TokenRules, password: string): Promise<{ stop(): Promise<void> }> {
  const key = createPrivateKey(await readFile(rules.keyFile));
  const certificate = (await readFile(rules.certificateFile, 'utf8')).replaceAll(/-----.*-----|\s/g, '');
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  const server = createServer((request, response) => {
    const basic = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    const allowed = basic.endsWith(`:${password}`);
    const scopes = new URL(request.url ?? '', rules.realm).searchParams.getAll('scope');
    const access = scopes.map((scope) => {
      const [, type, name, actions = ''] = /^(\w+):(.*):([\w,*]*)$/.exec(scope) ?? [];
      return { type, name, actions: allowed ? actions.split(',') : [] };
    });
    const now = Math.floor(Date.now() / 1000);
    const { issuer: iss, service: aud } = rules;
    const claims = { iss, aud, sub: 'robot', exp: now + 300, nbf: now - 10, iat: now, jti: randomUUID(), access };
    const unsigned = `${part({ typ: 'JWT', alg: 'ES256', x5c: [certificate] })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(unsigned), { key, dsaEncoding: 'ieee-p1363' });
    response.end(JSON.stringify({ token: `${unsigned}.${signature.toString('base64url')}`, expires_in: 300 }));
  });

  const { hostname, port } = new URL(rules.realm);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(Number(port), hostname, resolve));
  return {
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
