// Which operation, resource and path members a method and raw path lead to.
import { expect, test } from 'vitest';
import { OPERATIONS } from './operations/index.ts';
import { ResourceNames } from './resource-names.ts';
import { Router } from './router.ts';

const names = new ResourceNames('123456789012', 'us-east-1');
const router = new Router(OPERATIONS, names);
const PREFIX = 'arn:aws:aps:us-east-1:123456789012:';
const WORKSPACE = `${PREFIX}workspace/ws-1`;

function check(
  method: string,
  path: string,
  operation: string,
  resourceArn: string,
  parameters: Record<string, string> = {},
): void {
  test(`${method} ${path}`, () => {
    expect(router.route(method, path)).toEqual({
      kind: 'operation',
      match: {
        operation,
        action: `aps:${operation}`,
        resourceArn,
        pathParameters: new Map(Object.entries(parameters)),
      },
    });
  });
}

function wrongMethod(method: string, path: string, allowed: readonly string[]): void {
  test(`${method} ${path} is the wrong method`, () => {
    expect(router.route(method, path)).toEqual({ kind: 'wrong-method', allowed });
  });
}

function unknown(path: string): void {
  test(`${path} leads nowhere`, () => expect(router.route('GET', path)).toEqual({ kind: 'unknown' }));
}

check('POST', '/workspaces', 'CreateWorkspace', `${PREFIX}/workspaces`);
check('GET', '/workspaces', 'ListWorkspaces', `${PREFIX}/workspaces`);
check('GET', '/workspaces/ws-1', 'DescribeWorkspace', WORKSPACE, { workspaceId: 'ws-1' });
check('DELETE', '/workspaces/ws-1', 'DeleteWorkspace', WORKSPACE, { workspaceId: 'ws-1' });
check('POST', '/workspaces/ws-1/alias', 'UpdateWorkspaceAlias', WORKSPACE, { workspaceId: 'ws-1' });
check('GET', '/workspaces/alias', 'DescribeWorkspace', `${PREFIX}workspace/alias`, { workspaceId: 'alias' });
check('GET', '/workspaces/a%2Fb', 'DescribeWorkspace', `${PREFIX}workspace/a/b`, { workspaceId: 'a/b' });
check('GET', '/workspaces/a+b%20c', 'DescribeWorkspace', `${PREFIX}workspace/a+b c`, {
  workspaceId: 'a+b c',
});
check('GET', '/workspaces/%2e%2e', 'DescribeWorkspace', `${PREFIX}workspace/..`, { workspaceId: '..' });
check('GET', '/workspaces/%2561', 'DescribeWorkspace', `${PREFIX}workspace/%61`, { workspaceId: '%61' });
check('GET', `/tags/${WORKSPACE}`, 'ListTagsForResource', WORKSPACE, { resourceArn: WORKSPACE });
check('POST', `/tags/${encodeURIComponent(WORKSPACE)}`, 'TagResource', WORKSPACE, { resourceArn: WORKSPACE });
check('DELETE', `/tags/${WORKSPACE}`, 'UntagResource', WORKSPACE, { resourceArn: WORKSPACE });
check('GET', '/tags/a//b', 'ListTagsForResource', `${PREFIX}/tags`, { resourceArn: 'a//b' });
check(
  'GET',
  '/tags/arn:aws:aps:us-east-1:210987654321:workspace/ws-1',
  'ListTagsForResource',
  'arn:aws:aps:us-east-1:210987654321:workspace/ws-1',
  { resourceArn: 'arn:aws:aps:us-east-1:210987654321:workspace/ws-1' },
);

wrongMethod('PUT', '/workspaces', ['POST', 'GET']);
wrongMethod('get', '/workspaces', ['POST', 'GET']);
wrongMethod('OPTIONS', '/workspaces/ws-1', ['DELETE', 'GET']);
wrongMethod('GET', '/workspaces/ws-1/alias', ['POST']);
wrongMethod('PATCH', '/tags/a', ['GET', 'POST', 'DELETE']);

unknown('');
unknown('/');
unknown('*');
unknown('workspaces');
unknown('//workspaces');
unknown('/workspaces/');
unknown('/Workspaces');
unknown('/work%73paces');
unknown('/workspaces//alias');
unknown('/workspaces/ws-1/');
unknown('/workspaces/ws-1/alias/more');
unknown('/workspaces/%');
unknown('/workspaces/%ff');
unknown('/tags');
unknown('/tags/');
unknown('/tags/%E0%A4%A');
unknown('/workspaces?x');
unknown('/../workspaces');
