// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
// Actions and resources, one line a case: pattern, what is asked for, and whether they match.
import { describe, expect, test } from 'vitest';
import { authorise } from './authorise.ts';
import { Glob } from './glob.ts';
import { parsePolicy } from './policy-document.ts';
import { tokenise } from './template.ts';
import { ANN, contextOf, document, SESSION, statement, WORKSPACE } from './testing/fixtures.ts';

describe('wildcards', () => {
  const check = (pattern: string, text: string, expected: boolean) =>
    test(`${pattern} and ${text}`, () => {
      const tokens = tokenise(pattern, { variables: false, wildcards: true });
      expect(new Glob(tokens.filter((token) => typeof token !== 'object')).matches(text)).toBe(expected);
    });
  check('', '', true);
  check('', 'a', false);
  check('*', '', true);
  check('*', 'abc', true);
  check('**', 'abc', true);
  check('?', '', false);
  check('?', 'a', true);
  check('?', 'ab', false);
  check('a', 'a', true);
  check('a', 'A', false);
  check('a*', 'a', true);
  check('a*', 'ba', false);
  check('*a', 'ba', true);
  check('*a', 'ab', false);
  check('a*a', 'a', false);
  check('a*a', 'aa', true);
  check('*ab*', 'xxabyy', true);
  check('*ab*ab*', 'xabyy', false);
  check('*ab*ab*', 'ababab', true);
  check('*a?c*', 'aabbacc', true);
  check('*a?c', 'abcabd', false);
  check('a?*c', 'ac', false);
  check('a*?c', 'abc', true);
  check('.*', 'abc', false);
  check('[ab]', 'a', false);
  check(`*${'ab'.repeat(20)}*`, `x${'ab'.repeat(25)}y`, true);
  check(`*${'ab'.repeat(20)}c*`, `${'ab'.repeat(25)}cx`, true);
  check(`*${'a?'.repeat(40)}c*`, `${'ab'.repeat(60)}c`, true);
  check(`*${'a?'.repeat(40)}c*`, `${'ab'.repeat(60)}d`, false);
});

describe('actions', () => {
  const check = (pattern: string, action: string, expected: boolean) =>
    test(`${pattern} and ${action}`, () => {
      const policy = parsePolicy(document(statement({ Action: pattern })), 'identity');
      const ann = { ...ANN, policies: { identity: [{ name: 'p', policy }] } };
      expect(authorise(ann, action, WORKSPACE, new Map()).allowed).toBe(expected);
    });
  check('*', 'aps:RemoteWrite', true);
  check('aps:*', 'aps:RemoteWrite', true);
  check('APS:remotewrite', 'aps:RemoteWrite', true);
  check('aps:Remote*', 'aps:RemoteWrite', true);
  check('aps:Get?e?ies', 'aps:GetSeries', true);
  check('aps:Get', 'aps:GetSeries', false);
  check('ap:*', 'aps:GetSeries', false);
});

