import { Injectable } from '@nestjs/common';
import { readKey, seal } from '@sluice/directory';
import { GatewayConfig } from '../gateway.config.js';

/** Encrypts what the directory keeps secret. Refuses to start without a key rather than at the first secret. */
@Injectable()
export class Sealer {
  private readonly key: Buffer;

  constructor(config: GatewayConfig) {
    this.key = readKey(config.SECRETS_KEY);
  }

  seal(about: string, text: string): Buffer {
    return seal(this.key, about, text);
  }
}
