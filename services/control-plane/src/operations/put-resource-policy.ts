import { parseWorkspacePolicy, WorkspacePolicyError } from '@ampere/iam';
import { fieldInvalid } from '../errors.ts';
import { operation, workspaceArn } from '../operation.ts';
import { makeUuid } from '../uuid.ts';
import { requireSettledWorkspace } from './require-workspace.ts';
import { policyRefused, requireRevision } from './resource-policy.ts';

/** Ours: what IAM allows the policies of most kinds of resources. */
const POLICY_CHARACTERS_MAX = 20_480;

/** Makes or replaces the policy of a workspace; it counts from the next request on. */
export const putResourcePolicy = operation({
  name: 'PutResourcePolicy',
  resourceArn: workspaceArn,
  handler({ workspaceId, policyDocument, revisionId: expected }, context) {
    requirePolicyText(policyDocument, context.names.workspace(workspaceId));
    requireSettledWorkspace(workspaceId, context);
    requireRevision(workspaceId, expected, context);
    const replaced = context.parts.find(workspaceId, 'resource-policy') !== undefined;
    const revisionId = makeUuid(context.random);
    context.parts.put(workspaceId, 'resource-policy', { policyDocument, revisionId });
    return { policyStatus: replaced ? 'UPDATING' : 'CREATING', revisionId };
  },
});

function requirePolicyText(text: string, workspaceArn: string): void {
  if (text.length > POLICY_CHARACTERS_MAX) {
    throw fieldInvalid(
      'policyDocument',
      `Member must have length less than or equal to ${POLICY_CHARACTERS_MAX}`,
    );
  }
  try {
    parseWorkspacePolicy(text, workspaceArn);
  } catch (error) {
    if (!(error instanceof WorkspacePolicyError)) throw error;
    throw policyRefused(error.message, error.detail);
  }
}
