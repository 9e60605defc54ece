// What would be decided: SimulatePrincipalPolicy, SimulateCustomPolicy and the context keys that policies ask for.
//
// The decision is made by the very code that decides requests, for each action on each resource. Only what
// the request itself says is known to it: no tags and no addresses that aren't among its ContextEntries.

import type { QueryParameters, XmlObject } from '@ampere/aws-query';
import {
  type AttachedPolicy,
  explain,
  type PolicyKind,
  type PolicySet,
  type Principal,
  type StatementReference,
} from '@ampere/iam';
import type { Identity } from '../identity/identity.ts';
import { required, text } from '../query-api/members.ts';
import { PAGE_MEMBERS, pageOf } from '../query-api/paging.ts';
import { invalidInput, noSuchEntity } from '../query-api/query-error.ts';
import { ARN, arnIn, checkDocument, DOCUMENT, operation } from './common.ts';

const DOCUMENTS = { type: 'texts', of: DOCUMENT, max: 100 } as const;
const ACTIONS = required({ type: 'texts', of: text(3, 128), max: 1000 } as const);
const RESULTS_MAX = 10_000;

const SIMULATION = {
  PolicyInputList: DOCUMENTS,
  PermissionsBoundaryPolicyInputList: DOCUMENTS,
  ActionNames: ACTIONS,
  ResourceArns: { type: 'texts', of: text(1, 2048), max: 1000 },
  ResourcePolicy: DOCUMENT,
  ResourceOwner: text(1, 2048),
  CallerArn: text(1, 2048),
  ContextEntries: { type: 'structures', max: 1000 },
  ResourceHandlingOption: text(1, 64),
  ...PAGE_MEMBERS,
} as const;

interface SimulationInput {
  readonly PermissionsBoundaryPolicyInputList: readonly string[] | undefined;
  readonly ActionNames: readonly string[];
  readonly ResourceArns: readonly string[] | undefined;
  readonly ResourcePolicy: string | undefined;
  readonly ContextEntries: readonly QueryParameters[] | undefined;
  readonly Marker: string | undefined;
  readonly MaxItems: number | undefined;
}

const simulatePrincipalPolicy = operation({
  name: 'SimulatePrincipalPolicy',
  readOnly: true,
  members: { ...SIMULATION, PolicySourceArn: required(ARN) },
  resources: arnIn('PolicySourceArn'),
  run(input, { parts }) {
    const source = principalOf(parts, input.PolicySourceArn);
    const added = compileAll(parts, input.PolicyInputList ?? [], 'identity');
    const identity = [...(source.policies?.identity ?? []), ...added];
    const principal = input.CallerArn === undefined ? source : callerOf(parts, input.CallerArn);
    return simulate(parts, { ...principal, policies: { ...source.policies, identity } }, input);
  },
});

const simulateCustomPolicy = operation({
  name: 'SimulateCustomPolicy',
  readOnly: true,
  members: { ...SIMULATION, PolicyInputList: required(DOCUMENTS) },
  run(input, { parts }) {
    const principal = input.CallerArn === undefined ? anybody(parts) : callerOf(parts, input.CallerArn);
    const policies: PolicySet = { identity: compileAll(parts, input.PolicyInputList, 'identity') };
    return simulate(parts, { ...principal, policies }, input);
  },
});

/** Whoever an ARN of this account names, with what is attached to it; a group as a user in it alone. */
export function principalOf(parts: Identity, arn: string): Principal {
  const { names, entities, principals } = parts;
  if (arn === names.root) return parts.root;
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/.exec(arn);
  const named =
    session !== null && session[1] === names.accountId
      ? ({ kind: 'role', path: undefined, name: session[2]! } as const)
      : names.parse(arn);
  const entity =
    named === undefined || named.kind === 'policy' || named.kind === 'oidc-provider'
      ? undefined
      : entities.find(named.kind, named.name);
  if (entity === undefined || (named?.path !== undefined && named.path !== entity.path))
    throw noSuchEntity(`The principal ${arn} cannot be found.`);
  if (entity.kind === 'user') return principals.user(entity as never);
  if (entity.kind === 'role')
    return principals.session(entity as never, {
      kind: 'role',
      sessionName: session?.[3] ?? 'simulated',
      policy: undefined,
      policyArns: [],
      tags: [],
      transitiveTagKeys: [],
      sourceIdentity: undefined,
    });
  return { ...anybody(parts), arn, userId: entity.id, policies: principals.policiesOf(entity) };
}

function anybody(parts: Identity): Principal {
  const { names } = parts;
  const arn = names.arn('user', '/', 'simulated');
  return { kind: 'user', arn, accountId: names.accountId, userId: 'AIDASIMULATED' };
}

function callerOf(parts: Identity, arn: string): Principal {
  const { names } = parts;
  const account = /^arn:aws:(?:iam|sts)::(\d{12}):/.exec(arn)?.[1];
  if (account === undefined) throw invalidInput(`Invalid caller ARN: ${arn}`);
  return account === names.accountId
    ? principalOf(parts, arn)
    : { kind: 'user', arn, accountId: account, userId: 'AIDASIMULATED' };
}

