// The audit trail: a record of every management call, and CloudTrail's LookupEvents over them.
//
// 1. A call is recorded right before it is answered, in rotated files of JSON lines.
// 2. A lookup reads them from the newest on, for events of the last 90 days, up to a page of matches or so many
//    records looked at; NextToken says where to go on. It is bound to the filter by its hash.

import { createHash } from 'node:crypto';
import type {
  ApiResponse,
  AwsService,
  AwsServiceCall,
  AwsServiceError,
  AwsServiceRequest,
  ManagementCall,
} from '@ampere/contracts';
import type { LinePosition, RotatedLines } from '@ampere/json-lines';
import type { Clock, Random } from '@ampere/platform';
import { jsonAnswer, jsonError, readJsonCall } from '../json-protocol.ts';
import { makeUuid } from '../uuid.ts';
import { type AuditRecord, auditRecord, userNameOf } from './audit-record.ts';

const TARGET_PREFIX = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';
const LOOKUP_MS = 90 * 86_400_000;
const PAGE_MAX = 50;
/** A lookup that finds nothing ends after so many, with a token to go on. */
const LOOKED_AT_MAX = 20_000;

type Input = Readonly<Record<string, unknown>>;

interface Filter {
  readonly key: string | undefined;
  readonly value: string;
  readonly fromMs: number;
  readonly toMs: number;
}

class Refused extends Error {
  readonly error: AwsServiceError;

  constructor(code: string, message: string) {
    super(message);
    this.error = { status: 400, code, message };
  }
}

export interface AuditTrailParts {
  readonly lines: RotatedLines;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
}

export class AuditTrail implements AwsService {
  readonly name = 'cloudtrail';
  readonly #parts: AuditTrailParts;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
  }

  /** Takes down a call. */
  record(call: ManagementCall): void {
    const { region, accountId, random, lines } = this.#parts;
    lines.append(auditRecord(call, { eventId: makeUuid(random), region, accountId }));
  }

  /** Resolves when everything recorded is written. */
  close(): Promise<void> {
    return this.#parts.lines.close();
  }

  route(request: AwsServiceRequest): AwsServiceCall | { readonly error: AwsServiceError } {
    const call = readJsonCall(request, TARGET_PREFIX);
    if ('error' in call) return call;
    if (call.operation !== 'LookupEvents') {
      const message = `The operation ${call.operation} is not offered here.`;
      return { error: { status: 400, code: 'UnknownOperationException', message } };
    }
    return {
      operation: call.operation,
      action: 'cloudtrail:LookupEvents',
      resourceArns: ['*'],
      conditionKeys: new Map(),
      mayBeAnonymous: false,
      readOnly: true,
      auditParameters: call.input,
    };
  }

  policyOf(): undefined {
    return undefined;
  }

  async execute(call: AwsServiceCall, request: AwsServiceRequest): Promise<ApiResponse> {
    try {
      return jsonAnswer(await this.#lookup(call.auditParameters as Input), request.requestId);
    } catch (error) {
      if (error instanceof Refused) return jsonError(error.error, request.requestId);
      throw error;
    }
  }

  formError(error: AwsServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }

  async #lookup(input: Input): Promise<object> {
    const size = pageSize(input);
    const filter = filterOf(input, this.#parts.clock.nowMs());
    // Insight events are not made here.
    if (input['EventCategory'] !== undefined) return { Events: [] };
    const from = positionOf(input, filter);
    await this.#parts.lines.flush();
    const events: object[] = [];
    let lookedAt = 0;
    let last: LinePosition | undefined;
    for await (const { position, record } of this.#parts.lines.newestFirst(from)) {
      if (events.length === size || lookedAt === LOOKED_AT_MAX) {
        return { Events: events, NextToken: tokenOf(last!, filter) };
      }
      lookedAt++;
      last = position;
      const timeMs = Date.parse(String(record['eventTime']));
      if (timeMs < filter.fromMs) break;
      if (timeMs <= filter.toMs && matches(record, filter)) events.push(eventOf(record, timeMs));
    }
    return { Events: events };
  }
}

