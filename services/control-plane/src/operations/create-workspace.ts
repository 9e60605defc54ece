import { limitMessage } from '@ampere/limits';
import { workspaceQuotaExceeded } from '../errors.ts';
import { type OperationContext, operation } from '../operation.ts';
import { workspaceResource } from '../taggable.ts';
import { makeUuid } from '../uuid.ts';
import { tagsView } from '../workspace-view.ts';

export const createWorkspace = operation({
  name: 'CreateWorkspace',
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
