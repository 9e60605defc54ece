// One management call as a CloudTrail event record (CloudTrail user guide, "CloudTrail record contents").
//
// 1. Who: type and ids of the principal; of a role session also the role it is of.
// 2. What: the request's members without secrets. Data that is carried whole (rule files, definitions, which
//    may hold passwords of receivers) is not repeated, as CloudTrail doesn't; long texts are cut.
// 3. What came of it: members of the answer for calls that change something, or the error.

import type { ManagementCall, ManagementRequest } from '@ampere/contracts';
import { type Principal, roleArnOf } from '@ampere/iam';

export type AuditRecord = Readonly<Record<string, unknown>>;

export interface AuditContext {
  readonly eventId: string;
  readonly region: string;
  readonly accountId: string;
}

const EVENT_VERSION = '1.08';
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';
/** Members that are carried whole: definitions, rule files, configuration blobs. */
const WHOLE_MEMBERS: ReadonlySet<string> = new Set(['data', 'configurationblob']);
const SECRET_MEMBER = /secret|password|token$|webidentitytoken|samlassertion|credential/i;
const NO_SECRET_MEMBER = /^(clientToken|nextToken)$/i;
const TEXT_LENGTH_MAX = 2048;
const DEPTH_MAX = 12;

export function auditRecord(call: ManagementCall, context: AuditContext): AuditRecord {
  const { principal, error, answer } = call;
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: identityOf(principal, call.accessKeyId),
    eventTime: `${new Date(call.startedAtMs).toISOString().slice(0, 19)}Z`,
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.operation,
    awsRegion: context.region,
    sourceIPAddress: call.sourceIp,
    userAgent: cut(call.userAgent ?? ''),
    ...(error === undefined ? {} : { errorCode: error.code, errorMessage: cut(error.message) }),
    requestParameters: clean(parametersOf(call.request)),
    responseElements: call.readOnly || error !== undefined ? null : clean(answer ?? null),
    requestID: call.requestId,
    eventID: context.eventId,
    readOnly: call.readOnly,
    resources: call.resourceArns
      .filter((arn) => arn !== '*')
      .map((ARN) => ({ accountId: context.accountId, ARN, type: resourceTypeOf(ARN) })),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: context.accountId,
    eventCategory: 'Management',
    ...(call.encrypted ? { tlsDetails: { clientProvidedHostHeader: call.host } } : {}),
  };
}

/** What CloudTrail calls the user's name: of a role session the session's name. */
export function userNameOf(record: AuditRecord): string | undefined {
  const identity = record['userIdentity'] as { type: string; userName?: string; principalId?: string };
  if (identity.userName !== undefined) return identity.userName;
  if (identity.type === 'Root') return 'root';
  return identity.principalId?.split(':')[1];
}

function identityOf(principal: Principal | undefined, accessKeyId: string | undefined): object {
  if (principal === undefined) return { type: 'Unknown' };
  const { kind, arn, accountId, userId } = principal;
  const common = {
    principalId: userId,
    arn,
    accountId,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
  };
  switch (kind) {
    case 'root':
      return { type: 'Root', ...common };
    case 'user':
      return {
        type: 'IAMUser',
        ...common,
        userName: principal.userName ?? arn.slice(arn.lastIndexOf('/') + 1),
      };
    case 'assumed-role': {
      const roleArn = roleArnOf(principal) ?? arn;
      const issuer = {
        type: 'Role',
        principalId: userId.split(':')[0],
        arn: roleArn,
        accountId,
        userName: roleArn.slice(roleArn.lastIndexOf('/') + 1),
      };
      return { type: 'AssumedRole', ...common, sessionContext: { sessionIssuer: issuer } };
    }
    case 'federated':
      return { type: 'FederatedUser', ...common };
    case 'web-identity':
      return { type: 'WebIdentityUser', principalId: userId, identityProvider: arn };
    case 'service':
      return { type: 'AWSService', invokedBy: arn };
  }
}

function parametersOf(request: ManagementRequest): unknown {
  if (request.kind === 'members') return request.members;
  const members: Record<string, unknown> = Object.fromEntries(request.pathParameters);
  for (const [name, value] of new URLSearchParams(request.search)) {
    const before = members[name];
    members[name] = before === undefined ? value : [before, value].flat();
  }
  Object.assign(members, bodyMembers(request.body));
  return Object.keys(members).length === 0 ? null : members;
}

/** A body that isn't a JSON object was refused; the error says so. */
function bodyMembers(body: Uint8Array): object {
  if (body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** A copy without secrets, whole documents and endless texts. */
function clean(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return '…';
  if (Array.isArray(value)) return value.map((one) => clean(one, depth + 1));
  const cleaned: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const isSecret = SECRET_MEMBER.test(name) && !NO_SECRET_MEMBER.test(name);
    const isHidden = typeof one === 'string' && (isSecret || WHOLE_MEMBERS.has(name.toLowerCase()));
    cleaned[name] = isHidden ? HIDDEN : clean(one, depth + 1);
  }
  return cleaned;
}

function cut(text: string): string {
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}

const RESOURCE_TYPES: ReadonlyMap<string, string> = new Map([
  ['aps:workspace', 'AWS::APS::Workspace'],
  ['aps:rulegroupsnamespace', 'AWS::APS::RuleGroupsNamespace'],
  ['aps:scraper', 'AWS::APS::Scraper'],
  ['aps:anomalydetector', 'AWS::APS::AnomalyDetector'],
  ['iam:user', 'AWS::IAM::User'],
  ['iam:role', 'AWS::IAM::Role'],
  ['iam:group', 'AWS::IAM::Group'],
  ['iam:policy', 'AWS::IAM::ManagedPolicy'],
  ['iam:oidc-provider', 'AWS::IAM::OIDCProvider'],
]);

function resourceTypeOf(arn: string): string {
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 'sns') return 'AWS::SNS::Topic';
  if (service === 'servicequotas') return 'AWS::ServiceQuotas::Quota';
  return RESOURCE_TYPES.get(`${service}:${resource.split('/')[0]}`) ?? `AWS::${service}`;
}
