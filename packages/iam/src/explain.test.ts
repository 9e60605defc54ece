// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
import { expect, test } from 'vitest';
import { describeDecision, explain } from './explain.ts';
import { rootPrincipal } from './principal.ts';
import { ACCOUNT, ANN, attach, contextOf, statement, WORKSPACE } from './testing/fixtures.ts';

const NOTHING = new Map();
const ACTION = 'aps:RemoteWrite';

test('all statements that apply are named, and what each layer says', () => {
  const identity = attach(
    'identity',
    statement({ Sid: 'All' }),
    statement({ Sid: 'Other', Action: 'aps:QueryMetrics' }),
    statement({ Sid: 'Stop', Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
  const boundary = attach('boundary', statement({ Action: 'aps:QueryMetrics' }));
  const principal = { ...ANN, policies: { identity: [identity], boundary } };
  const resource = attach('resource', statement({ Principal: { AWS: ACCOUNT } }));
  const context = contextOf({ 'aws:SecureTransport': 'false' });
  const { decision, matched, layers } = explain(principal, ACTION, WORKSPACE, context, resource);
  expect(matched.map(({ layer, index, effect }) => `${layer} ${index} ${effect}`)).toEqual([
    'identity 0 Allow',
    'identity 2 Deny',
    'resource 0 Allow',
  ]);
  expect([...layers]).toEqual([
    ['identity', 'explicitDeny'],
    ['resource', 'allowed'],
    ['boundary', 'implicitDeny'],
  ]);
  expect(describeDecision(decision)).toBe(
    'denied by statement 3 (Stop) of the identity-based policy identity',
  );
});

test('keys that the request lacks are named, of this action and caller alone', () => {
  const identity = attach(
    'identity',
    statement({
      Condition: {
        StringEquals: { 'aws:ResourceTag/team': '${aws:RequestTag/team}', 'aws:username': 'ann' },
      },
    }),
    statement({ Action: 'aps:QueryMetrics', Condition: { Null: { 'aws:SourceVpce': 'true' } } }),
  );
  const resource = attach(
    'resource',
    statement({ Principal: { AWS: `${ANN.arn}2` }, Condition: { Null: { 'aws:SourceArn': 'true' } } }),
  );
  const principal = { ...ANN, policies: { identity: [identity] } };
  expect(explain(principal, ACTION, WORKSPACE, NOTHING, resource).missingContextKeys).toEqual([
    'aws:RequestTag/team',
    'aws:ResourceTag/team',
  ]);
});

test('decisions are told in a line', () => {
  const root = rootPrincipal(ACCOUNT);
  expect(describeDecision(explain(root, ACTION, WORKSPACE, NOTHING).decision)).toBe(
    'allowed: the account itself may do everything on its own resources',
  );
  expect(describeDecision(explain(ANN, ACTION, WORKSPACE, NOTHING).decision)).toBe(
    'denied: no statement of any identity-based policy allows it',
  );
  const arn = 'arn:aws:iam::aws:policy/P';
  const attached = { ...attach('identity', statement()), name: 'P', arn, source: 'group Ops' };
  const ann = { ...ANN, policies: { identity: [attached] } };
  expect(describeDecision(explain(ann, ACTION, WORKSPACE, NOTHING).decision)).toBe(
    'allowed by statement 1 of the identity-based policy P (arn:aws:iam::aws:policy/P) of group Ops',
  );
});
