import type { Principal } from './principal.ts';

/** Facts of the request that policies may ask for, by condition key (`aws:SourceIp`, `aws:ResourceTag/team`). */
export type AuthorisationContext = ReadonlyMap<string, readonly string[]>;

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** The service's words, for the client. */
      readonly message: string;
    };

/**
 * The one authorisation decision of the whole system.
 *
 * Denies by default. The only identity there is so far is the account's root principal, which is
 * allowed every action on the resources of its own account.
 */
export function authorise(
  principal: Principal,
  action: string,
  resourceArn: string,
  _context: AuthorisationContext,
): Decision {
  if (principal.kind === 'root' && accountOfArn(resourceArn) === principal.accountId)
    return { allowed: true };
  return {
    allowed: false,
    message:
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resourceArn}` +
      ` because no identity-based policy allows the ${action} action`,
  };
}

/** `arn:partition:service:region:account:resource`; undefined when it is no ARN. */
function accountOfArn(arn: string): string | undefined {
  const parts = arn.split(':');
  return parts.length >= 6 && parts[0] === 'arn' ? parts[4] : undefined;
}
