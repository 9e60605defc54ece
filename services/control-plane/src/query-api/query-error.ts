import type { AwsServiceError } from '@ampere/contracts';

/** A refusal of an API of the query protocol. Thrown by whoever finds the reason, written in one place. */
export class QueryError extends Error {
  readonly error: AwsServiceError;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'QueryError';
    this.error = { status, code, message };
  }
}

export function validationError(message: string): QueryError {
  return new QueryError('ValidationError', message);
}

export function invalidInput(message: string): QueryError {
  return new QueryError('InvalidInput', message);
}

export function noSuchEntity(message: string): QueryError {
  return new QueryError('NoSuchEntity', message, 404);
}

export function alreadyExists(message: string): QueryError {
  return new QueryError('EntityAlreadyExists', message, 409);
}

export function deleteConflict(message: string): QueryError {
  return new QueryError('DeleteConflict', message, 409);
}

/** `quota` as AWS names it, for example `AccessKeysPerUser`. */
export function limitExceeded(quota: string, limit: number): QueryError {
  return new QueryError('LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`, 409);
}

export function malformedPolicy(message: string): QueryError {
  return new QueryError('MalformedPolicyDocument', message);
}

export function accessDenied(message: string): QueryError {
  return new QueryError('AccessDenied', message, 403);
}
