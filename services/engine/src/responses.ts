import type { EngineResponse } from '@ampere/contracts';

const encoder = new TextEncoder();

/** Error types of Prometheus' HTTP API. */
export type ErrorType = 'bad_data' | 'not_found' | 'unavailable' | 'internal' | 'execution';

/** An error as Prometheus' HTTP API has it. */
export function apiError(
  status: number,
  errorType: ErrorType,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): EngineResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: encoder.encode(JSON.stringify({ status: 'error', errorType, error })),
  };
}

/** A line of text, which is what remote write answers with. */
export function plainText(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): EngineResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    body: encoder.encode(`${text}\n`),
  };
}

export function emptyResponse(status: number): EngineResponse {
  return { status, headers: {}, body: new Uint8Array(0) };
}
