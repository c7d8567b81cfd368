import { Controller, Get, Header, Headers, Query } from '@nestjs/common';
import { Directory } from '@sluice/directory';
import { notFound, Public } from '@sluice/runtime';
import { AccountsService } from './accounts.service.js';
import { grant } from './grants.plan.js';
import { parseScopes } from './scope.plan.js';
import { TOKEN_SECONDS, TokenSigner } from './token.signer.js';

/** distribution's "Token Authentication Specification": `access_token` is OAuth's name for `token`. */
export interface RegistryToken {
  readonly token: string;
  readonly access_token: string;
  /** In seconds. */
  readonly expires_in: number;
  readonly issued_at: string;
}

/** Public to Nest, since a docker client signs in here and nowhere else. */
@Public()
@Controller('token')
export class TokenController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly directory: Directory,
    private readonly signer: TokenSigner,
  ) {}

  /** Grants what the account may do of what it asks for: less than asked is no error, and nothing is a login. */
  @Get()
  @Header('cache-control', 'no-store')
  async token(
    @Headers('authorization') authorization?: string,
    @Query('scope') scope?: unknown,
  ): Promise<RegistryToken> {
    if (!this.signer.isInCharge) throw notFound('token server', 'of this registry');
    const account = await this.accounts.signedIn(authorization);
    const access = grant(account, await this.directory.environments(), parseScopes(scope));
    const { token, issuedAt } = await this.signer.sign(account.name, access);
    return { token, access_token: token, expires_in: TOKEN_SECONDS, issued_at: issuedAt.toISOString() };
  }
}
