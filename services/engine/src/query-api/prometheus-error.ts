import { quote } from '@ampere/go-text';
import { QueryCanceledError, QueryError, QueryTimeoutError, TooManySamplesError } from '@ampere/promql';
import { BlockError } from '@ampere/tsdb';

/**
 * The error kinds of Prometheus' API with the status each is answered with (`web/api/v1`), and Cortex' `too_many_requests`
 * for what a workspace's own limits turn away.
 */
export const ERROR_STATUS = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  too_many_requests: 429,
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
  /** As what it is counted. */
  readonly outcome: string;
  /** Of the answer, beside its type. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    type: ErrorType,
    message: string,
    status: number = ERROR_STATUS[type],
    headers: Readonly<Record<string, string>> = {},
    outcome: string = type,
  ) {
    super(message);
    this.type = type;
    this.outcome = outcome;
    this.status = status;
    this.headers = headers;
  }
}

export function badData(message: string): PrometheusError {
  return new PrometheusError('bad_data', message);
}

/** `invalid parameter "step": …` */
export function invalidParameter(parameter: string, message: string): PrometheusError {
  return badData(`invalid parameter ${quote(parameter)}: ${message}`);
}

/** A column larger than the machine has room for, or than any may be. */
function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    /^(Array buffer allocation failed|Invalid typed array length)/.test(error.message)
  );
}

/** The outcome of queries that met a block that is damaged or can't be read. */
export const DAMAGED_BLOCK = 'damaged_block';

/** What an error of query evaluation is answered as; undefined when it is a bug of ours. */
export function prometheusErrorOf(error: unknown): PrometheusError | undefined {
  if (error instanceof PrometheusError) return error;
  if (error instanceof QueryTimeoutError) return new PrometheusError('timeout', error.message);
  if (error instanceof QueryCanceledError) return new PrometheusError('canceled', error.message);
  if (error instanceof QueryError) return new PrometheusError('execution', error.message);
  // Prometheus answers what its storage can't read as a failed execution, and names the block.
  if (error instanceof BlockError)
    return new PrometheusError('execution', error.shownText, undefined, {}, DAMAGED_BLOCK);
  if (isOutOfMemory(error)) return new PrometheusError('execution', new TooManySamplesError().message);
  return undefined;
}
