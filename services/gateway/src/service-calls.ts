// AWS APIs beside AMP's (IAM, STS, SNS and others), which all live at `/` of the same address.
//
// 1. The service of the credential scope says whose call it is, before anything of it is believed.
// 2. identify → throttle → authorise on each resource → carry out, as for AMP's own operations. Which
//    operation it is stands in the body, so it is known only after the signature was verified.
// 3. A request without any signature is taken only when a service says that it carries a proof of its
//    own; such a body is small, and is read before anybody is identified.
// 4. What is refused is written by the service in its API's form, under the code that AWS has for it
//    there: `UnrecognizedClientException` of JSON APIs is `InvalidClientTokenId` in the query protocol.

import type { ApiResponse, AwsService, AwsServiceCall, AwsServiceRequest } from '@ampere/contracts';
import type { Principal } from '@ampere/iam';
import { readSignatureClaim } from '@ampere/sigv4';
import type { Admission } from './admission.ts';
import type { ExpectedScope } from './authenticator.ts';
import { sourceIp } from './authorisation-context.ts';
import type { CallRecord } from './call-record.ts';
import type { CallThrottle } from './call-throttle.ts';
import { type Exchange, RefusedError } from './exchange.ts';
import type { Lifecycle } from './lifecycle.ts';
import { answerWrongMethod } from './method-check.ts';
import type { Refusal } from './refusals.ts';

/** Services that are not of a region: their scope may also name the one that AWS runs them in. */
const GLOBAL_SERVICES: readonly string[] = ['iam', 'sts'];
const GLOBAL_REGION = 'us-east-1';

/** An unsigned body carries a token (20,000 characters) and perhaps a session policy. */
const UNSIGNED_BODY_BYTES_MAX = 128 * 1024;

const METHODS: readonly string[] = ['GET', 'POST'];

/** Codes of the query protocol for what the gateway refuses, by those of the JSON protocols. */
const QUERY_CODES: ReadonlyMap<string, readonly [code: string, message?: string]> = new Map([
  [
    'MissingAuthenticationTokenException',
    ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
  ],
  ['IncompleteSignatureException', ['IncompleteSignature']],
  ['InvalidSignatureException', ['SignatureDoesNotMatch']],
  ['UnrecognizedClientException', ['InvalidClientTokenId']],
  ['ExpiredTokenException', ['ExpiredToken']],
  ['AccessDeniedException', ['AccessDenied']],
  ['ThrottlingException', ['Throttling']],
  ['ServiceUnavailableException', ['ServiceUnavailable']],
]);

export class ServiceCalls {
  readonly #services: ReadonlyMap<string, AwsService>;
  readonly #admission: Admission;
  readonly #throttle: CallThrottle;
  readonly #record: CallRecord;
  readonly #lifecycle: Lifecycle;
  readonly #region: string;
  readonly #bodyBytesMax: number;

  constructor(init: {
    services: readonly AwsService[];
    admission: Admission;
    throttle: CallThrottle;
    record: CallRecord;
    lifecycle: Lifecycle;
    region: string;
    bodyBytesMax: number;
  }) {
    this.#services = new Map(init.services.map((service) => [service.name, service]));
    this.#admission = init.admission;
    this.#throttle = init.throttle;
    this.#record = init.record;
    this.#lifecycle = init.lifecycle;
    this.#region = init.region;
    this.#bodyBytesMax = init.bodyBytesMax;
  }

