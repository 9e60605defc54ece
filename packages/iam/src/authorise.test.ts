import { expect, test } from 'vitest';
import { authorise } from './authorise.ts';
import { type Principal, rootPrincipal } from './principal.ts';

const ROOT = rootPrincipal('123456789012');
const USER: Principal = {
  kind: 'user',
  arn: 'arn:aws:iam::123456789012:user/ann',
  accountId: '123456789012',
  userId: 'AIDAEXAMPLE',
};

function check(name: string, principal: Principal, resourceArn: string, allowed: boolean): void {
  test(name, () => {
    const decision = authorise(principal, 'aps:TagResource', resourceArn, new Map());
    expect(decision.allowed).toBe(allowed);
    if (decision.allowed) return;
    expect(decision.message).toBe(
      `User: ${principal.arn} is not authorized to perform: aps:TagResource on resource: ${resourceArn}` +
        ' because no identity-based policy allows the aps:TagResource action',
    );
  });
}

check('root on its own workspace', ROOT, 'arn:aws:aps:us-east-1:123456789012:workspace/ws-1', true);
check('root on the collection', ROOT, 'arn:aws:aps:us-east-1:123456789012:/workspaces', true);
check('root on another account', ROOT, 'arn:aws:aps:us-east-1:210987654321:workspace/ws-1', false);
check('root on an ARN without account', ROOT, 'arn:aws:s3:::bucket', false);
check('root on what is no ARN', ROOT, 'workspace/ws-1', false);
check('root on an ARN cut short', ROOT, 'arn:aws:aps:us-east-1:123456789012', false);
check('a user without policies', USER, 'arn:aws:aps:us-east-1:123456789012:workspace/ws-1', false);
