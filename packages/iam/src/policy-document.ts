// From the text of a policy document to a CompiledPolicy.
//
// IAM checks in stages and reports the first that fails, each with a fixed text:
//
// 1. The form: JSON, known elements, their types ("Syntax errors in policy.").
// 2. The version, where it matters (managed policies must be 2012-10-17).
// 3. What the older, second parser refuses: the case of Effect, ARNs cut short, dates, variables.
// 4. Sids: alphanumeric but in resource policies, and unique.
// 5. Actions are there; resources are ARNs; actions and condition keys have a vendor.
// 6. What the kind of policy asks for: a principal or none, resources or none.
//
// The stages run over all statements before the next begins. Errors also carry what and where.

import { ArnPattern } from './arn-pattern.ts';
import { CompiledPolicy, type PolicyKind, type PolicyVersion } from './compiled-policy.ts';
import { type Condition, compileCondition } from './condition.ts';
import { Glob } from './glob.ts';
import { isObject, type JsonObject, type JsonValue, parseJson } from './json-document.ts';
import { legacyError, PolicyError, syntaxError } from './policy-error.ts';
import { PrincipalElement } from './principal-element.ts';
import { Statement } from './statement.ts';
import { tokenise } from './template.ts';

/** `PolicyDocument` of IAM's API takes no more. */
export const DOCUMENT_CHARACTERS_MAX = 131_072;

export interface ParseOptions {
  /** A managed policy: Version must be 2012-10-17. */
  readonly managed?: boolean;
}

/**
 * Checks and compiles a policy document.
 *
 * @throws PolicyError and nothing else, whatever the text.
 */
export function parsePolicy(text: string, kind: PolicyKind, options: ParseOptions = {}): CompiledPolicy {
  if (text.length > DOCUMENT_CHARACTERS_MAX)
    throw syntaxError(`the document has more than ${DOCUMENT_CHARACTERS_MAX} characters`);
  const document = readDocument(parseJson(text));
  if (options.managed === true && document.version !== '2012-10-17')
    throw new PolicyError(
      'Policy document must be version 2012-10-17 or greater.',
      'Version is missing or older',
    );
  for (const draft of document.statements) checkLegacy(draft);
  checkSids(document.statements, kind);
  checkActionsAndResources(document.statements);
  for (const draft of document.statements) checkKind(draft, kind);
  const statements = document.statements.map((draft) => compileStatement(draft, document.version));
  return new CompiledPolicy({ kind, version: document.version, id: document.id, statements });
}

/** A statement whose form is right. */
interface Draft {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: string;
  readonly actions: readonly string[] | undefined;
  readonly notAction: boolean;
  readonly resources: readonly string[] | undefined;
  readonly notResource: boolean;
  readonly principal: JsonValue | undefined;
  readonly notPrincipal: boolean;
  readonly conditions: readonly ConditionLine[];
}

interface ConditionLine {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

function readDocument(root: JsonValue): {
  version: PolicyVersion;
  id: string | undefined;
  statements: readonly Draft[];
} {
  if (!isObject(root)) throw syntaxError('a policy is a JSON object');
  checkElements(root, ['Version', 'Id', 'Statement'], 'a policy');
  const version = root.has('Version') ? root.get('Version') : '2008-10-17';
  if (version !== '2008-10-17' && version !== '2012-10-17')
    throw syntaxError('Version must be "2012-10-17" or "2008-10-17"');
  const id = optionalString(root, 'Id', 'the policy');
  const value = root.get('Statement');
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (list.length === 0) throw syntaxError('Statement is empty');
  return { version, id, statements: list.map(readStatement) };
}

const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];

