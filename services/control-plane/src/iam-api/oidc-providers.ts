// OpenID Connect providers: whose tokens AssumeRoleWithWebIdentity takes.
//
// A provider is named by its issuer's URL without scheme, also in ARNs and in the condition keys of trust
// policies. AWS wants https and no port; here ports are taken, and plain http where the configuration says
// so, for issuers inside a private network. Thumbprints are kept and shown: as with AWS and the public
// providers, it is the system's certificate authorities that are trusted.

import type { Entity } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import { makeEntityId } from '../identity/identity-names.ts';
import { taggedEntity } from '../identity/principals.ts';
import { required, text } from '../query-api/members.ts';
import {
  alreadyExists,
  invalidInput,
  limitExceeded,
  noSuchEntity,
  validationError,
} from '../query-api/query-error.ts';
import { ARN, addTags, arnIn, dateOf, operation, requestTags } from './common.ts';
import { tagList } from './views.ts';

const PROVIDERS_MAX = 100;
const CLIENT_IDS_MAX = 100;
const THUMBPRINTS_MAX = 5;
const CLIENT_ID = text(1, 255);
const CLIENT_IDS = { type: 'texts', of: CLIENT_ID, max: CLIENT_IDS_MAX } as const;
const THUMBPRINTS = { type: 'texts', of: text(40, 40), max: 1000 } as const;
const PROVIDER_ARN = required(ARN);
const providerArn = arnIn('OpenIDConnectProviderArn');

