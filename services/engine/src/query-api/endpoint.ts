// What an endpoint is given and gives: a request with what surrounds it, in two widths (work that any thread
// can do, and a look at what only the engine's thread keeps), a report that is filled in on the way, and
// an answer whose body is written later.

import type { EngineRequest } from '@ampere/contracts';
import type { Clock } from '@ampere/platform';
import type { QueryDirectory } from '../queries/query-directory.ts';
import type { EnforcedLimit } from '../usage/workspace-usage.ts';
import type { JsonProducer } from './json-writer.ts';
import type { Parameters } from './parameters.ts';
import type { BuildInfo, PromQl, QueryTenant, ReadTenant } from './tenant.ts';

/** Something that was refused for a limit, to be noted where the workspace's usage is kept. */
export interface LimitNote {
  readonly limit: EnforcedLimit;
  readonly message: string;
  readonly example: string;
}

/** What a query was and cost, for the log; filled in while it runs. Plain data. */
export interface QueryReport {
  query: string;
  startMs: number;
  endMs: number;
  stepMs: number;
  samples: number;
  peakSamples: number;
  series: number;
  /** Of chunks read from storage. */
  chunkBytes: number;
  readonly notes: LimitNote[];
}

export function newReport(): QueryReport {
  return {
    query: '',
    startMs: 0,
    endMs: 0,
    stepMs: 0,
    samples: 0,
    peakSamples: 0,
    series: 0,
    chunkBytes: 0,
    notes: [],
  };
}

/** A request on its way through an endpoint that reads data or works on a query's text: any thread can do that. */
export interface ReadContext {
  readonly request: EngineRequest;
  readonly parameters: Parameters;
  readonly tenant: ReadTenant;
  /** The label of `label/{name}/values`, still percent-encoded; otherwise empty. */
  readonly pathLabel: string;
  readonly promql: PromQl;
  readonly clock: Clock;
  /** When the request came, on the clock's monotonic scale. */
  readonly arrivedMs: number;
  /** How long it waited for its turn. */
  readonly queuedMs: number;
  /** How long a query may take at most, the time in the queue included. */
  readonly timeoutMaxMs: number;
  /** Called now and then: throws when somebody ended the request. */
  readonly checkWanted: () => void;
  readonly report: QueryReport;
}

/** A request for what the engine's own thread keeps. */
export interface StateContext extends ReadContext {
  readonly tenant: QueryTenant;
  readonly buildInfo: BuildInfo;
  /** When the server began, milliseconds since 1970. */
  readonly serverStartMs: number;
  readonly queries: QueryDirectory;
}

/** An answer in Prometheus' JSON envelope. */
export interface Answer {
  /** Writes the `data` member; null is a 204 without body. */
  readonly data: JsonProducer | null;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** An answer of another form. */
export interface RawAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: Generator<Uint8Array, void>;
}

/** Throws PrometheusError or the errors of query evaluation. */
export type ReadEndpoint = (context: ReadContext) => Answer | RawAnswer;
export type StateEndpoint = (context: StateContext) => Answer;

export const TRUNCATED = 'results truncated due to limit';

export function answer(data: JsonProducer | null, warnings: readonly string[] = []): Answer {
  return { data, warnings, infos: [] };
}
