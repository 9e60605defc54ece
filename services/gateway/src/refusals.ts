// The catalogue of what the gateway itself refuses, in one place: status, AWS error type, text.
//
// A Refusal is a plain value; error-forms.ts writes it in the form of the API that was called.
// Refusals of operations (validation, conflicts, quotas) come from the control plane, and those of
// queries and writes from the engine; neither passes here.

/** The `errorType` of Prometheus' error form. */
export type PrometheusErrorType =
  | 'bad_data'
  | 'not_found'
  | 'internal'
  | 'unavailable'
  | 'too_many_requests'
  | 'method_not_allowed';

export interface Refusal {
  readonly status: number;
  /** Sent as `x-amzn-ErrorType`. */
  readonly type: string;
  readonly prometheusType: PrometheusErrorType;
  readonly message: string;
  /** Further members of the AWS body, by name. */
  readonly members?: Readonly<Record<string, string>>;
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Decided before any API is reached (identity, permission): AWS form wherever it was sent to. */
  readonly front?: true;
}

const RETRY_SOON = { 'retry-after': '1' } as const;

export function accessDenied(message: string): Refusal {
  return { status: 403, type: 'AccessDeniedException', prometheusType: 'bad_data', message, front: true };
}

/** The identity that a request carries isn't taken where it went, which is as if it had none. */
export function missingIdentity(help: string): Refusal {
  return {
    status: 403,
    type: 'MissingAuthenticationTokenException',
    prometheusType: 'bad_data',
    message: 'Missing Authentication Token',
    headers: { 'x-ampere-signature-help': help },
    front: true,
  };
}

/** A bearer token that isn't accepted (RFC 6750, section 3.1). */
export function invalidToken(type: string, message: string): Refusal {
  const description = message.replace(/[^ !#-[\]-~]/g, "'");
  return {
    status: 401,
    type,
    prometheusType: 'bad_data',
    message,
    headers: {
      'www-authenticate': `Bearer realm="ampere", error="invalid_token", error_description="${description}"`,
    },
    front: true,
  };
}

/** A user and password that aren't accepted (RFC 7617). */
export function invalidPassword(message: string): Refusal {
  return {
    status: 401,
    type: 'UnrecognizedClientException',
    prometheusType: 'bad_data',
    message,
    headers: { 'www-authenticate': 'Basic realm="ampere", charset="UTF-8"' },
    front: true,
  };
}

export function unknownPath(method: string): Refusal {
  return {
    status: 404,
    type: 'UnknownOperationException',
    prometheusType: 'not_found',
    message: `No API answers ${method} on this path.`,
  };
}

export function wrongMethod(method: string, allowed: readonly string[]): Refusal {
  const allow = allowed.join(', ');
  return {
    status: 405,
    type: 'MethodNotAllowedException',
    prometheusType: 'method_not_allowed',
    message: `The method ${method} is not allowed on this path; allowed: ${allow}.`,
    headers: { allow },
  };
}

export function workspaceNotFound(workspaceId: string): Refusal {
  return {
    status: 404,
    type: 'ResourceNotFoundException',
    prometheusType: 'not_found',
    message: 'Workspace not found',
    members: { resourceId: workspaceId, resourceType: 'AWS::APS::Workspace' },
  };
}

export function workspaceNotActive(workspaceId: string, status: string): Refusal {
  return {
    status: 409,
    type: 'ConflictException',
    prometheusType: 'unavailable',
    message: `Workspace is in status ${status}; it takes data and queries when it is ACTIVE.`,
    members: { resourceId: workspaceId, resourceType: 'AWS::APS::Workspace' },
    headers: RETRY_SOON,
  };
}

/** `bytes` is undefined when the length was not declared and reading stopped at the limit. */
export function bodyTooLarge(bytes: number | undefined, limitBytes: number): Refusal {
  return {
    status: 413,
    type: 'RequestEntityTooLargeException',
    prometheusType: 'bad_data',
    message: `received message larger than max (${bytes ?? `over ${limitBytes}`} vs ${limitBytes})`,
  };
}

export function unsupportedEncoding(encoding: string, accepted: string): Refusal {
  return {
    status: 415,
    type: 'UnsupportedMediaTypeException',
    prometheusType: 'bad_data',
    message: `unsupported Content-Encoding ${JSON.stringify(encoding.slice(0, 64))}; this path takes ${accepted}`,
  };
}

export function malformedRequest(message: string): Refusal {
  return { status: 400, type: 'BadRequestException', prometheusType: 'bad_data', message };
}

export const headersTooLarge: Refusal = {
  status: 431,
  type: 'RequestHeaderFieldsTooLargeException',
  prometheusType: 'bad_data',
  message: 'The request line and headers are larger than this server accepts.',
};

export const requestTimeout: Refusal = {
  status: 408,
  type: 'RequestTimeoutException',
  prometheusType: 'bad_data',
  message: 'The request was not received completely in time.',
};

export const expectationFailed: Refusal = {
  status: 417,
  type: 'ExpectationFailedException',
  prometheusType: 'bad_data',
  message: 'The only expectation this server meets is 100-continue.',
};

export const transferCodingNotImplemented: Refusal = {
  status: 501,
  type: 'NotImplementedException',
  prometheusType: 'bad_data',
  message: 'The only transfer coding this server takes is chunked.',
};

export function throttled(retryAfterSeconds: number): Refusal {
  return {
    status: 429,
    type: 'ThrottlingException',
    prometheusType: 'too_many_requests',
    message: 'Rate exceeded',
    members: { serviceCode: 'aps' },
    headers: { 'retry-after': String(retryAfterSeconds) },
  };
}

/** Too many bodies or requests are being held at once, or the server is starting or stopping. */
export function unavailable(message: string): Refusal {
  return {
    status: 503,
    type: 'ServiceUnavailableException',
    prometheusType: 'unavailable',
    message,
    headers: RETRY_SOON,
  };
}

/** A fault of our own. The request id leads to the stack in the log; the text says nothing more. */
export function internalError(requestId: string): Refusal {
  return {
    status: 500,
    type: 'InternalServerException',
    prometheusType: 'internal',
    message: `Internal server error (request id ${requestId})`,
  };
}
