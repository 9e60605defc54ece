// The JSON 1.1 protocol of AWS' newer APIs: `POST /`, the operation in `X-Amz-Target`, JSON both ways.

import type { ApiResponse, AwsServiceError, AwsServiceRequest } from '@ampere/contracts';

export const JSON_PROTOCOL_TYPE = 'application/x-amz-json-1.1';

export interface JsonCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Reads which operation a request is for; `prefix` is the API's target prefix. An empty body is an empty object. */
export function readJsonCall(
  request: AwsServiceRequest,
  prefix: string,
): JsonCall | { readonly error: AwsServiceError } {
  const target = request.headers['x-amz-target'] ?? '';
  if (request.method !== 'POST' || !target.startsWith(`${prefix}.`)) {
    return { error: { status: 400, code: 'UnknownOperationException', message: `No operation ${target}.` } };
  }
  const text = Buffer.from(request.body).toString();
  let input: unknown;
  try {
    input = text === '' ? {} : JSON.parse(text);
  } catch {
    return { error: { status: 400, code: 'SerializationException', message: 'The body is not JSON.' } };
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { error: { status: 400, code: 'SerializationException', message: 'The body is no JSON object.' } };
  }
  return { operation: target.slice(prefix.length + 1), input: input as Record<string, unknown> };
}

export function jsonAnswer(output: object, requestId: string): ApiResponse {
  return {
    status: 200,
    headers: { 'content-type': JSON_PROTOCOL_TYPE, 'x-amzn-requestid': requestId },
    body: Buffer.from(JSON.stringify(output)),
  };
}

export function jsonError({ status, code, message }: AwsServiceError, requestId: string): ApiResponse {
  return {
    status,
    headers: {
      'content-type': JSON_PROTOCOL_TYPE,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': code,
    },
    body: Buffer.from(JSON.stringify({ __type: code, message, Message: message })),
  };
}
