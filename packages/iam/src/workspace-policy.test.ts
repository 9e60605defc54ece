import { expect, test } from 'vitest';
import { authorise } from './authorise.ts';
import { ANN, BOB_ELSEWHERE, document, type StatementJson, WORKSPACE } from './testing/fixtures.ts';
import { parseWorkspacePolicy, WorkspacePolicyError } from './workspace-policy.ts';

const MALFORMED = 'Workspace resource policy cannot be malformed';
const INVALID = 'Resource policy cannot contain invalid arguments';
const ACTIONS = 'Resource policy contains actions that are not supported';
const RESOURCE = 'Resource in policy does not match workspace resource ARN';

function check(name: string, text: string, expected?: string): void {
  test(name, () => {
    let message: string | undefined;
    try {
      parseWorkspacePolicy(text, WORKSPACE);
    } catch (error) {
      expect(error).toBeInstanceOf(WorkspacePolicyError);
      message = (error as Error).message;
    }
    expect(message).toBe(expected);
  });
}

function granting(parts: StatementJson): string {
  const Principal = { AWS: BOB_ELSEWHERE.arn };
  return document({ Effect: 'Allow', Principal, Action: 'aps:RemoteWrite', Resource: WORKSPACE, ...parts });
}

check('one action', granting({}));
check(
  'all that can be granted',
  granting({ Action: ['aps:QueryMetrics', 'aps:GetLabels', 'aps:GetSeries', 'aps:GetMetricMetadata'] }),
);
check('no JSON', '{', MALFORMED);
check('no object', '[]', MALFORMED);
check('no statement', '{"Version":"2012-10-17"}', MALFORMED);
check('an empty list of statements', document(), MALFORMED);
check('a key twice', '{"Statement":[],"Statement":[]}', MALFORMED);
check('no principal', granting({ Principal: undefined }), INVALID);
check('a principal that is none', granting({ Principal: { AWS: 'bob' } }), INVALID);
check('another effect', granting({ Effect: 'Perhaps' }), INVALID);
check('a wildcard', granting({ Action: 'aps:*' }), ACTIONS);
check('every action', granting({ Action: '*' }), ACTIONS);
check(
  'an action that is not for others',
  granting({ Action: ['aps:RemoteWrite', 'aps:DeleteWorkspace'] }),
  ACTIONS,
);
check('NotAction', granting({ Action: undefined, NotAction: 'aps:RemoteWrite' }), ACTIONS);
check('another workspace', granting({ Resource: `${WORKSPACE}2` }), RESOURCE);
check('every resource', granting({ Resource: '*' }), RESOURCE);
check('NotResource', granting({ Resource: undefined, NotResource: WORKSPACE }), RESOURCE);

test('it decides like other resource policies', () => {
  const policy = parseWorkspacePolicy(granting({ Principal: { AWS: ANN.arn } }), WORKSPACE);
  const ask = (action: string) =>
    authorise(ANN, action, WORKSPACE, new Map(), { name: 'ws-1', policy }).allowed;
  expect(ask('aps:RemoteWrite')).toBe(true);
  expect(ask('aps:QueryMetrics')).toBe(false);
});
