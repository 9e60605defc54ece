// The Service Quotas API over the limits: list and get them, raise them, see what was raised.
//
// 1. A quota is a row of the limits table (quota-table.ts). Those of workspaces have an account-level value,
//    the default of all workspaces, and may have one of a single workspace: ContextId is its id or ARN.
// 2. RequestServiceQuotaIncrease is granted at once, for it takes a permission to ask: the answer says
//    APPROVED and the value holds from the next request on.
// 3. PutServiceQuota is ours: sets any value, a lower one too, and without Value takes the change back.

import type {
  ApiResponse,
  AwsService,
  AwsServiceCall,
  AwsServiceError,
  AwsServiceRequest,
} from '@ampere/contracts';
import type { AttachedPolicy, Principal } from '@ampere/iam';
import { assert, type Random } from '@ampere/platform';
import { jsonAnswer, jsonError, readJsonCall } from '../json-protocol.ts';
import { makeUuid } from '../uuid.ts';
import type { QuotaRequest, QuotaStore } from './quota-store.ts';
import { findQuota, QUOTAS, type Quota, shownValue } from './quota-table.ts';
import type { Quotas } from './quotas.ts';

const TARGET_PREFIX = 'ServiceQuotasV20190624';
const SERVICE_CODE = 'aps';
const SERVICE_NAME = 'Amazon Managed Service for Prometheus';
const VALUE_MAX = 1e10;
const PAGE_MAX = 100;
const CONTEXT_TYPE = 'AWS::APS::Workspace';

type Input = Readonly<Record<string, unknown>>;

interface Operation {
  readonly readOnly: boolean;
  /** Whether it is about the one quota that QuotaCode names. */
  readonly onQuota: boolean;
  run(api: ServiceQuotas, input: Input, principal: Principal): object;
}

/** A refusal on the way through an operation. */
class Refused extends Error {
  readonly error: AwsServiceError;

  constructor(code: string, message: string) {
    super(message);
    this.error = { status: code === 'NoSuchResourceException' ? 404 : 400, code, message };
  }
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    'ListServices',
    read(false, () => ({ Services: [{ ServiceCode: SERVICE_CODE, ServiceName: SERVICE_NAME }] })),
  ],
  ['ListServiceQuotas', read(false, (api, input) => api.list(input, 'applied'))],
  ['GetServiceQuota', read(true, (api, input) => api.get(input, 'applied'))],
  ['ListAWSDefaultServiceQuotas', read(false, (api, input) => api.list(input, 'default'))],
  ['GetAWSDefaultServiceQuota', read(true, (api, input) => api.get(input, 'default'))],
  ['ListRequestedServiceQuotaChangeHistory', read(false, (api, input) => api.history(input, ''))],
  [
    'ListRequestedServiceQuotaChangeHistoryByQuota',
    read(true, (api, input) => api.history(input, quotaOf(input).code)),
  ],
  ['GetRequestedServiceQuotaChange', read(false, (api, input) => api.request(input))],
  ['RequestServiceQuotaIncrease', write((api, input, principal) => api.raise(input, principal))],
  ['PutServiceQuota', write((api, input, principal) => api.put(input, principal))],
]);

function read(onQuota: boolean, run: Operation['run']): Operation {
  return { readOnly: true, onQuota, run };
}

function write(run: Operation['run']): Operation {
  return { readOnly: false, onQuota: true, run };
}

export interface ServiceQuotasParts {
  readonly quotas: Quotas;
  readonly store: QuotaStore;
  readonly region: string;
  readonly accountId: string;
  /** The ARN that a workspace of that id has. */
  readonly arnOf: (workspaceId: string) => string;
  readonly workspaceExists: (workspaceId: string) => boolean;
  readonly random: Random;
}

export class ServiceQuotas implements AwsService {
  readonly name = 'servicequotas';
  readonly #parts: ServiceQuotasParts;

  constructor(parts: ServiceQuotasParts) {
    this.#parts = parts;
  }

