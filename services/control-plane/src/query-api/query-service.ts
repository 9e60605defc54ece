// An API of AWS' query protocol as an AwsService: a form in, XML out, one entry for each operation.
//
// 1. Action in the form (or, for links, in the query string) names the operation; Version must be the API's.
// 2. What the action is checked on is made from the members as they were sent, before they are validated:
//    who may do nothing learns nothing of what is wrong with them. Only an entity's path is looked up, for it
//    is a part of its ARN that requests don't name.
// 3. An operation runs in one transaction unless it has to wait for others; a QueryError rolls it back.

import {
  QueryFormError,
  QueryParameters,
  queryAnswer,
  queryError,
  type XmlObject,
  type XmlValue,
} from '@ampere/aws-query';
import type {
  ApiResponse,
  AwsService,
  AwsServiceCall,
  AwsServiceError,
  AwsServiceRequest,
} from '@ampere/contracts';
import type { AttachedPolicy, Principal } from '@ampere/iam';
import { type InputOf, type Members, readMembers, wireName } from './members.ts';
import { QueryError } from './query-error.ts';

/** What is known when it is asked what a call is checked on. */
export interface RouteScope<P> {
  readonly parts: P;
  readonly form: QueryParameters;
  /** Undefined for a request without a signature. */
  readonly principal: Principal | undefined;
}

export interface CallContext<P> {
  readonly parts: P;
  readonly principal: Principal | undefined;
  readonly request: AwsServiceRequest;
}

export interface QueryOperation<P, M extends Members> {
  readonly name: string;
  readonly readOnly: boolean;
  /** The API's name and this one's by default; null for what everybody may call. */
  readonly action?: string | null;
  readonly mayBeAnonymous?: true;
  readonly members: M;
  /** Names of members that are in no audit record. */
  readonly secret?: readonly string[];
  /** What the action is checked on; `*` by default. */
  resources?(scope: RouteScope<P>): readonly string[];
  conditionKeys?(scope: RouteScope<P>): Iterable<readonly [string, readonly string[]]>;
  /** Waits for others, so it isn't in a transaction. */
  readonly waits?: true;
  /** @throws QueryError for every refusal. */
  run(input: InputOf<M>, context: CallContext<P>): Outcome | Promise<Outcome>;
}

/** Members of the answer, a whole answer of another form, or nothing. */
export type Outcome = XmlObject | ApiResponse | undefined;

export type AnyQueryOperation<P> = QueryOperation<P, Members>;

export interface QueryServiceInit<P> {
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  readonly operations: readonly AnyQueryOperation<P>[];
  readonly parts: P;
  transaction<T>(work: () => T): T;
  policyOf(resourceArn: string): AttachedPolicy | undefined;
  tagsOf(resourceArn: string): ReadonlyMap<string, string> | undefined;
}

/** Members of answers that are in no audit record. */
const SECRET_ANSWERS: readonly string[] = ['SecretAccessKey', 'SessionToken'];

export class QueryService<P> implements AwsService {
  readonly name: string;
  readonly #init: QueryServiceInit<P>;
  readonly #operations: ReadonlyMap<string, AnyQueryOperation<P>>;

  constructor(init: QueryServiceInit<P>) {
    this.name = init.name;
    this.#init = init;
    this.#operations = new Map(init.operations.map((operation) => [operation.name, operation]));
  }

