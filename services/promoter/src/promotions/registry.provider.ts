import type { FactoryProvider } from '@nestjs/common';
import { RegistryClient } from '@sluice/registry';
import { PromoterConfig } from '../promoter.config.js';
import { grant } from '../tokens/grants.plan.js';
import { parseScopes } from '../tokens/scope.plan.js';
import { TokenSigner } from '../tokens/token.signer.js';

const PROMOTER = {
  kind: 'principal',
  name: 'promoter',
  principal: { kind: 'service', id: 'promoter', name: 'promoter', admin: false, roles: {} },
} as const;

/** The promoter's own way into the registry. It signs its tokens itself: asking its own HTTP interface would be a detour. */
export const registryProvider: FactoryProvider<RegistryClient> = {
  provide: RegistryClient,
  inject: [PromoterConfig, TokenSigner],
  useFactory: ({ REGISTRY_URL: url }: PromoterConfig, signer: TokenSigner) => {
    const token = async (scopes: readonly string[]): Promise<string> =>
      (await signer.sign(PROMOTER.name, grant(PROMOTER, [], parseScopes(scopes)))).token;
    return new RegistryClient(signer.isInCharge ? { url, token } : { url });
  },
};
