// Refusals of the SNS API, with its codes and texts.

/** A refusal; `message` is for the client. */
export class SnsError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'SnsError';
    this.status = status;
    this.code = code;
  }
}

/** `what` is a parameter's name, or a name with a reason. */
export function invalid(what: string, reason?: string): SnsError {
  return new SnsError(
    400,
    'InvalidParameter',
    `Invalid parameter: ${what}${reason === undefined ? '' : ` Reason: ${reason}`}`,
  );
}

export function missing(member: string): SnsError {
  return new SnsError(
    400,
    'ValidationError',
    `1 validation error detected: Value null at '${member[0]!.toLowerCase()}${member.slice(1)}' failed to satisfy constraint: Member must not be null`,
  );
}

export const topicNotFound = () => new SnsError(404, 'NotFound', 'Topic does not exist');
export const subscriptionNotFound = () => new SnsError(404, 'NotFound', 'Subscription does not exist');
export const resourceNotFound = () => new SnsError(404, 'ResourceNotFound', 'Resource does not exist');
export const throttled = () => new SnsError(429, 'Throttled', 'Rate exceeded');
