// The `oidc`, `basic_auth` and `data_collection_rules` sections: whose bearer tokens the data plane takes and what
// their bearers may do, whether it takes keys as user and password, and which workspace an Azure-style URL means.
//
// An issuer, and where its keys are, is an https URL, unless `oidc.private_issuers` names it: who could change the
// keys on their way could make any token.

import { TOKEN_ALGORITHMS, type TokenGrant, type TokenIssuer } from '@ampere/gateway';
import { ConfigurationError } from './configuration-error.ts';

interface GrantSection {
  when: Record<string, string | string[]>;
  roles?: ('publisher' | 'reader')[];
  workspaces?: string[];
  act_as?: string;
}

interface IssuerSection {
  name: string;
  issuer: string;
  audiences: string[];
  jwks_uri?: string;
  algorithms?: string[];
  subject?: string | string[];
  grants: GrantSection[];
}

export interface OidcSection {
  private_issuers?: string[];
  issuers?: IssuerSection[];
}

/** Signatures that issuers make in practice; others have to be asked for. */
const ALGORITHMS: readonly string[] = ['RS256', 'ES256'];

const WORKSPACE_ID = '^[A-Za-z0-9][-.\\w]{0,63}$';
const CLAIM = { type: 'string', minLength: 1, maxLength: 256 } as const;
const oneOrMore = <T extends object>(item: T) =>
  ({ anyOf: [item, { type: 'array', minItems: 1, maxItems: 100, items: item }] }) as const;

const GRANT = {
  type: 'object',
  additionalProperties: false,
  required: ['when'],
  properties: {
    when: {
      type: 'object',
      minProperties: 1,
      maxProperties: 20,
      propertyNames: CLAIM,
      additionalProperties: oneOrMore({ type: 'string', maxLength: 1024 } as const),
    },
    roles: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: ['publisher', 'reader'] } },
    workspaces: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: { type: 'string', pattern: `^\\*$|${WORKSPACE_ID}` },
    },
    act_as: { type: 'string', pattern: '^arn:aws:iam::[0-9]{12}:role/[\\x21-\\x7e]{1,576}$' },
  },
} as const;

/** JSON schema of the sections. */
export const TOKENS_SCHEMA = {
  oidc: {
    type: 'object',
    additionalProperties: false,
    properties: {
      private_issuers: { type: 'array', maxItems: 100, items: { type: 'string', format: 'http-url' } },
      issuers: {
        type: 'array',
        maxItems: 100,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'issuer', 'audiences', 'grants'],
          properties: {
            name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,31}$' },
            issuer: { type: 'string', format: 'http-url' },
            audiences: {
              type: 'array',
              minItems: 1,
              maxItems: 100,
              items: { type: 'string', minLength: 1 },
            },
            jwks_uri: { type: 'string', format: 'http-url' },
            algorithms: {
              type: 'array',
              minItems: 1,
              uniqueItems: true,
              items: { enum: TOKEN_ALGORITHMS },
            },
            subject: oneOrMore(CLAIM),
            grants: { type: 'array', maxItems: 200, items: GRANT },
          },
        },
      },
    },
  },
  basic_auth: { type: 'boolean' },
  data_collection_rules: {
    type: 'object',
    propertyNames: { pattern: WORKSPACE_ID },
    additionalProperties: { type: 'string', pattern: WORKSPACE_ID },
  },
} as const;

/** Throws ConfigurationError for what the schema can't say. */
export function readTokenIssuers({ private_issuers = [], issuers = [] }: OidcSection): TokenIssuer[] {
  const privateOrigins = private_issuers.map((url) => new URL(url).origin);
  const names = new Set<string>();
  const urls = new Set<string>();
  return issuers.map((section, at): TokenIssuer => {
    const { name, issuer, jwks_uri } = section;
    const key = `oidc.issuers.${at}`;
    if (names.has(name)) throw new ConfigurationError(`${key}.name: ${name} is there twice`);
    if (urls.has(issuer.replace(/\/$/, '')))
      throw new ConfigurationError(`${key}.issuer: ${issuer} is there twice; put all of it into one`);
    names.add(name);
    urls.add(issuer.replace(/\/$/, ''));
    const addresses = [
      ['issuer', issuer],
      ...(jwks_uri === undefined ? [] : [['jwks_uri', jwks_uri]]),
    ] as const;
    for (const [what, url] of addresses)
      if (!url!.startsWith('https:') && !privateOrigins.includes(new URL(url!).origin))
        throw new ConfigurationError(
          `${key}.${what}: must be an https:// URL, or in the same place as one of oidc.private_issuers`,
        );
    return {
      name,
      url: issuer,
      audiences: section.audiences,
      keysUrl: jwks_uri,
      algorithms: section.algorithms ?? ALGORITHMS,
      subjectClaims: listOf(section.subject ?? 'sub'),
      grants: section.grants.map((grant, index) => readGrant(`${key}.grants.${index}`, grant)),
    };
  });
}

function readGrant(key: string, { when, roles, workspaces, act_as }: GrantSection): TokenGrant {
  const conditions = new Map(Object.entries(when).map(([claim, values]) => [claim, listOf(values)]));
  if (act_as !== undefined) {
    if (roles !== undefined || workspaces !== undefined)
      throw new ConfigurationError(`${key}: has either act_as or roles and workspaces`);
    return { when: conditions, actAs: act_as };
  }
  if (roles === undefined || workspaces === undefined)
    throw new ConfigurationError(`${key}: roles and workspaces go together; or act_as names a role of IAM`);
  return { when: conditions, roles, workspaces };
}

function listOf(value: string | string[]): string[] {
  return typeof value === 'string' ? [value] : value;
}
