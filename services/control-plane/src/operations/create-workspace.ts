import { limitMessage } from '@ampere/limits';
import { workspaceQuotaExceeded } from '../errors.ts';
import { CLIENT_TOKEN, KMS_KEY_ARN, TAG_MAP, WORKSPACE_ALIAS } from '../model.ts';
import { type OperationContext, operation } from '../operation.ts';
import { inBody } from '../shape.ts';
import { workspaceResource } from '../taggable.ts';
import { makeUuid } from '../uuid.ts';
import { tagsView } from '../workspace-view.ts';

export const createWorkspace = operation({
  name: 'CreateWorkspace',
  method: 'POST',
  pathTemplate: '/workspaces',
  successStatus: 202,
  input: {
    alias: inBody(WORKSPACE_ALIAS),
    clientToken: inBody(CLIENT_TOKEN),
    tags: inBody(TAG_MAP),
    kmsKeyArn: inBody(KMS_KEY_ARN),
  },
  resourceArn: (_path, names) => names.collection('workspaces'),
  handler(input, context) {
    requireRoom(context);
    const { store, workspaces, tags, lifecycle, names } = context;
    const workspaceId = `ws-${makeUuid(context.random)}`;
    const given = input.tags ?? new Map<string, string>();
    workspaces.insert({
      workspaceId,
      alias: input.alias,
      kmsKeyArn: input.kmsKeyArn,
      createdAtMs: Math.round(context.clock.nowMs()),
    });
    tags.put(workspaceResource(workspaceId), given);
    store.afterCommit(() => lifecycle.start(workspaceId));
    return {
      workspaceId,
      arn: names.workspace(workspaceId),
      status: { statusCode: 'CREATING' },
      tags: tagsView(given),
      ...(input.kmsKeyArn === undefined ? {} : { kmsKeyArn: input.kmsKeyArn }),
    };
  },
});

/** Counts inside the transaction that inserts, so that no two creates share the last place. */
function requireRoom({ workspaces, limits, names }: OperationContext): void {
  const { workspacesMax } = limits.account;
  if (workspacesMax !== 0 && workspaces.count() >= workspacesMax) {
    throw workspaceQuotaExceeded(names.accountId, limitMessage('workspaces_per_region'));
  }
}
