// Every refusal that this service gives, with its status and exactly the members of its shape.
//
// The names, statuses and members are those of the API's model; the texts are the service's own where
// they are known, and in its style where not. ThrottlingException and InternalServerException are not
// here: the gateway gives those, before and after this service is asked.
import type { Violation } from './api/validate.ts';

/** Errors by name with their HTTP status. */
export const ERROR_STATUS = {
  ValidationException: 400,
  ServiceQuotaExceededException: 402,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ConflictException: 409,
} as const;

export type ErrorName = keyof typeof ERROR_STATUS;

/** Service code in quota errors. */
const SERVICE_CODE = 'aps';

/** Codes under which Service Quotas knows the quotas ("Workspaces per region per account"). */
export const QUOTA_CODES = { workspacesPerRegion: 'L-8873DB23' } as const;

/** Kinds of resources as error bodies name them. */
export const RESOURCE_TYPES = {
  workspace: 'AWS::APS::Workspace',
  loggingConfiguration: 'AWS::APS::LoggingConfiguration',
  queryLoggingConfiguration: 'AWS::APS::QueryLoggingConfiguration',
  resourcePolicy: 'AWS::APS::ResourcePolicy',
  alertManagerDefinition: 'AWS::APS::AlertManagerDefinition',
  rulesNamespace: 'AWS::APS::RuleGroupsNamespace',
  scraper: 'AWS::APS::Scraper',
  scraperLoggingConfiguration: 'AWS::APS::ScraperLoggingConfiguration',
  anomalyDetector: 'AWS::APS::AnomalyDetector',
} as const;

/** A refusal. Thrown by whoever finds the reason, turned into an answer in one place. */
export class ApiError extends Error {
  override readonly name: ErrorName;
  /** What the body carries besides `message`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: ErrorName, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.members = members;
  }

  get status(): number {
    return ERROR_STATUS[this.name];
  }
}

/** The thing that an error is about. */
export interface Resource {
  readonly resourceId: string;
  readonly resourceType: string;
}

/** The request's body, query or path isn't what its format promises. */
export function cannotParse(message: string): ApiError {
  return new ApiError('ValidationException', message, { reason: 'CANNOT_PARSE' });
}

/** Members that break their constraints: the text of the first, all of them in the list. */
export function fieldsInvalid(violations: readonly [Violation, ...Violation[]]): ApiError {
  const [first] = violations;
  return new ApiError('ValidationException', first.text ?? `Invalid ${first.name}: ${first.message}`, {
    reason: 'FIELD_VALIDATION_FAILED',
    fieldList: violations.map(({ name, message }) => ({ name, message })),
  });
}

/** A request whose members are good one by one, but not together. */
export function requestInvalid(message: string): ApiError {
  return new ApiError('ValidationException', message, { reason: 'FIELD_VALIDATION_FAILED' });
}

/** One member that breaks a rule which its shape can't say. */
export function fieldInvalid(name: string, message: string): ApiError {
  return fieldsInvalid([{ name, message }]);
}

/** One member that breaks a rule whose text speaks for itself. */
export function fieldRefused(name: string, message: string): ApiError {
  return new ApiError('ValidationException', message, {
    reason: 'FIELD_VALIDATION_FAILED',
    fieldList: [{ name, message }],
  });
}

/** A union of which no member that this service knows is set. */
export function unionEmpty(name: string, ...members: string[]): ApiError {
  return fieldInvalid(name, `Member must have exactly one of its members set: ${members.join(', ')}`);
}

/** An ARN of the right form that points out of this service's account and region. */
export function foreignArn(part: string, actual: string, expected: string): ApiError {
  return fieldRefused('resourceArn', `Invalid resource ARN - ${part}: ${actual} (expected: ${expected})`);
}

/** Something that belongs to a workspace isn't there. */
export function resourceNotFound(message: string, resource: Resource): ApiError {
  return new ApiError('ResourceNotFoundException', message, { ...resource });
}

/** Something is there already, or isn't as the caller believes it to be. */
export function resourceConflict(message: string, resource: Resource): ApiError {
  return new ApiError('ConflictException', message, { ...resource });
}

export function workspaceNotFound(workspaceId: string): ApiError {
  return new ApiError('ResourceNotFoundException', 'Workspace not found.', workspaceResource(workspaceId));
}

/** The workspace is on its way from one status to another. */
export function workspaceBusy(workspaceId: string, status: string): ApiError {
  return new ApiError(
    'ConflictException',
    `Workspace is in ${status} status; try again when it has ended.`,
    workspaceResource(workspaceId),
  );
}

/** A clientToken whose first use failed. */
export function requestInFlight(resource: Resource): ApiError {
  return new ApiError('ConflictException', 'In-flight idempotent request already exists.', { ...resource });
}

/** A clientToken that was used with other parameters. */
export function tokenReused(resource: Resource): ApiError {
  return new ApiError(
    'ConflictException',
    'The clientToken was already used with different request parameters.',
    { ...resource },
  );
}

/** @param message the text of the limit. */
export function workspaceQuotaExceeded(accountId: string, message: string): ApiError {
  const account = { resourceId: accountId, resourceType: RESOURCE_TYPES.workspace };
  return quotaExceeded(message, account, QUOTA_CODES.workspacesPerRegion);
}

/** @param quotaCode as Service Quotas has it; where that knows none, the limit's name in our configuration. */
export function quotaExceeded(message: string, resource: Resource, quotaCode: string): ApiError {
  return new ApiError('ServiceQuotaExceededException', message, {
    ...resource,
    serviceCode: SERVICE_CODE,
    quotaCode,
  });
}

export function rulesNamespaceResource(workspaceId: string, name: string): Resource {
  return { resourceId: `${workspaceId}/${name}`, resourceType: RESOURCE_TYPES.rulesNamespace };
}

/** @param message that of the decision. */
export function accessRefused(message: string): ApiError {
  return new ApiError('AccessDeniedException', message);
}

export function accessDenied(callerArn: string, action: string, resourceArn: string): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resourceArn}`,
  );
}

function workspaceResource(workspaceId: string): Record<string, string> {
  return { resourceId: workspaceId, resourceType: RESOURCE_TYPES.workspace };
}
