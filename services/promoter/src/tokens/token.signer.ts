import { Injectable } from '@nestjs/common';
import { importPKCS8, SignJWT } from 'jose';
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PromoterConfig } from '../promoter.config.js';
import type { Access } from './grants.plan.js';

/** In seconds. A registry looks at the token when a request begins, so a long upload may outlast it. */
export const TOKEN_SECONDS = 300;
const ALGORITHM = 'ES256';

interface SigningKey {
  readonly key: Awaited<ReturnType<typeof importPKCS8>>;
  /** The certificate in base64 DER. The registry trusts this very certificate and no other. */
  readonly x5c: string[];
}

/** Signs what the registry believes: distribution's "Token Authentication Implementation". */
@Injectable()
export class TokenSigner {
  private key?: Promise<SigningKey>;

  constructor(private readonly config: PromoterConfig) {}

  /** False for a registry whose access somebody else decides. */
  get isInCharge(): boolean {
    return this.config.REGISTRY_TOKEN_KEY_FILE !== undefined && this.config.REGISTRY_TOKEN_CERT_FILE !== undefined;
  }

  async sign(subject: string, access: readonly Access[]): Promise<{ token: string; issuedAt: Date }> {
    const { key, x5c } = await (this.key ??= this.readKey());
    const issued = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ access })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', x5c })
      .setIssuer(this.config.REGISTRY_TOKEN_ISSUER)
      .setAudience(this.config.REGISTRY_TOKEN_SERVICE)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(issued)
      .setNotBefore(issued)
      .setExpirationTime(issued + TOKEN_SECONDS)
      .sign(key);
    return { token, issuedAt: new Date(issued * 1000) };
  }

  private async readKey(): Promise<SigningKey> {
    const [key, certificate] = await Promise.all([
      readFile(this.config.REGISTRY_TOKEN_KEY_FILE!),
      readFile(this.config.REGISTRY_TOKEN_CERT_FILE!),
    ]);
    // OpenSSL writes either of two PEM forms; node reads both, jose only PKCS #8.
    const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }) as string;
    return {
      key: await importPKCS8(pkcs8, ALGORITHM),
      x5c: [new X509Certificate(certificate).raw.toString('base64')],
    };
  }
}