  route(
    request: AwsServiceRequest,
    principal?: Principal,
  ): AwsServiceCall | { readonly error: AwsServiceError } {
    let form: QueryParameters;
    try {
      form = formOf(request);
    } catch (error) {
      if (!(error instanceof QueryFormError)) throw error;
      return { error: { status: 400, code: 'MalformedInput', message: error.message } };
    }
    const action = form.text('Action') ?? '';
    const version = form.text('Version') ?? '';
    const operation = version === this.#init.version ? this.#operations.get(action) : undefined;
    if (operation === undefined) {
      const message =
        action === ''
          ? 'Missing Action'
          : `Could not find operation ${shown(action)} for version ${version === '' ? 'NO_VERSION_SPECIFIED' : shown(version)}`;
      return { error: { status: 400, code: action === '' ? 'MissingAction' : 'InvalidAction', message } };
    }
    const scope = { parts: this.#init.parts, form, principal };
    const resourceArns = operation.resources?.(scope) ?? ['*'];
    const conditionKeys = new Map(operation.conditionKeys?.(scope) ?? []);
    // The API's own spelling of `aws:ResourceTag`; of what is changed from one ARN to another, as it is now.
    for (const [key, value] of this.#init.tagsOf(resourceArns[0] ?? '') ?? [])
      conditionKeys.set(`${this.name}:ResourceTag/${key}`, [value]);
    return {
      operation: operation.name,
      action: operation.action === null ? undefined : (operation.action ?? `${this.name}:${operation.name}`),
      resourceArns,
      conditionKeys,
      mayBeAnonymous: operation.mayBeAnonymous === true,
      readOnly: operation.readOnly,
      auditParameters: auditParameters(form, operation),
    };
  }

  policyOf(resourceArn: string): AttachedPolicy | undefined {
    return this.#init.policyOf(resourceArn);
  }

  tagsOf(resourceArn: string): ReadonlyMap<string, string> | undefined {
    return this.#init.tagsOf(resourceArn);
  }

  async execute(
    call: AwsServiceCall,
    request: AwsServiceRequest,
    principal: Principal | undefined,
  ): Promise<ApiResponse> {
    const operation = this.#operations.get(call.operation)!;
    try {
      const input = readMembers(formOf(request), operation.members);
      const context = { parts: this.#init.parts, principal, request };
      const outcome = await (operation.waits === true
        ? operation.run(input, context)
        : this.#init.transaction(() => operation.run(input, context)));
      if (outcome !== undefined && isWhole(outcome)) return outcome;
      const answer = queryAnswer(operation.name, this.#init.namespace, request.requestId, outcome);
      return { ...answer, auditElements: outcome === undefined ? undefined : auditElements(outcome) };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      const { code, message } = error.error;
      return { ...this.formError(error.error, request.requestId), auditError: { code, message } };
    }
  }

  formError(error: AwsServiceError, requestId: string): ApiResponse {
    return queryError(this.#init.namespace, requestId, error);
  }
}

/** Gives an operation's handler the type of its input, and the operation the type that tables hold. */
export function operationOf<P>() {
  return <const M extends Members>(operation: QueryOperation<P, M>): AnyQueryOperation<P> =>
    operation as unknown as AnyQueryOperation<P>;
}

function isWhole(outcome: XmlObject | ApiResponse): outcome is ApiResponse {
  return outcome['body'] instanceof Uint8Array;
}

function formOf({ method, search, body }: AwsServiceRequest): QueryParameters {
  return QueryParameters.parse(method === 'GET' ? search : Buffer.from(body).toString());
}

function shown(text: string): string {
  return text.slice(0, 128);
}

/** The members as audit records have them: `userName`, lists as lists, tags as key and value. */
function auditParameters<P>(form: QueryParameters, { members, secret }: AnyQueryOperation<P>): unknown {
  const record: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    if (!form.has(name) || secret?.includes(name) === true) continue;
    record[wireName(name)] =
      member.type === 'texts'
        ? form.list(name)
        : member.type === 'tags'
          ? form.structures(name).map((tag) => ({ key: tag.text('Key'), value: tag.text('Value') }))
          : member.type === 'structures'
            ? form.structures(name).map((one) => one.text('arn') ?? one.text('ContextKeyName'))
            : form.text(name);
  }
  return Object.keys(record).length === 0 ? null : record;
}

function auditElements(value: XmlValue): unknown {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one: XmlValue) => auditElements(one));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, one]) => [key, auditElements(one as XmlValue)]));
  return Object.fromEntries(
    Object.entries(value as XmlObject).flatMap(([name, one]) =>
      one === undefined || SECRET_ANSWERS.includes(name) ? [] : [[wireName(name), auditElements(one)]],
    ),
  );
}
