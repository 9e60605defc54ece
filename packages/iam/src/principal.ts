/** Who makes a request, however the identity was carried. */
export interface Principal {
  /** `root` is the account itself and may do everything in it. */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated';
  /** For example `arn:aws:iam::123456789012:root`. */
  readonly arn: string;
  readonly accountId: string;
  /** `aws:userid`: the account id for root. */
  readonly userId: string;
}

/** The principal of the account itself. */
export function rootPrincipal(accountId: string): Principal {
  return { kind: 'root', arn: `arn:aws:iam::${accountId}:root`, accountId, userId: accountId };
}
