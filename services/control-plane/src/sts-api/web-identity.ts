// AssumeRoleWithWebIdentity: a session of a role for who brings a token of an OpenID Connect provider, such as
// a pod with its service account's. It comes without a signature: the token is the proof.
//
// 1. The token says which issuer it is of; that must be a provider of this account, and the token's audience
//    one of its client ids.
// 2. The token is verified with the issuer's keys (packages/oidc).
// 3. The role's trust policy decides, with the provider as the principal and the claims as condition keys:
//    `<provider>:sub`, `:aud`, `:amr` and so on. As with AWS, `azp` is the audience when there is one.
//
// A role that isn't there and one that doesn't trust the token are refused in the same words.

import type { Principal } from '@ampere/iam';
import { type Claims, readClaims, TokenError, type TokenVerifier } from '@ampere/oidc';
import { providerName } from '../iam-api/oidc-providers.ts';
import type { Entity } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import { required, text } from '../query-api/members.ts';
import { accessDenied, QueryError } from '../query-api/query-error.ts';
import { operationOf } from '../query-api/query-service.ts';
import {
  durationSeconds,
  openRoleSession,
  ROLE_SESSION_MEMBERS,
  requireTrust,
  roleOf,
  sessionPolicies,
} from './session-input.ts';

const REFUSAL = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

/** Claims that trust policies may ask for, by `<provider>:<claim>`. */
const CLAIM_KEYS = ['sub', 'amr', 'email', 'azp'] as const;

export function assumeRoleWithWebIdentity(verifier: TokenVerifier) {
  return operationOf<Identity>()({
    name: 'AssumeRoleWithWebIdentity',
    readOnly: true,
    // Nobody's identity policies have a say: the trust policy is asked below, about the token.
    action: null,
    mayBeAnonymous: true,
    waits: true,
    members: {
      ...ROLE_SESSION_MEMBERS,
      WebIdentityToken: required({ ...text(4, 20_000), secret: true }),
      ProviderId: text(4, 2048),
    },
    secret: ['WebIdentityToken'],
    resources: ({ form }) => [form.text('RoleArn') ?? '*'],
    async run(input, { parts, request }) {
      const provider = providerOf(parts, readOrRefuse(input.WebIdentityToken));
      const claims = await verify(verifier, input.WebIdentityToken, provider);
      const audience = audienceOf(claims, provider);
      const role = roleOf(parts, input.RoleArn);
      if (role === undefined) throw accessDenied(REFUSAL);
      const principal: Principal = {
        kind: 'web-identity',
        arn: parts.names.arnOf(provider),
        accountId: parts.names.accountId,
        userId: `${provider.name}:${claims.sub}`,
      };
      const keys = claimKeys(provider.name, claims);
      keys.set('sts:RoleSessionName', [input.RoleSessionName]);
      requireTrust(parts, {
        principal,
        action: 'sts:AssumeRoleWithWebIdentity',
        role,
        keys,
        sourceIp: request.sourceIp,
        refusal: REFUSAL,
      });
      const session = {
        kind: 'role',
        sessionName: input.RoleSessionName,
        ...sessionPolicies(parts, input),
        tags: [],
        transitiveTagKeys: [],
        sourceIdentity: undefined,
      } as const;
      const seconds = durationSeconds(role, input.DurationSeconds, undefined);
      const opened = parts.store.transaction(() => openRoleSession(parts, role, session, seconds));
      return {
        ...opened,
        SubjectFromWebIdentityToken: claims.sub!,
        Provider: parts.names.arnOf(provider),
        Audience: audience,
      };
    },
  });
}

function readOrRefuse(token: string): Claims {
  try {
    return readClaims(token);
  } catch (error) {
    throw asQueryError(error);
  }
}

/** The registered provider that a token claims to be of. @throws QueryError. */
function providerOf(parts: Identity, { iss }: Claims): Entity<'oidc-provider'> {
  if (typeof iss !== 'string') throw invalidToken('Missing a required claim: iss');
  const name = providerName(iss);
  const provider = name === undefined ? undefined : parts.entities.find('oidc-provider', name);
  // Names are compared without regard to case, issuers with.
  if (provider === undefined || provider.name !== name)
    throw invalidToken(`No OpenIDConnect provider found in your account for ${iss.slice(0, 255)}`);
  return provider;
}

async function verify(
  verifier: TokenVerifier,
  token: string,
  provider: Entity<'oidc-provider'>,
): Promise<Claims> {
  try {
    return await verifier.verify(token, provider.content.url);
  } catch (error) {
    throw asQueryError(error);
  }
}

function asQueryError(error: unknown): unknown {
  if (!(error instanceof TokenError)) return error;
  switch (error.fault) {
    case 'malformed':
      return invalidToken(
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      );
    case 'expired':
      return new QueryError('ExpiredTokenException', `Token expired: ${error.message}`);
    case 'keys-unavailable':
      return invalidToken(
        "Couldn't retrieve verification key from your identity provider, please reference " +
          `AssumeRoleWithWebIdentity documentation for requirements (${error.message})`,
      );
    case 'invalid':
      return invalidToken(`The ID Token provided is not valid: ${error.message}`);
  }
}

function invalidToken(message: string): QueryError {
  return new QueryError('InvalidIdentityToken', message);
}

/** The audience that counts, which is a client id of the provider. @throws QueryError. */
function audienceOf(claims: Claims, provider: Entity<'oidc-provider'>): string {
  const found = audiences(claims).find((audience) => provider.content.clientIds.includes(audience));
  if (found === undefined) throw invalidToken('Incorrect token audience');
  return found;
}

function audiences({ azp, aud }: Claims): readonly string[] {
  if (typeof azp === 'string') return [azp];
  return typeof aud === 'string' ? [aud] : (aud ?? []);
}

function claimKeys(provider: string, claims: Claims): Map<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>([[`${provider}:aud`, audiences(claims)]]);
  if (claims.aud !== undefined)
    keys.set(`${provider}:oaud`, typeof claims.aud === 'string' ? [claims.aud] : claims.aud);
  for (const name of CLAIM_KEYS) {
    const value = claims[name];
    const values = Array.isArray(value) ? value : [value];
    if (values.every((one) => typeof one === 'string')) keys.set(`${provider}:${name}`, values);
  }
  return keys;
}