  route(request: AwsServiceRequest): AwsServiceCall | { readonly error: AwsServiceError } {
    const call = readJsonCall(request, TARGET_PREFIX);
    if ('error' in call) return call;
    const operation = OPERATIONS.get(call.operation);
    if (operation === undefined) {
      const message = `The operation ${call.operation} is not offered here.`;
      return { error: { status: 400, code: 'UnknownOperationException', message } };
    }
    const code = call.input['QuotaCode'];
    const isOnQuota = operation.onQuota && typeof code === 'string';
    return {
      operation: call.operation,
      action: `servicequotas:${call.operation}`,
      resourceArns: [isOnQuota ? this.#arnOf(findQuota(code)?.code ?? code) : '*'],
      conditionKeys: new Map(),
      mayBeAnonymous: false,
      readOnly: operation.readOnly,
      auditParameters: call.input,
    };
  }

  policyOf(): AttachedPolicy | undefined {
    return undefined;
  }

  async execute(
    call: AwsServiceCall,
    request: AwsServiceRequest,
    principal: Principal | undefined,
  ): Promise<ApiResponse> {
    assert(principal !== undefined, 'an anonymous call of Service Quotas');
    try {
      const output = OPERATIONS.get(call.operation)!.run(this, call.auditParameters as Input, principal);
      return jsonAnswer(output, request.requestId);
    } catch (error) {
      if (error instanceof Refused) return jsonError(error.error, request.requestId);
      throw error;
    }
  }

  formError(error: AwsServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }

  list(input: Input, which: 'applied' | 'default'): object {
    requireService(input);
    const level = text(input, 'QuotaAppliedAtLevel') ?? 'ACCOUNT';
    if (!['ACCOUNT', 'RESOURCE', 'ALL'].includes(level)) {
      throw illegal(`QuotaAppliedAtLevel: ${level} is none of ACCOUNT, RESOURCE, ALL`);
    }
    const only = text(input, 'QuotaCode');
    const entries: object[] = [];
    for (const quota of QUOTAS) {
      if (only !== undefined && quota.code !== only) continue;
      if (level !== 'RESOURCE') entries.push(this.#show(quota, undefined, which));
      if (level === 'ACCOUNT' || which === 'default') continue;
      for (const id of this.#parts.quotas.workspacesWithOwn(quota.key)) {
        entries.push(this.#show(quota, id, which));
      }
    }
    const from = positionOf(input);
    const page = entries.slice(from, from + pageSize(input));
    const next = from + page.length;
    return { Quotas: page, ...(next < entries.length ? { NextToken: String(next) } : {}) };
  }

  get(input: Input, which: 'applied' | 'default'): object {
    requireService(input);
    const quota = quotaOf(input);
    return { Quota: this.#show(quota, this.#contextOf(input, quota), which) };
  }

  raise(input: Input, principal: Principal): object {
    requireService(input);
    const quota = quotaOf(input);
    const workspaceId = this.#contextOf(input, quota);
    const desired = numberOf(input, 'DesiredValue', quota);
    const now = shownValue(quota, this.#parts.quotas.valueOf(quota.key, workspaceId));
    if (desired <= now || now === 0) {
      const is = now === 0 ? 'unlimited' : String(now);
      throw illegal(`DesiredValue: ${desired} is no increase; ${quota.name} is ${is} now`);
    }
    return { RequestedQuota: this.#showRequest(this.#set(quota, workspaceId, desired, principal)!) };
  }

  put(input: Input, principal: Principal): object {
    requireService(input);
    const quota = quotaOf(input);
    const workspaceId = this.#contextOf(input, quota);
    const value =
      input['Value'] === undefined || input['Value'] === null ? undefined : numberOf(input, 'Value', quota);
    this.#set(quota, workspaceId, value, principal);
    return { Quota: this.#show(quota, workspaceId, 'applied') };
  }

  request(input: Input): object {
    const id = text(input, 'RequestId') ?? '';
    const request = this.#parts.store.request(id);
    if (request === undefined) throw new Refused('NoSuchResourceException', `No request has the id ${id}.`);
    return { RequestedQuota: this.#showRequest(request) };
  }

  history(input: Input, quotaCode: string): object {
    const status = text(input, 'Status');
    // All that is kept was granted.
    if (status !== undefined && status !== 'APPROVED') return { RequestedQuotas: [] };
    const size = pageSize(input);
    const found = this.#parts.store.requestsAfter(positionOf(input), quotaCode, size + 1);
    const page = found.slice(0, size);
    return {
      RequestedQuotas: page.map((request) => this.#showRequest(request)),
      ...(found.length > size ? { NextToken: String(page.at(-1)!.position) } : {}),
    };
  }

  #set(
    quota: Quota,
    workspaceId: string | undefined,
    value: number | undefined,
    { arn }: Principal,
  ): QuotaRequest | undefined {
    const id = makeUuid(this.#parts.random).replaceAll('-', '');
    return this.#parts.quotas.set(quota, workspaceId, value, { id, requesterArn: arn });
  }

  #contextOf(input: Input, quota: Quota): string | undefined {
    const context = text(input, 'ContextId');
    if (context === undefined) return undefined;
    const workspaceId = context.slice(context.lastIndexOf('/') + 1);
    const isOurs = context === workspaceId || context === this.#parts.arnOf(workspaceId);
    if (!isOurs || !this.#parts.workspaceExists(workspaceId)) {
      throw new Refused('NoSuchResourceException', `No workspace has the id or ARN ${context}.`);
    }
    if (quota.row.scope === 'account') throw illegal(`${quota.code} is a quota of the account alone`);
    return workspaceId;
  }

  #show(quota: Quota, workspaceId: string | undefined, which: 'applied' | 'default'): object {
    const { quotas } = this.#parts;
    const value =
      which === 'applied'
        ? quotas.valueOf(quota.key, workspaceId)
        : quotas.configuredValueOf(quota.key, undefined);
    return {
      ...this.#naming(quota, workspaceId),
      Value: shownValue(quota, value),
      Unit: quota.unit,
      Adjustable: true,
      ...(quota.row.unit === 'rate' ? { Period: { PeriodValue: 1, PeriodUnit: 'SECOND' } } : {}),
      QuotaAppliedAtLevel: workspaceId === undefined ? 'ACCOUNT' : 'RESOURCE',
      Description: `${quota.key}: ${quota.row.meaning}. 0 is ${quota.key === 'out_of_order_window' ? 'none' : 'unlimited'}.`,
    };
  }

  #showRequest(request: QuotaRequest): object {
    const quota = findQuota(request.quotaCode);
    const seconds = request.createdAtMs / 1000;
    return {
      Id: request.id,
      ...(quota === undefined
        ? { QuotaCode: request.quotaCode }
        : { ...this.#naming(quota, request.workspaceId), Unit: quota.unit }),
      DesiredValue: request.desiredValue,
      Status: 'APPROVED',
      Created: seconds,
      LastUpdated: seconds,
      Requester: JSON.stringify({ accountId: this.#parts.accountId, callerArn: request.requesterArn }),
      QuotaRequestedAtLevel: request.workspaceId === undefined ? 'ACCOUNT' : 'RESOURCE',
    };
  }

  #naming({ code, name }: Quota, workspaceId: string | undefined): object {
    return {
      ServiceCode: SERVICE_CODE,
      ServiceName: SERVICE_NAME,
      QuotaArn: this.#arnOf(code),
      QuotaCode: code,
      QuotaName: name,
      GlobalQuota: false,
      ...(workspaceId === undefined
        ? {}
        : {
            QuotaContext: {
              ContextScope: 'RESOURCE',
              ContextScopeType: CONTEXT_TYPE,
              ContextId: this.#parts.arnOf(workspaceId),
            },
          }),
    };
  }

  #arnOf(code: string): string {
    const { region, accountId } = this.#parts;
    return `arn:aws:servicequotas:${region}:${accountId}:${SERVICE_CODE}/${code}`;
  }
}

function requireService(input: Input): void {
  const service = text(input, 'ServiceCode');
  if (service === undefined) throw illegal('ServiceCode: is missing');
  if (service !== SERVICE_CODE) {
    throw new Refused(
      'NoSuchResourceException',
      `No service has the code ${service}; here is ${SERVICE_CODE}.`,
    );
  }
}

function quotaOf(input: Input): Quota {
  const code = text(input, 'QuotaCode');
  if (code === undefined) throw illegal('QuotaCode: is missing');
  const quota = findQuota(code);
  if (quota === undefined) throw new Refused('NoSuchResourceException', `No quota has the code ${code}.`);
  return quota;
}

function numberOf(input: Input, name: string, { row }: Quota): number {
  const value = input[name];
  if (typeof value !== 'number' || !(value >= 0 && value <= VALUE_MAX)) {
    throw illegal(`${name}: must be a number from 0 to ${VALUE_MAX}`);
  }
  if (row.unit !== 'ms' && !Number.isInteger(value)) throw illegal(`${name}: must be a whole number`);
  return value;
}

function text(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw illegal(`${name}: must be a string`);
  return value;
}

function pageSize(input: Input): number {
  const value = input['MaxResults'];
  if (value === undefined || value === null) return PAGE_MAX;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > PAGE_MAX) {
    throw illegal(`MaxResults: must be a whole number from 1 to ${PAGE_MAX}`);
  }
  return value;
}

function positionOf(input: Input): number {
  const token = text(input, 'NextToken');
  if (token === undefined) return 0;
  if (!/^\d{1,15}$/.test(token)) {
    throw new Refused('InvalidPaginationTokenException', 'NextToken: is not from the page before');
  }
  return Number(token);
}

function illegal(message: string): Refused {
  return new Refused('IllegalArgumentException', message);
}
