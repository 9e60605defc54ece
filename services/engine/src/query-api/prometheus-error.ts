import { QueryCanceledError, QueryError, QueryTimeoutError } from '@ampere/promql';
import { quote } from './go-text.ts';

/** The error kinds of Prometheus' API with the status each is answered with (`web/api/v1`). */
export const ERROR_STATUS = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  canceled: 499,
  internal: 500,
  timeout: 503,
  unavailable: 503,
} as const;

export type ErrorType = keyof typeof ERROR_STATUS;

/** A refusal in Prometheus' words. */
export class PrometheusError extends Error {
  override name = 'PrometheusError';
  readonly type: ErrorType;
  readonly status: number;

  constructor(type: ErrorType, message: string, status: number = ERROR_STATUS[type]) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export function badData(message: string): PrometheusError {
  return new PrometheusError('bad_data', message);
}

/** `invalid parameter "step": …` */
export function invalidParameter(parameter: string, message: string): PrometheusError {
  return badData(`invalid parameter ${quote(parameter)}: ${message}`);
}

/** What an error of query evaluation is answered as; undefined when it is a bug of ours. */
export function prometheusErrorOf(error: unknown): PrometheusError | undefined {
  if (error instanceof PrometheusError) return error;
  if (error instanceof QueryTimeoutError) return new PrometheusError('timeout', error.message);
  if (error instanceof QueryCanceledError) return new PrometheusError('canceled', error.message);
  if (error instanceof QueryError) return new PrometheusError('execution', error.message);
  return undefined;
}