/** The issuer's URL without scheme and without a slash at its end; undefined when it can be none. */
export function providerName(url: string): string | undefined {
  const name = /^https?:\/\/([A-Za-z0-9.\-_[\]:]+(?:\/[A-Za-z0-9\-._~%!$&'()+,;=:@/]*)?)$/.exec(url)?.[1];
  if (name === undefined || !URL.canParse(url)) return undefined;
  return name.replace(/\/$/, '');
}

/** @throws QueryError when there is none under the ARN. */
export function requireProvider(parts: Identity, arn: string): Entity<'oidc-provider'> {
  const named = parts.names.parse(arn);
  if (named?.kind !== 'oidc-provider' && !/^arn:aws:iam::\d{12}:oidc-provider\/.+/.test(arn))
    throw validationError(`Invalid ARN: ${arn}`);
  const found = named && parts.entities.find('oidc-provider', named.name);
  if (found === undefined) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return found;
}

const createProvider = operation({
  name: 'CreateOpenIDConnectProvider',
  readOnly: false,
  members: {
    Url: required(text(1, 255)),
    ClientIDList: CLIENT_IDS,
    ThumbprintList: THUMBPRINTS,
    Tags: { type: 'tags' },
  },
  resources: ({ parts, form }) => [
    parts.names.arn('oidc-provider', '/', providerName(form.text('Url') ?? '') ?? '*'),
  ],
  conditionKeys: requestTags,
  run(input, { parts }) {
    const name = providerName(input.Url);
    if (name === undefined) throw validationError('Invalid Open ID Connect Provider URL');
    if (input.Url.startsWith('http:') && !parts.isPrivateIssuer(input.Url))
      throw validationError(
        'Invalid Open ID Connect Provider URL: it must begin with https:// (see oidc.private_issuers in the configuration)',
      );
    const thumbprints = input.ThumbprintList ?? [];
    checkThumbprints(thumbprints);
    if (parts.entities.find('oidc-provider', name) !== undefined)
      throw alreadyExists(`Provider with url ${input.Url} already exists.`);
    if (parts.entities.count('oidc-provider') >= PROVIDERS_MAX)
      throw limitExceeded('OpenIdConnectProvidersPerAccount', PROVIDERS_MAX);
    const provider: Entity<'oidc-provider'> = {
      id: makeEntityId('oidc-provider', parts.random),
      kind: 'oidc-provider',
      name,
      path: '/',
      boundaryArn: undefined,
      createdAtMs: Math.round(parts.clock.nowMs()),
      content: { url: input.Url, clientIds: [...new Set(input.ClientIDList)], thumbprints },
    };
    parts.entities.insert(provider);
    addTags(parts, provider, input.Tags);
    return {
      OpenIDConnectProviderArn: parts.names.arnOf(provider),
      Tags: tagList(parts.principals.tagsOf(provider)),
    };
  },
});

function checkThumbprints(thumbprints: readonly string[]): void {
  if (thumbprints.length > THUMBPRINTS_MAX)
    throw invalidInput('Thumbprint list must contain fewer than 5 entries.');
  if (!thumbprints.every((thumbprint) => /^[0-9a-fA-F]{40}$/.test(thumbprint)))
    throw invalidInput('Thumbprint must be a 40 character hexadecimal string.');
}

const getProvider = operation({
  name: 'GetOpenIDConnectProvider',
  readOnly: true,
  members: { OpenIDConnectProviderArn: PROVIDER_ARN },
  resources: providerArn,
  run({ OpenIDConnectProviderArn }, { parts }) {
    const provider = requireProvider(parts, OpenIDConnectProviderArn);
    const { clientIds, thumbprints } = provider.content;
    return {
      Url: provider.name,
      ClientIDList: [...clientIds],
      ThumbprintList: [...thumbprints],
      CreateDate: dateOf(provider.createdAtMs),
      Tags: tagList(parts.principals.tagsOf(provider)),
    };
  },
});

const listProviders = operation({
  name: 'ListOpenIDConnectProviders',
  readOnly: true,
  members: {},
  run: (_input, { parts }) => ({
    OpenIDConnectProviderList: parts.entities
      .list('oidc-provider', { pathPrefix: '/', after: '', limit: PROVIDERS_MAX })
      .map((provider) => ({ Arn: parts.names.arnOf(provider) })),
  }),
});

const deleteProvider = operation({
  name: 'DeleteOpenIDConnectProvider',
  readOnly: false,
  members: { OpenIDConnectProviderArn: PROVIDER_ARN },
  resources: providerArn,
  run({ OpenIDConnectProviderArn }, { parts }) {
    const provider = requireProvider(parts, OpenIDConnectProviderArn);
    parts.tags.removeAll(taggedEntity(provider));
    parts.entities.remove(provider.id);
    return undefined;
  },
});

const addClientId = operation({
  name: 'AddClientIDToOpenIDConnectProvider',
  readOnly: false,
  members: { OpenIDConnectProviderArn: PROVIDER_ARN, ClientID: required(CLIENT_ID) },
  resources: providerArn,
  run({ OpenIDConnectProviderArn, ClientID }, { parts }) {
    const provider = requireProvider(parts, OpenIDConnectProviderArn);
    const { clientIds } = provider.content;
    if (clientIds.includes(ClientID)) return undefined;
    if (clientIds.length >= CLIENT_IDS_MAX)
      throw limitExceeded('ClientIdsPerOpenIdConnectProvider', CLIENT_IDS_MAX);
    update(parts, provider, { clientIds: [...clientIds, ClientID] });
    return undefined;
  },
});

const removeClientId = operation({
  name: 'RemoveClientIDFromOpenIDConnectProvider',
  readOnly: false,
  members: { OpenIDConnectProviderArn: PROVIDER_ARN, ClientID: required(CLIENT_ID) },
  resources: providerArn,
  run({ OpenIDConnectProviderArn, ClientID }, { parts }) {
    const provider = requireProvider(parts, OpenIDConnectProviderArn);
    update(parts, provider, { clientIds: provider.content.clientIds.filter((id) => id !== ClientID) });
    return undefined;
  },
});

const updateThumbprint = operation({
  name: 'UpdateOpenIDConnectProviderThumbprint',
  readOnly: false,
  members: { OpenIDConnectProviderArn: PROVIDER_ARN, ThumbprintList: required(THUMBPRINTS) },
  resources: providerArn,
  run({ OpenIDConnectProviderArn, ThumbprintList }, { parts }) {
    const provider = requireProvider(parts, OpenIDConnectProviderArn);
    checkThumbprints(ThumbprintList);
    update(parts, provider, { thumbprints: ThumbprintList });
    return undefined;
  },
});

function update(
  parts: Identity,
  provider: Entity<'oidc-provider'>,
  changes: Partial<Entity<'oidc-provider'>['content']>,
): void {
  parts.entities.update({ ...provider, content: { ...provider.content, ...changes } });
}

export const PROVIDER_OPERATIONS = [
  createProvider,
  getProvider,
  listProviders,
  deleteProvider,
  addClientId,
  removeClientId,
  updateThumbprint,
];
