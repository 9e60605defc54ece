// STS: who am I, and temporary credentials.

import type { TokenVerifier } from '@ampere/oidc';
import type { Identity } from '../identity/identity.ts';
import { required, text } from '../query-api/members.ts';
import { accessDenied, validationError } from '../query-api/query-error.ts';
import { operationOf, QueryService } from '../query-api/query-service.ts';
import { assumeRole } from './assume-role.ts';
import { credentialsView, requireOpened, roleOf } from './session-input.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';

const operation = operationOf<Identity>();

/** Nobody needs a permission for it, and nobody can be denied it. */
const getCallerIdentity = operation({
  name: 'GetCallerIdentity',
  readOnly: true,
  action: null,
  members: {},
  run: (_input, { principal }) => ({
    UserId: principal!.userId,
    Account: principal!.accountId,
    Arn: principal!.arn,
  }),
});

const SESSION_SECONDS_DEFAULT = 43_200;
const ROOT_SESSION_SECONDS_MAX = 3600;

/** A temporary key for one's own identity; asks for no permission, as with AWS. */
const getSessionToken = operation({
  name: 'GetSessionToken',
  readOnly: true,
  action: null,
  members: { DurationSeconds: { type: 'integer', min: 900, max: 129_600 } },
  run({ DurationSeconds = SESSION_SECONDS_DEFAULT }, { parts, principal, request }) {
    const isTemporary =
      request.headers['x-amz-security-token'] !== undefined || /X-Amz-Security-Token=/i.test(request.search);
    const isRoot = principal?.kind === 'root' && principal.accountId === parts.names.accountId;
    const user =
      principal?.kind === 'user' ? parts.entities.find('user', principal.userName ?? '') : undefined;
    if (isTemporary || (user === undefined && !isRoot))
      throw accessDenied('Cannot call GetSessionToken with session credentials');
    const seconds = isRoot ? Math.min(DurationSeconds, ROOT_SESSION_SECONDS_MAX) : DurationSeconds;
    const content = {
      kind: 'owner',
      sessionName: undefined,
      policy: undefined,
      policyArns: [],
      tags: [],
      transitiveTagKeys: [],
      sourceIdentity: undefined,
    } as const;
    const session = parts.openSession(user?.id ?? parts.names.accountId, content, seconds);
    return { Credentials: credentialsView(requireOpened(session)) };
  },
});

const getAccessKeyInfo = operation({
  name: 'GetAccessKeyInfo',
  readOnly: true,
  members: { AccessKeyId: required(text(16, 128, /^\w*$/, '[\\w]*')) },
  run({ AccessKeyId }, { parts }) {
    const known = parts.keys.find(AccessKeyId) ?? parts.credentials.find(AccessKeyId);
    if (known === undefined) throw validationError(`The access key ${AccessKeyId} is of no account here.`);
    return { Account: parts.names.accountId };
  },
});

/** Every operation of STS that is here but the one that needs a verifier of tokens. */
export const STS_OPERATIONS = [getCallerIdentity, assumeRole, getSessionToken, getAccessKeyInfo];

/** STS' API over the stored identities; `verifier` for tokens of OpenID Connect providers. */
export function stsService(identity: Identity, verifier: TokenVerifier): QueryService<Identity> {
  return new QueryService({
    name: 'sts',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: [...STS_OPERATIONS, assumeRoleWithWebIdentity(verifier)],
    parts: identity,
    transaction: (work) => identity.store.transaction(work),
    // Who may assume a role is what its trust policy says.
    policyOf: (arn) => {
      const role = roleOf(identity, arn);
      return role && identity.principals.trustOf(role);
    },
    tagsOf: (arn) => {
      const role = roleOf(identity, arn);
      return role && identity.principals.tagsOf(role);
    },
  });
}