function eventOf(record: AuditRecord, timeMs: number): object {
  const { accessKeyId } = record['userIdentity'] as { accessKeyId?: string };
  return {
    EventId: record['eventID'],
    EventName: record['eventName'],
    ReadOnly: String(record['readOnly']),
    ...(accessKeyId === undefined ? {} : { AccessKeyId: accessKeyId }),
    EventTime: timeMs / 1000,
    EventSource: record['eventSource'],
    Username: userNameOf(record),
    Resources: resourcesOf(record).map(({ ARN, type }) => ({ ResourceType: type, ResourceName: ARN })),
    CloudTrailEvent: JSON.stringify(record),
  };
}

function resourcesOf(record: AuditRecord): readonly { ARN: string; type: string }[] {
  return (record['resources'] ?? []) as { ARN: string; type: string }[];
}

/** What of a record each attribute key looks at. */
const ATTRIBUTES: ReadonlyMap<string, (record: AuditRecord) => readonly unknown[]> = new Map([
  ['EventId', (record: AuditRecord) => [record['eventID']]],
  ['EventName', (record: AuditRecord) => [record['eventName']]],
  ['ReadOnly', (record: AuditRecord) => [String(record['readOnly'])]],
  ['Username', (record: AuditRecord) => [userNameOf(record)]],
  ['ResourceType', (record: AuditRecord) => resourcesOf(record).map(({ type }) => type)],
  ['ResourceName', (record: AuditRecord) => resourcesOf(record).flatMap(({ ARN }) => [ARN, nameIn(ARN)])],
  ['EventSource', (record: AuditRecord) => [record['eventSource']]],
  [
    'AccessKeyId',
    (record: AuditRecord) => [(record['userIdentity'] as { accessKeyId?: string }).accessKeyId],
  ],
]);

function matches(record: AuditRecord, { key, value }: Filter): boolean {
  return key === undefined || ATTRIBUTES.get(key)!(record).includes(value);
}

/** People look for what they named, not for ARNs. */
function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function filterOf(input: Input, nowMs: number): Filter {
  const list = input['LookupAttributes'] ?? [];
  if (!Array.isArray(list) || list.length > 1)
    throw new Refused('InvalidLookupAttributesException', 'Give one lookup attribute at most.');
  const attribute = list[0] as { AttributeKey?: unknown; AttributeValue?: unknown } | undefined;
  const key = attribute?.AttributeKey;
  const value = attribute?.AttributeValue;
  if (
    attribute !== undefined &&
    (typeof key !== 'string' || !ATTRIBUTES.has(key) || typeof value !== 'string')
  ) {
    const message = `A lookup attribute has a value and a key that is one of ${[...ATTRIBUTES.keys()].join(', ')}.`;
    throw new Refused('InvalidLookupAttributesException', message);
  }
  const fromMs = Math.max(timeOf(input, 'StartTime') ?? 0, nowMs - LOOKUP_MS);
  const toMs = timeOf(input, 'EndTime') ?? Number.MAX_SAFE_INTEGER;
  if ((timeOf(input, 'StartTime') ?? 0) > toMs) {
    throw new Refused('InvalidTimeRangeException', 'The start time is after the end time.');
  }
  return { key: key as string | undefined, value: typeof value === 'string' ? value : '', fromMs, toMs };
}

/** Seconds since 1970, as JSON 1.1 has times. */
function timeOf(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw new Refused('InvalidTimeRangeException', `${name} is no time.`);
  return value * 1000;
}

function pageSize(input: Input): number {
  const value = input['MaxResults'] ?? PAGE_MAX;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= PAGE_MAX) return value;
  throw new Refused('InvalidMaxResultsException', `MaxResults is from 1 to ${PAGE_MAX}.`);
}

/** The beginning of the time range moves on with the clock, so it is no part of what a token is bound to. */
function filterHash({ key, value, toMs }: Filter): string {
  return createHash('sha256')
    .update(JSON.stringify([key, value, toMs]))
    .digest('base64url')
    .slice(0, 12);
}

function tokenOf({ file, offset }: LinePosition, filter: Filter): string {
  return `${file}.${offset}.${filterHash(filter)}`;
}

function positionOf(input: Input, filter: Filter): LinePosition | undefined {
  const token = input['NextToken'];
  if (token === undefined || token === null) return undefined;
  const parts = typeof token === 'string' ? /^(\d{1,8})\.(\d{1,12})\.([\w-]{12})$/.exec(token) : null;
  if (parts === null || parts[3] !== filterHash(filter)) {
    throw new Refused('InvalidNextTokenException', 'NextToken is not from the page before.');
  }
  return { file: Number(parts[1]), offset: Number(parts[2]) };
}
