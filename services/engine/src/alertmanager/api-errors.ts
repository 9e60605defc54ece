// How Alertmanager's API v2 answers: JSON, and three forms of errors.

import type { EngineResponse } from '@ampere/contracts';

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

/** A refusal by the checks of the API's schema: `{"code":602,"message":"comment in body is required"}`. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly code: number;

  /** `code`: 400 for what can't be read; 601 type or format, 602 required, 612 too few items. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return this.code >= 600 ? 422 : this.code;
  }
}

export function jsonResponse(value: unknown, status = 200): EngineResponse {
  return { status, headers: JSON_HEADERS, body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

export function schemaErrorResponse(error: SchemaError): EngineResponse {
  const body = Buffer.from(JSON.stringify({ code: error.code, message: error.message }));
  return { status: error.status, headers: JSON_HEADERS, body };
}

export function emptyBody(status: number): EngineResponse {
  return { status, headers: JSON_HEADERS, body: new Uint8Array(0) };
}
