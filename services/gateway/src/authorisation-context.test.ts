import { expect, test } from 'vitest';
import { authorisationContext, type RequestFacts } from './authorisation-context.ts';

const FACTS: RequestFacts = {
  principal: {
    kind: 'root',
    arn: 'arn:aws:iam::123456789012:root',
    accountId: '123456789012',
    userId: 'uid',
  },
  nowMs: Date.UTC(2026, 10, 20, 12, 30, 45, 678),
  remoteAddress: '::ffff:10.1.2.3',
  encrypted: false,
  userAgent: 'Prometheus/3.5.0',
  scope: undefined,
  resourceTags: new Map([
    ['team', 'obs'],
    ['__proto__', 'x'],
  ]),
};

const check = (key: string, value: string | undefined, facts: Partial<RequestFacts> = {}) =>
  test(`${key} is ${value}`, () =>
    expect(authorisationContext({ ...FACTS, ...facts }).get(key)).toEqual(
      value === undefined ? undefined : [value],
    ));

check('aws:SourceIp', '10.1.2.3');
check('aws:SourceIp', '::1', { remoteAddress: '::1' });
check('aws:SourceIp', '::ffff:abcd', { remoteAddress: '::ffff:abcd' });
check('aws:SecureTransport', 'false');
check('aws:SourceVpce', undefined);
check('aws:SourceVpce', 'vpc', { scope: 'vpc' });
check('aws:SecureTransport', 'true', { encrypted: true });
check('aws:CurrentTime', '2026-11-20T12:30:45Z');
check('aws:EpochTime', '1795177845');
check('aws:userid', 'uid');
check('aws:PrincipalArn', 'arn:aws:iam::123456789012:root');
check('aws:PrincipalAccount', '123456789012');
check('aws:UserAgent', 'Prometheus/3.5.0');
check('aws:UserAgent', undefined, { userAgent: undefined });
check('aws:ResourceTag/team', 'obs');
check('aws:ResourceTag/__proto__', 'x');
check('aws:ResourceTag/team', undefined, { resourceTags: undefined });