describe('resources', () => {
  const context = contextOf({ 'aws:x': 'ws', 'aws:star': '*', 'aws:many': ['a', 'b'], 'aws:colon': 'a:b' });
  const check = (pattern: string, arn: string, expected: boolean, version = '2012-10-17') =>
    test(`${pattern} and ${arn}${version === '2012-10-17' ? '' : ', old version'}`, () => {
      const text = JSON.stringify({ Version: version, Statement: statement({ Resource: pattern }) });
      const ann = { ...ANN, policies: { identity: [{ name: 'p', policy: parsePolicy(text, 'identity') }] } };
      expect(authorise(ann, 'aps:RemoteWrite', arn, context).allowed).toBe(expected);
    });
  const head = 'arn:aws:aps:us-east-1:123456789012';
  check('*', WORKSPACE, true);
  check('*', '*', true);
  check('arn:aws:aps:*:*:*', '*', false);
  check(WORKSPACE, WORKSPACE, true);
  check(WORKSPACE, `${WORKSPACE}1`, false);
  check(WORKSPACE.toUpperCase().replace('ARN:AWS', 'arn:aws'), WORKSPACE, false);
  check(`${head}:workspace/*`, WORKSPACE, true);
  check(`${head}:workspace/ws-?`, WORKSPACE, true);
  check('arn:*:aps:*:*:workspace/*', WORKSPACE, true);
  check('arn:aws:aps:us-*:1234*:*', WORKSPACE, true);
  check('arn:aws:aps', WORKSPACE, true);
  check('arn:aws:aps:eu-west-1', WORKSPACE, false);
  // A wildcard stays in its segment: this one has an account that ends in `:workspace/ws-1`.
  check('arn:aws:aps:us-east-1:*ws-1:*', WORKSPACE, false);
  check('arn:aws:aps:*ws-1', WORKSPACE, false);
  check(`${head}:rulegroupsnamespace/*:b`, `${head}:rulegroupsnamespace/ws/a:b`, true);
  check(`${head}:workspace/\${aws:x}-1`, WORKSPACE, true);
  check(`${head}:workspace/\${AWS:X}-1`, WORKSPACE, true);
  check(`${head}:workspace/\${aws:x}*`, WORKSPACE, true);
  check(`${head}:workspace/\${aws:star}`, WORKSPACE, false);
  check(`${head}:workspace/\${aws:star}`, `${head}:workspace/*`, true);
  check(`${head}:workspace/\${*}`, WORKSPACE, false);
  check(`${head}:workspace/\${*}\${?}\${$}`, `${head}:workspace/*?$`, true);
  check(`${head}:workspace/\${aws:colon}`, `${head}:workspace/a:b`, true);
  check(`${head}:workspace/\${aws:y}*`, WORKSPACE, false);
  check(`${head}:workspace/\${aws:y, 'ws-1'}`, WORKSPACE, true);
  check(`${head}:workspace/\${aws:x , 'no'}-\${aws:y,'1'}`, WORKSPACE, true);
  check(`${head}:workspace/\${aws:y, ''}ws-1`, WORKSPACE, true);
  check(`${head}:workspace/\${aws:many}`, `${head}:workspace/a`, false);
  check(`${head}:workspace/\${aws:username}`, `${head}:workspace/ann`, true);
  check(`${head}:workspace/\${aws:PrincipalTag/team}`, `${head}:workspace/storage`, true);
  check(`${head}:workspace/\${aws:principaltag/TEAM}`, `${head}:workspace/storage`, true);
  check(`${head}:workspace/\${aws:PrincipalTag/none}`, `${head}:workspace/storage`, false);
  check(`${head}:workspace/\${aws:x}`, `${head}:workspace/\${aws:x}`, true, '2008-10-17');
  check(`${head}:workspace/\${aws:x}-1`, WORKSPACE, false, '2008-10-17');
  check(`${head}:workspace/\${*}`, `${head}:workspace/\${anything}`, true, '2008-10-17');
});

describe('what cannot be resolved gives no access', () => {
  const check = (name: string, parts: Record<string, unknown>, expected: boolean) =>
    test(name, () => {
      const identity = [statement({ Effect: 'Allow' }), statement(parts)];
      if (parts['Effect'] === 'Allow') identity.shift();
      const policy = parsePolicy(document(...identity), 'identity');
      const session = { ...SESSION, policies: { identity: [{ name: 'p', policy }] } };
      expect(authorise(session, 'aps:RemoteWrite', WORKSPACE, contextOf({ 'aws:k': 'v' })).allowed).toBe(
        expected,
      );
    });
  // A role session has no aws:username.
  const NotResource = 'arn:aws:aps:*:*:workspace/${aws:username}';
  const not = { StringNotEquals: { 'aws:k': '${aws:username}' } };
  check('Allow NotResource', { Effect: 'Allow', Resource: undefined, NotResource }, false);
  check('Deny NotResource', { Effect: 'Deny', Resource: undefined, NotResource }, false);
  check('Allow StringNotEquals', { Effect: 'Allow', Condition: not }, false);
  check('Deny StringNotEquals', { Effect: 'Deny', Condition: not }, false);
  check(
    'Allow StringEquals',
    { Effect: 'Allow', Condition: { StringEquals: { 'aws:k': '${aws:username}' } } },
    false,
  );
  check(
    'Deny StringEquals',
    { Effect: 'Deny', Condition: { StringEquals: { 'aws:k': '${aws:username}' } } },
    true,
  );
});

// Tried again and again as a backtracking matcher does, these would take longer than the sun has.
test('pathological patterns are matched in one go', () => {
  const text = 'a'.repeat(100_000);
  const glob = (pattern: string) =>
    new Glob(tokenise(pattern, { variables: false, wildcards: true }).filter((t) => typeof t !== 'object'));
  expect(glob(`${'*a'.repeat(5000)}b`).matches(text)).toBe(false);
  expect(glob(`${'*a'.repeat(5000)}*b*`).matches(text)).toBe(false);
  expect(glob(`*${'a'.repeat(5000)}b*`).matches(text)).toBe(false);
  expect(glob(`*${'a?'.repeat(2500)}b*`).matches(text)).toBe(false);
  expect(glob(`${'*?a'.repeat(5000)}*b*`).matches(text)).toBe(false);
});
