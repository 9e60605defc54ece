// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
// Conditions, one line a case: operator, values of the policy, values of the request (undefined for a key
// that is missing), and whether it holds.
import { describe, expect, test } from 'vitest';
import { AccessRequest } from './access-request.ts';
import { compileCondition } from './condition.ts';
import { ANN, contextOf, SESSION, WORKSPACE } from './testing/fixtures.ts';

type Values = string | readonly string[];

/** Whether `operator` holds for a key with the `actual` values, undefined for a missing key. */
function check(operator: string, wanted: Values, actual: Values | undefined, expected: boolean): void {
  test(`${operator} ${JSON.stringify(wanted)} with ${JSON.stringify(actual)}`, () => {
    const values = actual === undefined ? {} : { 'aws:Key': actual };
    expect(holds(operator, 'aws:Key', wanted, { ...values, 'aws:other': 'o*' })).toBe(expected);
  });
}

function holds(
  operator: string,
  key: string,
  wanted: Values,
  context: Readonly<Record<string, Values>>,
  principal = ANN,
): boolean {
  const condition = compileCondition(operator, key, [wanted].flat(), { variables: true, effect: 'Allow' });
  const request = { principal, action: 'aps:RemoteWrite', resource: WORKSPACE };
  return condition.holds(new AccessRequest({ ...request, context: contextOf(context) }));
}

describe('strings', () => {
  check('StringEquals', 'a', 'a', true);
  check('StringEquals', 'a', 'A', false);
  check('StringEquals', ['a', 'b'], 'b', true);
  check('StringEquals', 'a*', 'ab', false);
  check('StringEquals', 'a*', 'a*', true);
  check('StringEquals', '', '', true);
  check('StringNotEquals', 'a', 'b', true);
  check('StringNotEquals', ['a', 'b'], 'b', false);
  check('StringEqualsIgnoreCase', 'aB', 'Ab', true);
  check('StringEqualsIgnoreCase', '${aws:OTHER}', 'O*', true);
  check('StringNotEqualsIgnoreCase', 'aB', 'Ab', false);
  check('StringLike', 'a*c?', 'abbcd', true);
  check('StringLike', 'a*', 'Ab', false);
  check('StringLike', '*', '', true);
  check('StringNotLike', 'a*', 'abc', false);
  check('StringNotLike', 'a*', 'bc', true);
  check('StringLike', '${aws:other}', 'o*', true);
  check('StringLike', '${aws:other}', 'oo', false);
  check('StringLike', "${aws:none, 'd'}*", 'dd', true);
});

describe('numbers', () => {
  check('NumericEquals', '10', '10.0', true);
  check('NumericEquals', '10', '1e1', true);
  check('NumericEquals', '10', 'ten', false);
  check('NumericNotEquals', '10', '11', true);
  check('NumericNotEquals', '10', '10', false);
  check('NumericLessThan', '10', '9', true);
  check('NumericLessThan', '10', '10', false);
  check('NumericLessThanEquals', '10', '10', true);
  check('NumericGreaterThan', '-1.5', '-1', true);
  check('NumericGreaterThan', ['100', '1'], '2', true);
  check('NumericGreaterThanEquals', '10', '9.99', false);
  check('NumericLessThan', '10', '', false);
});

describe('dates', () => {
  check('DateEquals', '2026-11-20T10:00:00Z', '2026-11-20T11:00:00+01:00', true);
  check('DateEquals', '2026-11-20', '2026-11-20T00:00:00.000Z', true);
  check('DateEquals', '1795168800', '2026-11-20T10:00:00Z', true);
  check('DateNotEquals', '2026-11-20', '2026-11-21', true);
  check('DateLessThan', '2026-11-20T10:00:00Z', '2026-11-20T09:59:59Z', true);
  check('DateLessThan', '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z', false);
  check('DateLessThanEquals', '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z', true);
  check('DateGreaterThan', '2026-11', '2026-11-02', true);
  check('DateGreaterThanEquals', '2026-11-20T10:00:00-01:00', '2026', false);
  check('DateGreaterThan', '2020-01-01T00:00:00Z', 'now', false);
});

describe('booleans, bytes, null', () => {
  check('Bool', 'true', 'true', true);
  check('Bool', 'True', 'tRUE', true);
  check('Bool', 'true', 'false', false);
  check('Bool', 'false', 'false', true);
  check('Bool', 'false', undefined, false);
  check('BinaryEquals', 'AQID', 'AQID', true);
  check('BinaryEquals', 'AQ==', 'AQ', true);
  check('BinaryEquals', 'AQID', 'AQIE', false);
  check('Null', 'true', undefined, true);
  check('Null', 'true', 'x', false);
  check('Null', 'false', 'x', true);
  check('Null', 'false', undefined, false);
  check('Null', 'true', [], true);
  check('Null', ['true', 'false'], undefined, true);
});