function readStatement(value: JsonValue | undefined, index: number): Draft {
  const place = `statement ${index}`;
  if (!isObject(value)) throw syntaxError(`${place} is not an object`);
  checkElements(value, STATEMENT_ELEMENTS, place);
  for (const name of ['Action', 'Resource', 'Principal'])
    if (value.has(name) && value.has(`Not${name}`))
      throw syntaxError(`${place} has both ${name} and Not${name}`);
  const effect = value.get('Effect');
  if (typeof effect !== 'string' || !/^(?:allow|deny)$/i.test(effect))
    throw syntaxError(`${place}: Effect must be "Allow" or "Deny"`);
  return {
    index,
    sid: optionalString(value, 'Sid', place),
    effect,
    actions: optionalStrings(value, 'Action', place) ?? optionalStrings(value, 'NotAction', place),
    notAction: value.has('NotAction'),
    resources: optionalStrings(value, 'Resource', place) ?? optionalStrings(value, 'NotResource', place),
    notResource: value.has('NotResource'),
    principal: value.get(value.has('Principal') ? 'Principal' : 'NotPrincipal'),
    notPrincipal: value.has('NotPrincipal'),
    conditions: readConditions(value.get('Condition'), place),
  };
}

function readConditions(block: JsonValue | undefined, place: string): ConditionLine[] {
  if (block === undefined) return [];
  if (!isObject(block)) throw syntaxError(`${place}: Condition is not an object`);
  const lines: ConditionLine[] = [];
  for (const [operator, keys] of block) {
    if (!isObject(keys)) throw syntaxError(`${place}: ${JSON.stringify(operator)} is not an object`);
    for (const [key, value] of keys) {
      const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
      const values = list.map((item) => {
        if (typeof item === 'string') return item;
        if (typeof item === 'number' || typeof item === 'boolean') return String(item);
        throw syntaxError(
          `${place}: the values of ${JSON.stringify(key)} must be strings, numbers or booleans`,
        );
      });
      lines.push({ operator, key, values });
    }
  }
  return lines;
}

function checkElements(object: JsonObject, known: readonly string[], place: string): void {
  for (const name of object.keys())
    if (!known.includes(name)) throw syntaxError(`${place} has no element ${JSON.stringify(name)}`);
}

function optionalString(object: JsonObject, name: string, place: string): string | undefined {
  const value = object.get(name);
  if (value !== undefined && typeof value !== 'string')
    throw syntaxError(`${place}: ${name} must be a string`);
  return value;
}

function optionalStrings(object: JsonObject, name: string, place: string): readonly string[] | undefined {
  const value = object.get(name);
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (!list.every((item): item is string => typeof item === 'string'))
    throw syntaxError(`${place}: ${name} must be a string or a list of strings`);
  return list;
}

