// The SNS API (2010-03-31, query protocol) over the topics of this server.

import { QueryFormError, QueryParameters, queryAnswer, queryError } from '@ampere/aws-query';
import type {
  ApiResponse,
  AwsService,
  AwsServiceCall,
  AwsServiceError,
  AwsServiceRequest,
} from '@ampere/contracts';
import type { AttachedPolicy, Principal } from '@ampere/iam';
import { assert } from '@ampere/platform';
import { topicNameOf } from '../arn.ts';
import { SnsError } from '../topics/errors.ts';
import type { Topics } from '../topics/topics.ts';
import type { Operation } from './operation.ts';
import { PUBLISH_OPERATIONS } from './publish-operations.ts';
import { SUBSCRIPTION_OPERATIONS } from './subscription-operations.ts';
import { TOPIC_OPERATIONS } from './topic-operations.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const VERSION = '2010-03-31';
const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [...TOPIC_OPERATIONS, ...SUBSCRIPTION_OPERATIONS, ...PUBLISH_OPERATIONS].map((one) => [one.name, one]),
);
/** What the audit may hold: names and ARNs, no messages, tokens or endpoints with passwords. */
const AUDITED = [
  'TopicArn',
  'TargetArn',
  'ResourceArn',
  'SubscriptionArn',
  'Name',
  'Protocol',
  'AttributeName',
  'Label',
];

/** The names of the API's operations, for tests and documentation. */
export function snsOperations(): readonly string[] {
  return [...OPERATIONS.keys()];
}

export class SnsService implements AwsService {
  readonly name = 'sns';
  readonly #topics: Topics;

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  route(request: AwsServiceRequest): AwsServiceCall | { readonly error: AwsServiceError } {
    const form = formOf(request);
    if ('error' in form) return form;
    const action = form.text('Action');
    if (action === undefined)
      return refusal('MissingAction', 'The request must contain the parameter Action.');
    const operation = OPERATIONS.get(action);
    const version = form.text('Version') ?? VERSION;
    if (operation === undefined || version !== VERSION) {
      return refusal(
        'InvalidAction',
        `The action ${action.slice(0, 100)} is not valid for this web service.`,
      );
    }
    const { permission = action, resources, conditionKeys } = operation;
    const audited = AUDITED.map((name) => [name, form.text(name)]).filter(([, value]) => value !== undefined);
    return {
      operation: action,
      action: `sns:${permission}`,
      resourceArns: resources?.(form, this.#topics) ?? ['*'],
      conditionKeys: conditionKeys?.(form) ?? new Map(),
      mayBeAnonymous: operation.mayBeAnonymous?.(form) === true,
      readOnly: operation.readOnly === true,
      auditParameters: audited.length === 0 ? null : Object.fromEntries(audited),
    };
  }

  policyOf(resourceArn: string): AttachedPolicy | undefined {
    return this.#topics.policyOf(resourceArn);
  }

  tagsOf(resourceArn: string): ReadonlyMap<string, string> | undefined {
    const name = topicNameOf(resourceArn, this.#topics.options.place);
    const topic = name === undefined ? undefined : this.#topics.store.findTopic(name);
    return topic && new Map(Object.entries(topic.tags));
  }

  async execute(
    call: AwsServiceCall,
    request: AwsServiceRequest,
    principal: Principal | undefined,
  ): Promise<ApiResponse> {
    const operation = OPERATIONS.get(call.operation);
    assert(operation !== undefined, `there is no operation ${call.operation}`);
    assert(principal !== undefined || call.mayBeAnonymous, `${call.operation} must be signed`);
    const form = formOf(request);
    assert(!('error' in form), 'what was routed is a form');
    try {
      const result = operation.carryOut(form, { topics: this.#topics, principal });
      return queryAnswer(operation.name, NAMESPACE, request.requestId, result);
    } catch (error) {
      if (!(error instanceof SnsError)) throw error;
      const { status, code, message } = error;
      return {
        ...this.formError({ status, code, message }, request.requestId),
        auditError: { code, message },
      };
    }
  }

  formError(error: AwsServiceError, requestId: string): ApiResponse {
    const code = error.code === 'AccessDenied' ? 'AuthorizationError' : error.code;
    return queryError(NAMESPACE, requestId, { ...error, code });
  }
}

function formOf(request: AwsServiceRequest): QueryParameters | { readonly error: AwsServiceError } {
  const text = request.method === 'GET' ? request.search : Buffer.from(request.body).toString();
  try {
    return QueryParameters.parse(text);
  } catch (error) {
    if (!(error instanceof QueryFormError)) throw error;
    return refusal('MalformedQueryString', error.message);
  }
}

function refusal(code: string, message: string): { readonly error: AwsServiceError } {
  return { error: { status: 400, code, message } };
}
