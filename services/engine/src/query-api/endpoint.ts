import type { EngineRequest } from '@ampere/contracts';
import type { Clock } from '@ampere/platform';
import type { JsonProducer } from './json-writer.ts';
import type { Parameters } from './parameters.ts';
import type { BuildInfo, PromQl, QueryTenant } from './tenant.ts';

/** What a query was and cost, for the log; filled in while it runs. */
export interface QueryReport {
  query: string;
  startMs: number;
  endMs: number;
  stepMs: number;
  samples: number;
  peakSamples: number;
  series: number;
}

/** One request on its way through an endpoint. */
export interface EndpointContext {
  readonly request: EngineRequest;
  readonly parameters: Parameters;
  readonly tenant: QueryTenant;
  /** The label of `label/{name}/values`, still percent-encoded; otherwise empty. */
  readonly pathLabel: string;
  readonly promql: PromQl;
  readonly clock: Clock;
  readonly buildInfo: BuildInfo;
  /** When the request came, on the clock's monotonic scale. */
  readonly startedAtMs: number;
  /** When the server began, milliseconds since 1970. */
  readonly serverStartMs: number;
  readonly report: QueryReport;
}

export interface Answer {
  /** Writes the `data` member; null is a 204 without body. */
  readonly data: JsonProducer | null;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** Throws PrometheusError or the errors of query evaluation. */
export type Endpoint = (context: EndpointContext) => Answer;

export const TRUNCATED = 'results truncated due to limit';

export function answer(data: JsonProducer | null, warnings: readonly string[] = []): Answer {
  return { data, warnings, infos: [] };
}
