import type { AuthorisationContext, Principal } from '@ampere/iam';

/** What the gateway knows of a request that policies may ask for. */
export interface RequestFacts {
  readonly principal: Principal;
  readonly nowMs: number;
  /** As the socket has it; proxies in between are not looked through. */
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  readonly userAgent: string | undefined;
  /** Name of the listener that it came through; undefined for the unnamed one. */
  readonly scope: string | undefined;
  /** Tags of the resource that the action is checked on. */
  readonly resourceTags: ReadonlyMap<string, string> | undefined;
  /** Keys of the call itself (`aws:RequestTag/…`, `sts:ExternalId`). */
  readonly conditionKeys?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** The global condition keys of IAM that a request here has, with their values in IAM's spelling. */
export function authorisationContext(facts: RequestFacts): AuthorisationContext {
  const { principal, nowMs } = facts;
  const context = new Map<string, readonly string[]>([
    ['aws:SourceIp', [sourceIp(facts.remoteAddress)]],
    ['aws:SecureTransport', [String(facts.encrypted)]],
    ['aws:CurrentTime', [`${new Date(nowMs).toISOString().slice(0, 19)}Z`]],
    ['aws:EpochTime', [String(Math.floor(nowMs / 1000))]],
    ['aws:userid', [principal.userId]],
    ['aws:PrincipalArn', [principal.arn]],
    ['aws:PrincipalAccount', [principal.accountId]],
  ]);
  if (facts.scope !== undefined) context.set('aws:SourceVpce', [facts.scope]);
  if (facts.userAgent !== undefined) context.set('aws:UserAgent', [facts.userAgent]);
  if (facts.resourceTags !== undefined)
    for (const [key, value] of facts.resourceTags) context.set(`aws:ResourceTag/${key}`, [value]);
  for (const [key, values] of facts.conditionKeys ?? []) context.set(key, values);
  return context;
}

/** An IPv4 address that came over a dual-stack socket is written as IPv4, as policies spell it. */
export function sourceIp(remoteAddress: string | undefined): string {
  return (remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}
