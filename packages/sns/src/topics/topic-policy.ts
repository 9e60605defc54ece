// Policies of topics: the one that a topic has before any is set, what SNS asks of one, and the statements
// that AddPermission makes.

import { type CompiledPolicy, PolicyCache, PolicyError } from '@ampere/iam';
import { invalid, SnsError } from './errors.ts';

const POLICY_BYTES_MAX = 30_720;
const POLICY_STATEMENTS_MAX = 100;

/** What the owner of a topic may grant, in SNS' spelling. */
const OWNER_ACTIONS = [
  'SNS:GetTopicAttributes',
  'SNS:SetTopicAttributes',
  'SNS:AddPermission',
  'SNS:RemovePermission',
  'SNS:DeleteTopic',
  'SNS:Subscribe',
  'SNS:ListSubscriptionsByTopic',
  'SNS:Publish',
];
const GRANTABLE = new Set(OWNER_ACTIONS.map((action) => action.slice('SNS:'.length).toLowerCase()));

export function defaultPolicyText(topicArn: string, accountId: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: OWNER_ACTIONS,
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
      },
    ],
  });
}

const policies = new PolicyCache();

/** A policy that was checked before. */
export function compiledPolicy(text: string): CompiledPolicy {
  return policies.parse(text, 'resource');
}

/** Throws SnsError for a text that can't be the policy of a topic. */
export function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) throw invalid('Policy length must be less than 30720');
  try {
    policies.parse(text, 'resource');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw invalid(`Policy Error: ${error.message}`);
  }
  for (const action of actionsOf(text)) {
    const [vendor = '', name = ''] = action.toLowerCase().split(':');
    const isGrantable = name.includes('*') || GRANTABLE.has(name);
    if (action === '*') continue;
    if (vendor !== 'sns' || !isGrantable) throw invalid('Policy statement action out of service scope!');
  }
}

interface Statement {
  readonly Sid?: string;
  readonly Action?: string | string[];
}

interface Document {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: Statement | Statement[];
}

function statementsOf(document: Document): Statement[] {
  return Array.isArray(document.Statement) ? document.Statement : [document.Statement];
}

function actionsOf(text: string): string[] {
  return statementsOf(JSON.parse(text) as Document).flatMap(({ Action }) => Action ?? []);
}

/** A policy with one more statement, as AddPermission makes it. Throws SnsError. */
export function withPermission(
  text: string,
  permission: {
    readonly label: string;
    readonly accountIds: readonly string[];
    readonly actions: readonly string[];
    readonly topicArn: string;
  },
): string {
  const document = JSON.parse(text) as Document;
  const { label, accountIds, actions, topicArn } = permission;
  const statements = statementsOf(document);
  if (statements.some(({ Sid }) => Sid === label)) throw invalid('Statement already exists');
  if (statements.length >= POLICY_STATEMENTS_MAX) throw invalid('Policy Error: too many statements');
  for (const action of actions) {
    if (!GRANTABLE.has(action.toLowerCase())) throw invalid('Policy statement action out of service scope!');
  }
  const principals = accountIds.map((id) => `arn:aws:iam::${id}:root`);
  const added = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: principals.length === 1 ? principals[0] : principals },
    Action: actions.length === 1 ? `SNS:${actions[0]}` : actions.map((action) => `SNS:${action}`),
    Resource: topicArn,
  };
  const result = JSON.stringify({ ...document, Statement: [...statements, added] });
  checkPolicy(result);
  return result;
}

/** A policy without the statement of a label. Throws SnsError when there is none. */
export function withoutPermission(text: string, label: string): string {
  const document = JSON.parse(text) as Document;
  const statements = statementsOf(document);
  const kept = statements.filter(({ Sid }) => Sid !== label);
  if (kept.length === statements.length) throw new SnsError(404, 'NotFound', 'Statement does not exist');
  return JSON.stringify({ ...document, Statement: kept });
}