describe('addresses', () => {
  check('IpAddress', '10.1.2.3', '10.1.2.3', true);
  check('IpAddress', '10.0.0.0/8', '10.255.0.1', true);
  check('IpAddress', '10.0.0.0/8', '11.0.0.1', false);
  check('IpAddress', '10.1.2.128/25', '10.1.2.127', false);
  check('IpAddress', '10.1.2.128/25', '10.1.2.200', true);
  check('IpAddress', '0.0.0.0/0', '1.2.3.4', true);
  check('IpAddress', '0.0.0.0/0', '::1', false);
  check('IpAddress', '2001:db8::/32', '2001:db8:1::1', true);
  check('IpAddress', '2001:db8::/33', '2001:db8:8000::1', false);
  check('IpAddress', '::1', '0:0:0:0:0:0:0:1', true);
  check('IpAddress', '::/0', '2001:db8::1', true);
  check('IpAddress', '10.0.0.0/8', '::ffff:10.1.1.1', true);
  check('IpAddress', '::ffff:10.0.0.0/104', '10.1.1.1', true);
  check('IpAddress', '10.0.0.0/8', '10.1.1.01', false);
  check('IpAddress', '10.0.0.0/8', 'localhost', false);
  check('IpAddress', ['192.168.0.0/16', '10.0.0.0/8'], '10.0.0.1', true);
  check('NotIpAddress', '10.0.0.0/8', '10.0.0.1', false);
  check('NotIpAddress', '10.0.0.0/8', '11.0.0.1', true);
  check('NotIpAddress', '10.0.0.0/8', '', true);
});

describe('ARNs', () => {
  const role = 'arn:aws:iam::123456789012:role/eks/Ingest';
  for (const operator of ['ArnEquals', 'ArnLike']) {
    check(operator, role, role, true);
    check(operator, 'arn:aws:iam::123456789012:role/*', role, true);
    check(operator, 'arn:aws:iam::*:role/eks/?ngest', role, true);
    check(operator, 'arn:aws:iam::*Ingest', role, false);
    check(operator, 'arn:aws:iam::123456789012:role/Ingest', role, false);
    check(operator, '*', role, true);
    check(operator, '*', 'no ARN', false);
  }
  check('ArnNotEquals', role, role, false);
  check('ArnNotLike', 'arn:aws:iam::*:user/*', role, true);
  check(
    'ArnLike',
    'arn:aws:iam::123456789012:role/${aws:other}/*',
    'arn:aws:iam::123456789012:role/o*/x',
    true,
  );
});

describe('missing keys', () => {
  check('StringEquals', 'a', undefined, false);
  check('StringNotEquals', 'a', undefined, true);
  check('NotIpAddress', '10.0.0.0/8', undefined, true);
  check('ArnNotLike', '*', undefined, true);
  check('StringEqualsIfExists', 'a', undefined, true);
  check('StringEqualsIfExists', 'a', 'b', false);
  check('StringNotEqualsIfExists', 'a', undefined, true);
  check('NumericLessThanIfExists', '1', undefined, true);
  check('BoolIfExists', 'true', undefined, true);
  check('ForAllValues:StringEquals', 'a', undefined, true);
  check('ForAllValues:StringNotEquals', 'a', undefined, true);
  check('ForAnyValue:StringEquals', 'a', undefined, false);
  check('ForAnyValue:StringNotEquals', 'a', undefined, false);
  check('ForAnyValue:StringEqualsIfExists', 'a', undefined, true);
  check('ForAllValues:StringEquals', 'a', [], true);
  check('ForAllValues:StringEquals', 'a', '', true);
  check('ForAnyValue:StringLike', '*', '', false);
  check('StringEquals', 'a', [], false);
});

describe('several values', () => {
  check('ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true);
  check('ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false);
  check('ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true);
  check('ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false);
  check('ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true);
  check('ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false);
  check('ForAnyValue:StringNotEquals', ['a', 'b'], ['c', 'a'], true);
  check('ForAnyValue:StringNotEquals', ['a', 'b'], ['b', 'a'], false);
  check('StringEquals', 'a', ['b', 'a'], true);
  check('StringNotEquals', 'a', ['b', 'a'], false);
  check('ForAllValues:StringLike', 'team-*', ['team-a', 'team-b'], true);
});

describe('keys', () => {
  const checkKey = (
    key: string,
    wanted: string,
    context: Record<string, Values>,
    expected: boolean,
    principal = ANN,
  ) =>
    test(`${key} ${wanted} of ${principal.kind}`, () => {
      expect(holds('StringEquals', key, wanted, context, principal)).toBe(expected);
    });
  checkKey('AWS:sourceip', '10.0.0.1', { 'aws:SourceIp': '10.0.0.1' }, true);
  checkKey('aws:ResourceTag/TEAM', 'a', { 'aws:ResourceTag/team': 'a' }, true);
  checkKey('aws:ResourceTag/TEAM', 'b', { 'aws:ResourceTag/team': 'a', 'aws:ResourceTag/TEAM': 'b' }, true);
  checkKey('aws:username', 'ann', {}, true);
  checkKey('aws:username', 'mallory', { 'aws:username': 'mallory' }, false);
  checkKey('aws:userid', 'AIDAEXAMPLE', {}, true);
  checkKey('aws:PrincipalArn', ANN.arn, {}, true);
  checkKey('aws:PrincipalAccount', '123456789012', {}, true);
  checkKey('aws:PrincipalType', 'User', {}, true);
  checkKey('aws:PrincipalTag/team', 'storage', {}, true);
  // Of a session it is the role's, whatever the context says.
  checkKey('aws:PrincipalArn', String(SESSION.roleArn), { 'aws:PrincipalArn': SESSION.arn }, true, SESSION);
  checkKey('aws:username', 'pod-1', {}, false, SESSION);
  checkKey('aws:userid', 'AROAEXAMPLE:pod-1', {}, true, SESSION);
});