  /** Answers the exchange when it is a call of one of the services; false, untouched, when it isn't. */
  async serve(exchange: Exchange): Promise<boolean> {
    if (exchange.target.path !== '/' || this.#services.size === 0) return false;
    const claim = readSignatureClaim({
      method: exchange.method,
      target: exchange.target.originForm,
      rawHeaders: exchange.request.rawHeaders,
    });
    if (!claim.ok) {
      if (claim.refusal.errorType !== 'MissingAuthenticationTokenException') return false;
      return this.#serveUnsigned(exchange);
    }
    const service = this.#services.get(claim.credential.service);
    if (service === undefined) return false;
    await this.#serveSigned(exchange, service);
    return true;
  }

  async #serveSigned(exchange: Exchange, service: AwsService): Promise<void> {
    exchange.routeName = service.name;
    if (!METHODS.includes(exchange.method)) return answerWrongMethod(exchange, METHODS);
    const answer = await this.#formed(exchange, service, async () => {
      this.#lifecycle.requireReady();
      const scope = this.#scopeOf(service);
      const { principal, body } = await this.#admission.identify(exchange, this.#bodyBytesMax, scope);
      const request = requestOf(exchange, body);
      const found = service.route(request, principal);
      if ('error' in found) return service.formError(found.error, exchange.requestId);
      return this.#execute(exchange, service, { call: found, request, principal });
    });
    send(exchange, answer);
  }

  /** Takes an unsigned request that some service says may be one; false when none does. */
  async #serveUnsigned(exchange: Exchange): Promise<boolean> {
    if (!METHODS.includes(exchange.method)) return false;
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(exchange.header('content-type') ?? '');
    if (exchange.method === 'POST' ? !isForm : exchange.target.search === '') return false;
    this.#lifecycle.requireReady();
    const body = await this.#admission.readUnidentified(exchange, UNSIGNED_BODY_BYTES_MAX);
    const request = requestOf(exchange, body);
    for (const service of this.#services.values()) {
      const call = service.route(request);
      if ('error' in call || !call.mayBeAnonymous) continue;
      send(exchange, await this.#execute(exchange, service, { call, request, principal: undefined }));
      return true;
    }
    return false;
  }

  async #execute(
    exchange: Exchange,
    service: AwsService,
    what: { call: AwsServiceCall; request: AwsServiceRequest; principal: Principal | undefined },
  ): Promise<ApiResponse> {
    const { call, request, principal } = what;
    exchange.routeName = `${service.name}:${call.operation}`;
    const facts = {
      service: service.name,
      operation: call.operation,
      readOnly: call.readOnly,
      principal,
      resourceArns: call.resourceArns,
      request: { kind: 'members', members: call.auditParameters },
    } as const;
    const work = async () => {
      this.#throttle.take(`${service.name} ${principal?.accountId ?? request.sourceIp}`);
      if (principal !== undefined && call.action !== undefined)
        for (const resourceArn of call.resourceArns)
          this.#admission.permit(exchange, principal, call.action, resourceArn, {
            conditionKeys: call.conditionKeys,
            resourcePolicy: service.policyOf(resourceArn),
            resourceTags: service.tagsOf?.(resourceArn),
          });
      return service.execute(call, request, principal);
    };
    return this.#record.of(exchange, facts, () => this.#formed(exchange, service, work));
  }

  /** Does the work; a refusal of ours becomes an answer in the service's form. */
  async #formed(
    exchange: Exchange,
    service: AwsService,
    work: () => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const { refusal } = error;
      const formed = errorOf(exchange, refusal);
      const answer = service.formError(formed, exchange.requestId);
      const { code, message } = formed;
      return {
        ...answer,
        headers: { ...answer.headers, ...refusal.headers },
        auditError: { code, message },
      };
    }
  }

  #scopeOf({ name }: AwsService): ExpectedScope {
    const isElsewhere = GLOBAL_SERVICES.includes(name) && this.#region !== GLOBAL_REGION;
    return { service: name, regions: isElsewhere ? [this.#region, GLOBAL_REGION] : [this.#region] };
  }
}

function requestOf(exchange: Exchange, body: Uint8Array): AwsServiceRequest {
  const headers: Record<string, string> = {};
  for (const name of Object.keys(exchange.request.headers)) headers[name] = exchange.header(name)!;
  return {
    method: exchange.method,
    search: exchange.target.search,
    headers,
    body,
    requestId: exchange.requestId,
    sourceIp: sourceIp(exchange.request.socket.remoteAddress),
  };
}

/** A refusal as the protocol of the request has it: JSON APIs are called with `X-Amz-Target`. */
function errorOf(exchange: Exchange, refusal: Refusal) {
  const { status, type, message } = refusal;
  if (exchange.header('x-amz-target') !== undefined) {
    // All refusals of the client's doing are 400 there.
    return { status: status < 500 ? 400 : status, code: type, message };
  }
  const [code, text] = QUERY_CODES.get(type) ?? [type.replace(/Exception$/, '')];
  return { status: type === 'ThrottlingException' ? 400 : status, code, message: text ?? message };
}

function send(exchange: Exchange, answer: ApiResponse): void {
  exchange.send(
    answer.status,
    { ...answer.headers, 'content-length': String(answer.body.length) },
    answer.body,
  );
}
