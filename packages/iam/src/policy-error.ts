/**
 * A policy document that is not accepted. `message` is what AWS says for it and fit for the wire;
 * `detail` says in our words what and where.
 */
export class PolicyError extends Error {
  readonly code = 'MalformedPolicyDocument';
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.name = 'PolicyError';
    this.detail = detail;
  }
}

/** The document doesn't have the form of a policy. */
export function syntaxError(detail: string): PolicyError {
  return new PolicyError('Syntax errors in policy.', detail);
}

/** AWS's text for values that its older, second parser refuses: dates, ARNs, variables. */
export function legacyError(detail: string): PolicyError {
  return new PolicyError('The policy failed legacy parsing', detail);
}
