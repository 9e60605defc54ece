import { expect, test } from 'vitest';
import { ConfigurationError } from './configuration/configuration.ts';
import { describe, formOf } from './explain-access-command.ts';

const GIVEN = {
  principal: 'arn:aws:iam::123456789012:user/ann',
  action: 'aps:RemoteWrite',
  resource: 'arn:aws:aps:us-east-1:123456789012:workspace/ws-1',
  context: [],
  json: false,
};

test('keys with several values are one entry', () => {
  const form = new URLSearchParams(formOf({ ...GIVEN, context: ['a:k=1', 'a:k=2=3', 'b:k='] }));
  expect(form.get('ContextEntries.member.1.ContextKeyName')).toBe('a:k');
  expect(form.get('ContextEntries.member.1.ContextKeyValues.member.2')).toBe('2=3');
  expect(form.get('ContextEntries.member.2.ContextKeyValues.member.1')).toBe('');
});

test('what is no key with a value is refused', () => {
  expect(() => formOf({ ...GIVEN, context: ['nothing'] })).toThrow(ConfigurationError);
});

test('a denial names what denies it, and what was not known', () => {
  const text = describe({
    allowed: false,
    explanation: 'denied by statement 2 (No) of the identity-based policy mine of group devs',
    message: 'User: …',
    matched: [
      {
        layer: 'identity',
        policyName: 'mine',
        policySource: 'group devs',
        sid: 'No',
        index: 1,
        effect: 'Deny',
      },
    ],
    layers: { identity: 'explicitDeny' },
    missingContextKeys: ['aws:SourceIp'],
  });
  expect(text).toMatch(/^DENIED\n {2}denied by statement 2 \(No\)/);
  expect(text).toContain('\n  Deny  statement 2 (No) of mine of group devs [identity]\n');
  expect(text).toContain('\n  aws:SourceIp\n');
});
