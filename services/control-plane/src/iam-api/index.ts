import type { Identity } from '../identity/identity.ts';
import { QueryService } from '../query-api/query-service.ts';
import { ACCESS_KEY_OPERATIONS } from './access-keys.ts';
import { ACCOUNT_OPERATIONS } from './account.ts';
import { BOUNDARY_OPERATIONS } from './boundaries.ts';
import { explainAccess } from './explain-access.ts';
import { GROUP_OPERATIONS } from './groups.ts';
import { PROVIDER_OPERATIONS } from './oidc-providers.ts';
import { OWNER_POLICY_OPERATIONS } from './owner-policies.ts';
import { POLICY_OPERATIONS } from './policies.ts';
import { ROLE_OPERATIONS } from './roles.ts';
import { SIMULATION_OPERATIONS } from './simulation.ts';
import { TAGGING_OPERATIONS } from './tagging.ts';
import { USER_OPERATIONS } from './users.ts';

/** Every operation of IAM that is here. */
export const IAM_OPERATIONS = [
  ...USER_OPERATIONS,
  ...ACCESS_KEY_OPERATIONS,
  ...GROUP_OPERATIONS,
  ...ROLE_OPERATIONS,
  ...POLICY_OPERATIONS,
  ...OWNER_POLICY_OPERATIONS,
  ...BOUNDARY_OPERATIONS,
  ...PROVIDER_OPERATIONS,
  ...TAGGING_OPERATIONS,
  ...SIMULATION_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  explainAccess,
];

/** IAM's API over the stored identities. */
export function iamService(identity: Identity): QueryService<Identity> {
  return new QueryService({
    name: 'iam',
    version: '2010-05-08',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    operations: IAM_OPERATIONS,
    parts: identity,
    transaction: (work) => identity.store.transaction(work),
    // IAM's resources have no policies of their own but roles, whose trust policy STS asks for.
    policyOf: () => undefined,
    tagsOf: (arn) => {
      const named = identity.names.parse(arn);
      const entity = named && identity.entities.find(named.kind, named.name);
      return entity === undefined || identity.names.arnOf(entity) !== arn
        ? undefined
        : identity.principals.tagsOf(entity);
    },
  });
}
