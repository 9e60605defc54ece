import type { AuthorisationContext } from '../access-request.ts';
import type { PolicyKind } from '../compiled-policy.ts';
import { parsePolicy } from '../policy-document.ts';
import type { AttachedPolicy } from '../policy-set.ts';
import type { Principal } from '../principal.ts';

export const ACCOUNT = '123456789012';
export const OTHER_ACCOUNT = '210987654321';
export const WORKSPACE = `arn:aws:aps:us-east-1:${ACCOUNT}:workspace/ws-1`;

export const ANN: Principal = {
  kind: 'user',
  arn: `arn:aws:iam::${ACCOUNT}:user/ops/ann`,
  accountId: ACCOUNT,
  userId: 'AIDAEXAMPLE',
  tags: new Map([['team', 'storage']]),
};

/** A session of a role with a path, which the session's ARN doesn't show. */
export const SESSION: Principal = {
  kind: 'assumed-role',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Ingest/pod-1`,
  accountId: ACCOUNT,
  userId: 'AROAEXAMPLE:pod-1',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/eks/Ingest`,
};

export const BOB_ELSEWHERE: Principal = {
  kind: 'user',
  arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/bob`,
  accountId: OTHER_ACCOUNT,
  userId: 'AIDAOTHER',
};

export type StatementJson = Readonly<Record<string, unknown>>;

export function document(...statements: readonly StatementJson[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function attach(kind: PolicyKind, ...statements: readonly StatementJson[]): AttachedPolicy {
  return { name: kind, policy: parsePolicy(document(...statements), kind) };
}

export function contextOf(
  values: Readonly<Record<string, string | readonly string[]>>,
): AuthorisationContext {
  return new Map(Object.entries(values).map(([key, value]) => [key, [value].flat()]));
}

/** An Allow, or with `Effect` given a Deny, of everything on everything, but for what is given. */
export function statement(parts: StatementJson = {}): StatementJson {
  return { Effect: 'Allow', Action: '*', Resource: '*', ...parts };
}
