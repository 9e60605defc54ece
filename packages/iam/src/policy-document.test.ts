// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
// Documents that are accepted and refused, one line a case, with AWS's text for each refusal.
import { describe, expect, test } from 'vitest';
import type { PolicyKind } from './compiled-policy.ts';
import { parsePolicy } from './policy-document.ts';
import { PolicyError } from './policy-error.ts';
import { document, statement } from './testing/fixtures.ts';

const SYNTAX = 'Syntax errors in policy.';
const LEGACY = 'The policy failed legacy parsing';
const VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
const TRUST =
  'Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity';

/** `expected` is the message of the error; undefined when the document is accepted. */
function check(name: string, text: string, expected?: string, kind: PolicyKind = 'identity'): void {
  test(name, () => {
    let message: string | undefined;
    try {
      parsePolicy(text, kind);
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
      expect((error as PolicyError).detail).not.toBe('');
      message = (error as Error).message;
    }
    expect(message).toBe(expected);
  });
}

const of = (parts: Record<string, unknown>) => document(statement(parts));
const condition = (operator: string, value: unknown) => of({ Condition: { [operator]: { 'aws:x': value } } });

describe('form', () => {
  check('one statement in no list', JSON.stringify({ Version: '2012-10-17', Statement: statement() }));
  check('no version', JSON.stringify({ Statement: [statement()] }));
  check(
    'the old version and an Id',
    JSON.stringify({ Version: '2008-10-17', Id: 'x', Statement: [statement()] }),
  );
  check(
    'blanks everywhere',
    ' \n{\t"Statement" : [ { "Effect":"Allow", "Action" : "*" ,"Resource":"*" } ]\r\n} ',
  );
  check('no JSON', '{not json', SYNTAX);
  check('nothing', '', SYNTAX);
  check('something behind the end', `${document(statement())}x`, SYNTAX);
  check('a comma too many', '{"Statement":[],}', SYNTAX);
  check('a list', '[]', SYNTAX);
  check('an empty object', '{}', SYNTAX);
  check('no statement in the list', document(), SYNTAX);
  check('a statement that is a string', '{"Statement":"x"}', SYNTAX);
  check('another version', JSON.stringify({ Version: '2020-01-01', Statement: [statement()] }), SYNTAX);
  check('a version null', JSON.stringify({ Version: null, Statement: [statement()] }), SYNTAX);
  check('an unknown element', JSON.stringify({ Statement: [statement()], Extra: 1 }), SYNTAX);
  check('an unknown element of a statement', of({ Extra: 1 }), SYNTAX);
  check('an element in other case', of({ sid: 'x' }), SYNTAX);
  check(
    'a key twice',
    '{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}',
    SYNTAX,
  );
  check(
    'a key twice, once escaped',
    '{"Statement":{"Effect":"Allow","\\u0045ffect":"Deny","Action":"*","Resource":"*"}}',
    SYNTAX,
  );
  check(
    'a prototype as a key',
    '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","__proto__":{}}}',
    SYNTAX,
  );
  check('deep lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, SYNTAX);
  check('too long', document(statement({ Sid: 'x'.repeat(131_072) })), SYNTAX);
  check('no effect', document({ Action: '*', Resource: '*' }), SYNTAX);
  check('another effect', of({ Effect: 'Maybe' }), SYNTAX);
  check('an effect in other case', of({ Effect: 'allow' }), LEGACY);
  check('Action and NotAction', of({ NotAction: '*' }), SYNTAX);
  check('Resource and NotResource', of({ NotResource: '*' }), SYNTAX);
  check('an action that is a number', of({ Action: 1 }), SYNTAX);
  check('an action in a list that is null', of({ Action: [null] }), SYNTAX);
  check('a Sid that is a number', of({ Sid: 1 }), SYNTAX);
});

describe('elements', () => {
  check('no action', document({ Effect: 'Allow', Resource: '*' }), 'Policy statement must contain actions.');
  check('an empty list of actions', of({ Action: [] }), 'Policy statement must contain actions.');
  check('an action without vendor', of({ Action: 'RemoteWrite' }), VENDOR);
  check('an empty action', of({ Action: '' }), VENDOR);
  check(
    'an action with two colons',
    of({ Action: 'aps:a:b' }),
    'Actions/Condition can contain only one colon.',
  );
  check('an action with a bad vendor', of({ Action: 'aps :Get' }), 'Vendor aps  is not valid');
  check('a wildcard as vendor', of({ Action: 'a*:Get' }), 'Vendor a* is not valid');
  check(
    'no resource',
    document({ Effect: 'Allow', Action: '*' }),
    'Policy statement must contain resources.',
  );
  check('an empty list of resources', of({ Resource: [] }), 'Policy statement must contain resources.');
  check('a resource that is no ARN', of({ Resource: 'ws-1' }), 'Resource ws-1 must be in ARN format or "*".');
  check(
    'a resource of another partition',
    of({ Resource: 'arn:aws2:aps:::x' }),
    'Partition "aws2" is not valid for resource "arn:aws2:aps:::x".',
  );
  check(
    'a resource without ARN',
    of({ Resource: 's3::bucket/*' }),
    'Partition "" is not valid for resource "arn::bucket/*:*:*:*".',
  );
  check('a resource cut short', of({ Resource: 'arn:aws:s3::bucket' }), LEGACY);
  check('a resource cut off', of({ Resource: 'arn:aws:aps' }));
  check(
    'a wildcard as service',
    of({ Resource: 'arn:aws:*:*:*:*' }),
    'Resource vendor must be fully qualified and cannot contain regexes.',
  );
  check('a variable as account', of({ Resource: 'arn:aws:aps:*:${aws:PrincipalAccount}:x' }), LEGACY);
  check('a variable in the resource', of({ Resource: 'arn:aws:aps:*:*:workspace/${aws:username}' }));
  check('a variable that is open', of({ Resource: 'arn:aws:aps:*:*:workspace/${aws:username' }), LEGACY);
  check('a variable without key', of({ Resource: 'arn:aws:aps:*:*:workspace/${}' }), LEGACY);
  check('a default without quotes', of({ Resource: 'arn:aws:aps:*:*:workspace/${aws:username, x}' }), LEGACY);
  check(
    'a Sid with a blank',
    of({ Sid: 'a b' }),
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  );
  check(
    'a Sid twice',
    document(statement({ Sid: 'a' }), statement({ Sid: 'a' })),
    'Statement IDs (SID) in a single policy must be unique.',
  );
  check('empty Sids', document(statement({ Sid: '' }), statement({ Sid: '' })));
});

describe('conditions', () => {
  check('none', of({ Condition: {} }));
  check('a list', of({ Condition: [] }), SYNTAX);
  check('an unknown operator', condition('StringMatches', 'x'), SYNTAX);
  check('an operator in other case', condition('stringEquals', 'x'), SYNTAX);
  check('an unknown set operator', condition('ForSomeValues:StringEquals', 'x'), SYNTAX);
  check('two set operators', condition('ForAnyValue:ForAllValues:StringEquals', 'x'), SYNTAX);
  check('NullIfExists', condition('NullIfExists', 'true'), SYNTAX);
  check('all of them at once', condition('ForAllValues:StringNotEqualsIgnoreCaseIfExists', ['x', 'y']));
  check(
    'numbers and booleans',
    of({ Condition: { NumericEquals: { 'aws:x': 1 }, Bool: { 'aws:y': true } } }),
  );
  check('an object as value', condition('StringEquals', {}), SYNTAX);
  check('null as value', condition('StringEquals', null), SYNTAX);
  check('a key without vendor', of({ Condition: { StringEquals: { sub: 'x' } } }), VENDOR);
  check('a number that is none', condition('NumericLessThan', 'ten'), LEGACY);
  check('a date that is none', condition('DateLessThan', 'tomorrow'), LEGACY);
  check('the thirtieth of February', condition('DateLessThan', '2026-02-30'), LEGACY);
  check('an address that is none', condition('IpAddress', '10.0.0.256'), LEGACY);
  check('a prefix that is too long', condition('IpAddress', '10.0.0.0/33'), LEGACY);
  check('a boolean that is none', condition('Bool', 'yes'), LEGACY);
  check('base64 that is none', condition('BinaryEquals', '%%'), LEGACY);
});

describe('kinds', () => {
  const trust = (parts: Record<string, unknown>) =>
    document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '123456789012' }, ...parts });
  const named = (Principal: unknown) => of({ Principal });
  check('a principal in an identity policy', named('*'), 'Policy document should not specify a principal.');
  check(
    'a principal null in an identity policy',
    named(null),
    'Policy document should not specify a principal.',
  );
  check(
    'a principal in a boundary',
    named('*'),
    'Policy document should not specify a principal.',
    'boundary',
  );
  check(
    'a principal in a session policy',
    named('*'),
    'Policy document should not specify a principal.',
    'session',
  );
  check('a resource policy', named('*'), undefined, 'resource');
  check(
    'a resource policy with a Sid of words',
    of({ Principal: '*', Sid: 'let them in' }),
    undefined,
    'resource',
  );
  check('without principal', of({}), 'Missing required field Principal', 'resource');
  check('a trust policy', trust({}), undefined, 'trust');
  check(
    'a trust policy of a service',
    trust({ Principal: { Service: ['a.amazonaws.com', 'b.amazonaws.com'] } }),
    undefined,
    'trust',
  );
  check('a trust policy for another action', trust({ Action: 's3:Get' }), TRUST, 'trust');
  check('a trust policy for all actions', trust({ Action: '*' }), TRUST, 'trust');
  check(
    'a trust policy with NotAction',
    document({ Effect: 'Allow', NotAction: 'sts:X', Principal: '*' }),
    TRUST,
    'trust',
  );
  check('a trust policy with a resource', trust({ Resource: '*' }), 'Has prohibited field Resource', 'trust');
  check(
    'a trust policy without principal',
    document({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
    'Missing required field Principal',
    'trust',
  );
  check('an empty principal', named({}), SYNTAX, 'resource');
  check('a principal of another type', named({ Group: 'x' }), SYNTAX, 'resource');
  check('a principal null', named(null), SYNTAX, 'resource');
  check(
    'a principal with a wildcard',
    named({ AWS: 'arn:aws:iam::123456789012:user/*' }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*"',
    'resource',
  );
  check(
    'a principal that is no ARN',
    named({ AWS: 'ann' }),
    'Invalid principal in policy: "AWS":"ann"',
    'resource',
  );
  check(
    'a group as principal',
    named({ AWS: 'arn:aws:iam::123456789012:group/g' }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:group/g"',
    'resource',
  );
  check(
    'a service that is none',
    named({ Service: '*' }),
    'Invalid principal in policy: "SERVICE":"*"',
    'resource',
  );
  check(
    'a provider that is none',
    named({ Federated: '*' }),
    'Invalid principal in policy: "FEDERATED":"*"',
    'resource',
  );
  check('a canonical user', named({ CanonicalUser: '79a59df9' }), undefined, 'resource');
});

test('a managed policy has the newer version', () => {
  const text = JSON.stringify({ Version: '2008-10-17', Statement: [statement()] });
  expect(() => parsePolicy(text, 'identity', { managed: true })).toThrow(
    'Policy document must be version 2012-10-17 or greater.',
  );
  expect(parsePolicy(document(statement()), 'identity', { managed: true }).version).toBe('2012-10-17');
});

test('a policy tells which keys it asks for', () => {
  const text = document(
    statement({ Resource: 'arn:aws:aps:*:*:workspace/${aws:PrincipalTag/team}' }),
    statement({
      Condition: { StringLike: { 'aws:ResourceTag/a': '${aws:username}', 'AWS:resourcetag/A': 'x' } },
    }),
  );
  expect(parsePolicy(text, 'identity').contextKeys.map((key) => key.name)).toEqual([
    'aws:PrincipalTag/team',
    'aws:ResourceTag/a',
    'aws:username',
  ]);
});
