// The resource policy of a workspace: a resource policy with narrow bounds, refused in Amazon Managed
// Service for Prometheus's own words.

import type { CompiledPolicy } from './compiled-policy.ts';
import { isObject, type JsonObject, type JsonValue, parseJson } from './json-document.ts';
import { parsePolicy } from './policy-document.ts';
import { PolicyError } from './policy-error.ts';

/** What a workspace's policy may grant. */
export const WORKSPACE_POLICY_ACTIONS: readonly string[] = [
  'aps:RemoteWrite',
  'aps:QueryMetrics',
  'aps:GetLabels',
  'aps:GetSeries',
  'aps:GetMetricMetadata',
];

/** A workspace policy that isn't accepted; `message` is the service's, for a ValidationException. */
export class WorkspacePolicyError extends Error {
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.name = 'WorkspacePolicyError';
    this.detail = detail;
  }
}

/**
 * Checks and compiles the policy of a workspace.
 *
 * 1. It must be JSON with statements; each with a principal, actions of those that can be granted, by
 *    name, and the workspace's own ARN as its resource.
 * 2. Then it must be a resource policy like others.
 *
 * @throws WorkspacePolicyError
 */
export function parseWorkspacePolicy(text: string, workspaceArn: string): CompiledPolicy {
  for (const statement of readStatements(text)) {
    if (!statement.has('Principal'))
      throw new WorkspacePolicyError(
        'Resource policy cannot contain invalid arguments',
        'a statement has no Principal',
      );
    for (const action of listOf(statement.get('Action')))
      if (!isGrantable(action))
        throw new WorkspacePolicyError(
          'Resource policy contains actions that are not supported',
          `the action ${JSON.stringify(action)}; there are ${WORKSPACE_POLICY_ACTIONS.join(', ')}`,
        );
    for (const resource of listOf(statement.get('Resource')))
      if (resource !== workspaceArn)
        throw new WorkspacePolicyError(
          'Resource in policy does not match workspace resource ARN',
          `the resource ${JSON.stringify(resource)}`,
        );
  }
  try {
    return parsePolicy(text, 'resource');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new WorkspacePolicyError(
      'Resource policy cannot contain invalid arguments',
      `${error.message} ${error.detail}`,
    );
  }
}

function readStatements(text: string): readonly JsonObject[] {
  const malformed = (detail: string) =>
    new WorkspacePolicyError('Workspace resource policy cannot be malformed', detail);
  let root: JsonValue;
  try {
    root = parseJson(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw malformed(error.detail);
  }
  const statements = isObject(root) ? listOf(root.get('Statement')) : [];
  if (statements.length === 0 || !statements.every(isObject)) throw malformed('it has no statements');
  return statements;
}

/** NotAction and NotResource are `[undefined]` here, which nothing allows. */
function listOf(value: JsonValue | undefined): readonly (JsonValue | undefined)[] {
  return Array.isArray(value) ? value : [value];
}

function isGrantable(action: JsonValue | undefined): boolean {
  return (
    typeof action === 'string' &&
    WORKSPACE_POLICY_ACTIONS.some((known) => known.toLowerCase() === action.toLowerCase())
  );
}
