import type { Authenticator } from './authenticator.ts';
import { SchemeAuthenticator } from './authorization-scheme.ts';
import { BasicAuthenticator } from './basic-authenticator.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { SignatureAuthenticator } from './signature-authenticator.ts';
import { TokenAuthenticator } from './tokens/token-authenticator.ts';

const ELSEWHERE = 'are taken by the data plane alone; sign this request with AWS Signature Version 4';

/**
 * Who tells the senders of requests apart: signatures everywhere, on the data plane also the tokens and passwords
 * that the options say.
 */
export function authenticators(options: GatewayOptions): { data: Authenticator; management: Authenticator } {
  const { clock, controlPlane, accountId, region, tokens, basicAuth, logger } = options;
  const { credentials, workspaces } = controlPlane;
  const signature = options.authenticator ?? new SignatureAuthenticator({ credentials, clock, region });
  const bearer =
    tokens === undefined || tokens.issuers.length === 0
      ? 'bearer tokens are not taken: no issuer of tokens is configured'
      : new TokenAuthenticator({
          ...tokens,
          credentials,
          accountId,
          arnOf: (workspaceId) => workspaces.arnOf(workspaceId),
          clock,
          onTrouble: (issuer, problem) =>
            logger.warn({ issuer, problem }, "a token's issuer can not be asked for its keys"),
        });
  const basic =
    basicAuth === true
      ? new BasicAuthenticator(credentials)
      : 'a user and password are not taken: basic authentication is not configured';
  return {
    data: new SchemeAuthenticator({ signature, bearer, basic }),
    management: new SchemeAuthenticator({
      signature,
      bearer: `bearer tokens ${ELSEWHERE}`,
      basic: `a user and password ${ELSEWHERE}`,
    }),
  };
}
