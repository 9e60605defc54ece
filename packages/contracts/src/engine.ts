// How the gateway speaks to the engine: the multi-tenant Cortex HTTP API, as plain values.
//
// A request names its tenant (the workspace id, `X-Scope-OrgID` on the wire) and a Cortex path:
//   POST /api/v1/push                       remote write
//   GET|POST /prometheus/api/v1/<endpoint>  queries, labels, series, metadata, status, rules, alerts
//   /alertmanager/api/v2/<endpoint>         the alert manager
// There are three ways to carry it: a direct call, a message to a worker thread, an HTTP request to
// an engine elsewhere. Callers can't tell which.

import type { LimitsData } from '@ampere/limits';
import type { WorkspaceSettingsListener } from './control-plane.ts';
import type { DefinitionListener } from './definitions.ts';

/** A whole body, or one that is produced piece by piece. Chunks belong to the receiver. */
export type EngineBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface EngineRequest {
  /** Workspace id. */
  readonly tenant: string;
  readonly method: string;
  /** Cortex path without query string, percent-encoded as on the wire. */
  readonly path: string;
  /** Query string as received, without `?`. */
  readonly search: string;
  /** Lower-case names. Only what the engine needs: content-type, content-encoding, accept, accept-encoding, x-prometheus-remote-write-version, user-agent. */
  readonly headers: Readonly<Record<string, string>>;
  /** As received (still compressed). The sender gives the buffer away. */
  readonly body: Uint8Array;
  /** Who asks, for the query log. */
  readonly principalArn: string;
  readonly requestId: string;
  /** Aborted when the client is gone or the server stops: work on the request should end. */
  readonly signal?: AbortSignal;
}

export interface EngineResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EngineBody;
}

export interface EngineClient extends DefinitionListener, WorkspaceSettingsListener {
  request(request: EngineRequest): Promise<EngineResponse>;
  /** Makes a tenant's storage ready; harmless when it is there already. */
  createTenant(tenant: string): Promise<void>;
  /** Makes a tenant's data unreachable at once and removes it; harmless when it is gone. */
  deleteTenant(tenant: string): Promise<void>;
  /** Has other limits in force from now on; what an engine elsewhere allows is set there. */
  setLimits(limits: LimitsData): Promise<void>;
  /** The engine's metrics in Prometheus text form. */
  metricsText(): Promise<string>;
  /** Takes no new requests, ends those in flight, flushes and closes all storage. */
  stop(): Promise<void>;
}
