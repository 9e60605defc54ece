import type { EngineBody, EngineRequest } from '@ampere/contracts';
import type { QueryReport } from '../query-api/endpoint.ts';
import type { PrometheusError } from '../query-api/prometheus-error.ts';
import type { ReadRoute } from '../query-api/routes.ts';
import type { QueryTenant } from '../query-api/tenant.ts';

/** The answer to a query. */
export interface JobAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `success` or the type of the error. */
  readonly outcome: string;
  readonly error: string | undefined;
  /** Complete when the body has ended. */
  readonly report: QueryReport;
  readonly body: EngineBody;
}

/** A query whose turn has come. */
export interface QueryJob {
  readonly request: EngineRequest;
  readonly workspaceId: string;
  readonly tenant: QueryTenant;
  readonly route: ReadRoute;
  readonly pathLabel: string;
  /** When it came, on the clock's monotonic scale. */
  readonly arrivedMs: number;
  /** How long it waited. */
  readonly queuedMs: number;
  /** Why it is to end early; looked at while it runs. */
  readonly endReason: PrometheusError | undefined;
  /** Called once, unless `failed` is. */
  answered(answer: JobAnswer): void;
  /** Called once, when there will be no answer. */
  failed(error: PrometheusError): void;
}

/** Where queries run. */
export interface QueryRunner {
  /** Whether `run` may be called. The runner calls `onRoom` when that becomes true. */
  readonly hasRoom: boolean;
  /** Begins a query; calls one of its methods sooner or later. */
  run(job: QueryJob): void;
  /** The job's `endReason` was set: it should end soon. Nothing happens when it has ended. */
  interrupt(job: QueryJob): void;
  /** What is kept for a workspace that is gone is let go. */
  forget(workspaceId: string): void;
  /** Called when all queries have ended. */
  stop(): Promise<void>;
}