function compileAll(parts: Identity, documents: readonly string[], kind: PolicyKind): AttachedPolicy[] {
  return documents.map((document, at) => {
    checkDocument(document, kind);
    const list = kind === 'boundary' ? 'PermissionsBoundaryPolicyInputList' : 'PolicyInputList';
    return { name: `${list}.${at + 1}`, policy: parts.principals.compile(document, kind) };
  });
}

function simulate(parts: Identity, source: Principal, input: SimulationInput): XmlObject {
  const resources = input.ResourceArns ?? ['*'];
  if (resources.length * input.ActionNames.length > RESULTS_MAX)
    throw invalidInput(`No more than ${RESULTS_MAX} pairs of action and resource can be simulated at once.`);
  const [boundary] = compileAll(parts, input.PermissionsBoundaryPolicyInputList ?? [], 'boundary');
  const principal: Principal =
    boundary === undefined ? source : { ...source, policies: { identity: [], ...source.policies, boundary } };
  const resourcePolicy = resourcePolicyOf(parts, input.ResourcePolicy);
  const context = contextOf(input.ContextEntries ?? []);
  const pairs = input.ActionNames.flatMap((action, i) =>
    resources.map((resource, j) => ({ action, resource, key: keyOf(i * resources.length + j) })),
  );
  const { items, ...rest } = pageOf(input, pairs, ({ key }) => key);
  const EvaluationResults = items.map(({ action, resource }): XmlObject => {
    if (!/^[^:*?]+:[^:*?]+$/.test(action)) throw invalidInput(`Invalid action: ${action}`);
    const { decision, matched, missingContextKeys, layers } = explain(
      principal,
      action,
      resource,
      context,
      resourcePolicy,
    );
    const bounded = layers.get('boundary');
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: decision.allowed
        ? 'allowed'
        : decision.reason === 'explicit-deny'
          ? 'explicitDeny'
          : 'implicitDeny',
      // As AWS does, those that decided it: denials alone when there is one.
      MatchedStatements: matched
        .filter(({ effect }) => decision.allowed || effect === 'Deny')
        .map(statementView),
      MissingContextValues: [...missingContextKeys],
      ...(bounded === undefined
        ? {}
        : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: bounded === 'allowed' } }),
    };
  });
  return { EvaluationResults, ...rest };
}

/** Ordered as the numbers are. */
function keyOf(index: number): string {
  return String(index).padStart(8, '0');
}

function resourcePolicyOf(parts: Identity, document: string | undefined): AttachedPolicy | undefined {
  if (document === undefined) return undefined;
  checkDocument(document, 'resource');
  return { name: 'ResourcePolicy', policy: parts.principals.compile(document, 'resource') };
}

function contextOf(entries: readonly QueryParameters[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    entries.map((entry) => [entry.text('ContextKeyName') ?? '', entry.list('ContextKeyValues')]),
  );
}

function statementView({ layer, policyName, policyArn }: StatementReference): XmlObject {
  const type =
    layer === 'resource' || layer === 'trust'
      ? 'resource'
      : policyArn === undefined
        ? 'none'
        : policyArn.startsWith('arn:aws:iam::aws:')
          ? 'aws-managed'
          : 'user-managed';
  return { SourcePolicyId: policyName, SourcePolicyType: type };
}

const getContextKeysForCustomPolicy = operation({
  name: 'GetContextKeysForCustomPolicy',
  readOnly: true,
  action: null,
  members: { PolicyInputList: required(DOCUMENTS) },
  run: ({ PolicyInputList }, { parts }) => ({
    ContextKeyNames: contextKeysOf(compileAll(parts, PolicyInputList, 'identity')),
  }),
});

const getContextKeysForPrincipalPolicy = operation({
  name: 'GetContextKeysForPrincipalPolicy',
  readOnly: true,
  members: { PolicySourceArn: required(ARN), PolicyInputList: DOCUMENTS },
  resources: arnIn('PolicySourceArn'),
  run({ PolicySourceArn, PolicyInputList }, { parts }) {
    const { policies } = principalOf(parts, PolicySourceArn);
    const added = compileAll(parts, PolicyInputList ?? [], 'identity');
    return { ContextKeyNames: contextKeysOf([...(policies?.identity ?? []), ...added]) };
  },
});

function contextKeysOf(policies: readonly AttachedPolicy[]): string[] {
  const keys = policies.flatMap(({ policy }) => policy.contextKeys);
  return [...new Map(keys.map((key) => [key.folded, key.name])).values()].sort();
}

export const SIMULATION_OPERATIONS = [
  simulatePrincipalPolicy,
  simulateCustomPolicy,
  getContextKeysForCustomPolicy,
  getContextKeysForPrincipalPolicy,
];
