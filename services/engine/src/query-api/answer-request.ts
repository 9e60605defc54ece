// From a request whose route is known to its answer, on whatever thread: parameters, the endpoint, the
// answer's form.
//
// 1. The endpoint runs synchronously to a producer of the body; its refusals are exceptions.
// 2. The body is a generator: its pieces are written when they are asked for.
//
// A block that is damaged is a refusal too, and logged with its place. Anything else is a bug of ours: a 500 without details, and the
// error with its stack in the log.

import type { EngineRequest } from '@ampere/contracts';
import { errorFields, type Log } from '../log.ts';
import type { Answer, RawAnswer } from './endpoint.ts';
import { JsonWriter } from './json-writer.ts';
import { Parameters } from './parameters.ts';
import { DAMAGED_BLOCK, PrometheusError, prometheusErrorOf } from './prometheus-error.ts';

export interface RequestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; what it yields belongs to the receiver. */
  readonly pieces: Generator<Uint8Array, void>;
  /** `success`, the type of the error, or `damaged_block`. */
  readonly outcome: string;
  /** The text of a refusal. */
  readonly error: string | undefined;
  /** Whether the body is read from storage while it is written. */
  readonly isReading: boolean;
}

export function parametersOf({ method, search, body, headers }: EngineRequest): Parameters {
  return method === 'POST' ? new Parameters(search, body, headers['content-type']) : new Parameters(search);
}

/** What an answer depends on of its route. */
export interface AnsweredRoute {
  readonly name: string;
  /** Errors are a line of text instead of JSON. */
  readonly isPlainText?: true;
}

/** Runs an endpoint; whatever it throws becomes an answer too. */
export function answerRequest(
  request: Pick<EngineRequest, 'tenant' | 'requestId'>,
  route: AnsweredRoute,
  log: Log,
  run: () => Answer | RawAnswer,
): RequestAnswer {
  try {
    return success(run());
  } catch (error) {
    const known = prometheusErrorOf(error);
    if (known?.outcome === DAMAGED_BLOCK) {
      const { tenant: workspace, requestId } = request;
      const fields = { workspace, requestId, endpoint: route.name, ...errorFields(error) };
      log('error', 'a query met a block that can not be read', fields);
    }
    return refusal(known ?? bug(request, route.name, log, error), route);
  }
}

/** Logs an error that is our fault; what the client is told of it has no details. */
export function bug(
  request: Pick<EngineRequest, 'tenant' | 'requestId'>,
  endpoint: string,
  log: Log,
  error: unknown,
): PrometheusError {
  const { tenant: workspace, requestId } = request;
  log('error', 'a query request failed', { workspace, requestId, endpoint, ...errorFields(error) });
  return new PrometheusError('internal', `internal error, request id ${requestId}`);
}

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

function success(answer: Answer | RawAnswer): RequestAnswer {
  const done = { outcome: 'success', error: undefined, isReading: false };
  if ('pieces' in answer) return { status: 200, ...answer, ...done, isReading: true };
  if (answer.data === null) return { status: 204, headers: {}, pieces: nothing(), ...done };
  return { status: 200, headers: JSON_HEADERS, pieces: envelope(answer), ...done };
}

/** An error in Prometheus' form. */
export function refusal(error: PrometheusError, route?: AnsweredRoute): RequestAnswer {
  const { status, outcome, message } = error;
  const rest = { status, outcome, error: message, isReading: false };
  if (route?.isPlainText === true) {
    const headers = { 'content-type': 'text/plain; charset=utf-8', ...error.headers };
    return { ...rest, headers, pieces: onePiece(Buffer.from(`${message}\n`, 'utf8')) };
  }
  // A lone surrogate is printed as U+FFFD, as everywhere in answers.
  const writer = new JsonWriter();
  writer.raw(`{"status":"error","errorType":"${error.type}","error":`);
  writer.string(error.message);
  writer.raw('}');
  return { ...rest, headers: { ...JSON_HEADERS, ...error.headers }, pieces: onePiece(writer.take()) };
}

function* nothing(): Generator<Uint8Array, void> {}

function* onePiece(piece: Uint8Array): Generator<Uint8Array, void> {
  yield piece;
}

function* envelope({ data, warnings, infos }: Answer): Generator<Uint8Array, void> {
  const writer = new JsonWriter();
  writer.raw('{"status":"success","data":');
  yield* data!(writer);
  if (warnings.length > 0) {
    writer.raw(',"warnings":');
    writer.value(warnings);
  }
  if (infos.length > 0) {
    writer.raw(',"infos":');
    writer.value(infos);
  }
  writer.raw('}');
  yield writer.take();
}

/** The first pieces of an answer: all of it when it is small. */
export interface Opening {
  readonly pieces: readonly Uint8Array[];
  readonly isWhole: boolean;
}

/** Takes pieces until it is known whether there is more than one. */
export function openingOf(pieces: Generator<Uint8Array, void>): Opening {
  const first = pieces.next();
  if (first.done === true) return { pieces: [], isWhole: true };
  const second = pieces.next();
  if (second.done === true) return { pieces: [first.value], isWhole: true };
  return { pieces: [first.value, second.value], isWhole: false };
}
