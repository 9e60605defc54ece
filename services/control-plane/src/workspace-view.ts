// How a workspace looks in answers.
import type { ResourceNames } from './resource-names.ts';
import type { Workspace } from './workspace-store.ts';

type Tags = ReadonlyMap<string, string>;

/** Tags as a JSON object. Object.fromEntries makes own members of any key, `__proto__` too. */
export function tagsView(tags: Tags): object {
  return Object.fromEntries(tags);
}

/** An entry of ListWorkspaces; DescribeWorkspace adds to it. */
export function workspaceSummary(workspace: Workspace, tags: Tags, names: ResourceNames): object {
  const { workspaceId, alias, status, createdAtMs, kmsKeyArn } = workspace;
  return {
    workspaceId,
    ...(alias === undefined ? {} : { alias }),
    arn: names.workspace(workspaceId),
    status: { statusCode: status },
    // Epoch seconds; JSON numbers keep the milliseconds as a fraction.
    createdAt: createdAtMs / 1000,
    tags: tagsView(tags),
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
  };
}