function checkLegacy(draft: Draft): void {
  const { effect, index } = draft;
  if (effect !== 'Allow' && effect !== 'Deny')
    throw legacyError(`statement ${index}: Effect is written "Allow" or "Deny"`);
  for (const resource of draft.resources ?? []) {
    if (resource.startsWith('arn:') && resource.split(':').length < 6 && resource.includes('::'))
      throw legacyError(`statement ${index}: the ARN ${JSON.stringify(resource)} is cut short`);
    if (/^arn:[^:]*:[^:]*:[^:]*:[^:]*\$\{/.test(resource))
      throw legacyError(`statement ${index}: no variable may stand in the account of an ARN`);
  }
}

function checkSids(drafts: readonly Draft[], kind: PolicyKind): void {
  const seen = new Set<string>();
  for (const { sid, index } of drafts) {
    if (sid === undefined || sid === '') continue;
    if (kind !== 'resource' && !/^[0-9A-Za-z]*$/.test(sid))
      throw new PolicyError(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
        `statement ${index}: Sid ${JSON.stringify(sid)}`,
      );
    if (seen.has(sid))
      throw new PolicyError(
        'Statement IDs (SID) in a single policy must be unique.',
        `the Sid ${JSON.stringify(sid)} appears twice`,
      );
    seen.add(sid);
  }
}

function checkActionsAndResources(drafts: readonly Draft[]): void {
  for (const { actions, index } of drafts)
    if (actions === undefined || actions.length === 0)
      throw new PolicyError('Policy statement must contain actions.', `statement ${index}`);
  for (const { resources } of drafts) for (const resource of resources ?? []) checkResource(resource);
  for (const { actions } of drafts) for (const action of actions ?? []) checkVendor(action);
  for (const { conditions } of drafts) for (const { key } of conditions) checkKey(key);
}

const PARTITIONS = ['*', 'aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-eusc'];

function checkResource(resource: string): void {
  if (resource === '*') return;
  const [first, partition, service, ...rest] = resource.split(':');
  const detail = `the resource ${JSON.stringify(resource)}`;
  const noArn = () => new PolicyError(`Resource ${resource} must be in ARN format or "*".`, detail);
  if (partition === undefined) throw noArn();
  if (!PARTITIONS.includes(partition)) {
    const segments = [service ?? '*', rest[0] ?? '*', rest[1] ?? '*', rest.slice(2).join(':') || '*'];
    throw new PolicyError(
      `Partition "${partition}" is not valid for resource "arn:${partition}:${segments.join(':')}".`,
      detail,
    );
  }
  if (first !== 'arn') throw noArn();
  if (service === undefined || service === '' || /[*?$]/.test(service))
    throw new PolicyError('Resource vendor must be fully qualified and cannot contain regexes.', detail);
}

const NO_VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

function checkVendor(action: string): void {
  if (action === '*') return;
  const parts = action.split(':');
  const detail = `the action ${JSON.stringify(action)}`;
  if (parts.length === 1) throw new PolicyError(NO_VENDOR, detail);
  if (parts.length > 2) throw new PolicyError('Actions/Condition can contain only one colon.', detail);
  if (!/^[a-zA-Z0-9.-]+$/.test(parts[0]!)) throw new PolicyError(`Vendor ${parts[0]} is not valid`, detail);
}

function checkKey(key: string): void {
  if (!/^[^:]+:./.test(key)) throw new PolicyError(NO_VENDOR, `the condition key ${JSON.stringify(key)}`);
}

const TRUST_ACTIONS = [
  'sts:assumerole',
  'sts:assumerolewithsaml',
  'sts:assumerolewithwebidentity',
  'sts:setsourceidentity',
  'sts:tagsession',
];

function checkKind(draft: Draft, kind: PolicyKind): void {
  const { index, principal, resources } = draft;
  const namesPrincipal = kind === 'trust' || kind === 'resource';
  if (!namesPrincipal && principal !== undefined)
    throw new PolicyError('Policy document should not specify a principal.', `statement ${index}`);
  if (namesPrincipal && principal === undefined)
    throw new PolicyError('Missing required field Principal', `statement ${index}`);
  if (kind !== 'trust') {
    if (resources === undefined || resources.length === 0)
      throw new PolicyError('Policy statement must contain resources.', `statement ${index}`);
    return;
  }
  if (draft.notAction || !draft.actions!.every((action) => TRUST_ACTIONS.includes(action.toLowerCase())))
    throw new PolicyError(
      // Two blanks: so AWS writes it.
      'Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity',
      `statement ${index}`,
    );
  if (resources !== undefined) throw new PolicyError('Has prohibited field Resource', `statement ${index}`);
}

function compileStatement(draft: Draft, version: PolicyVersion): Statement {
  const variables = version === '2012-10-17';
  const effect = draft.effect as 'Allow' | 'Deny';
  return new Statement({
    index: draft.index,
    sid: draft.sid === '' ? undefined : draft.sid,
    effect,
    actions: draft.actions!.map(compileAction),
    notAction: draft.notAction,
    resources: draft.resources?.map((resource) => new ArnPattern(resource, { variables, wildcards: true })),
    notResource: draft.notResource,
    principals:
      draft.principal === undefined ? undefined : new PrincipalElement(draft.principal, draft.notPrincipal),
    conditions: draft.conditions.map(
      ({ operator, key, values }): Condition =>
        compileCondition(operator, key, values, { variables, effect }),
    ),
  });
}

function compileAction(action: string): Glob {
  const tokens = tokenise(action.toLowerCase(), { variables: false, wildcards: true });
  return new Glob(tokens.filter((token) => typeof token !== 'object'));
}
