// What the gateway is made of and how far it stretches: its collaborators, and the bounds of everything
// that a client could otherwise make grow.

import type { AwsService, ControlPlane, EngineClient, ManagementCallListener } from '@ampere/contracts';
import type { Rate } from '@ampere/limits';
import type { Registry } from '@ampere/metrics';
import type { HttpGet } from '@ampere/oidc';
import type { Clock, Random } from '@ampere/platform';
import type { Logger } from 'pino';
import type { Authenticator } from './authenticator.ts';
import type { NamedListener } from './listener.ts';
import type { NetworkRules } from './network-scopes.ts';
import type { TokenIssuer } from './tokens/token-issuer.ts';

/** The part of the limits table that the gateway enforces itself; `Limits` of @ampere/limits is one. */
export interface GatewayLimits {
  readonly account: { readonly managementCalls: Rate };
  /** 0 bytes is unlimited, which the gateway's own bound still caps. */
  forWorkspace(workspaceId: string): { readonly requestBytesMax: number };
}

export interface GatewayOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Where the gateway's metrics are registered; `GET /metrics` shows all of it and the engine's text. */
  readonly metrics: Registry;
  readonly region: string;
  readonly accountId: string;
  readonly controlPlane: ControlPlane;
  readonly engine: EngineClient;
  /** APIs beside AMP's, served at `/`; none when undefined. */
  readonly services?: readonly AwsService[];
  /** A text that anybody may read at a path, such as a certificate in PEM; none when undefined. */
  readonly publicFile?: (path: string) => Promise<string | undefined>;
  /** Told of every management call, for the audit. */
  readonly onManagementCall?: ManagementCallListener;
  readonly limits: GatewayLimits;
  /** By default AWS Signature Version 4 with the control plane's keys. */
  readonly authenticator?: Authenticator;
  /** Whose bearer tokens the data plane takes, and how their keys are fetched; none when undefined. */
  readonly tokens?: { readonly issuers: readonly TokenIssuer[]; readonly get: HttpGet };
  /** Whether the data plane takes access keys as user and password. Not by default. */
  readonly basicAuth?: boolean;
  /** Workspaces by the ids of data collection rules that Azure-style senders have in their URLs. */
  readonly collectionRules?: ReadonlyMap<string, string>;
  /** A second listener, without authentication, for `/metrics` and the health checks alone. */
  readonly metricsListen?: { readonly host: string; readonly port: number };
  /** Further addresses, each with the name that policies see as `aws:SourceVpce`. */
  readonly listeners?: readonly NamedListener[];
  /** Which workspaces may be reached through which listeners; all through all when undefined. */
  readonly network?: NetworkRules;
  readonly bounds?: Partial<GatewayBounds>;
}

export interface GatewayBounds {
  /** The largest body where a workspace's `request_size` is unlimited. */
  readonly bodyBytesMax: number;
  /** The largest body of a management call: the largest definition in base64 within JSON is 1.4 MB. */
  readonly managementBodyBytesMax: number;
  /** Bytes of bodies held at once by all requests. */
  readonly bodyBudgetBytes: number;
  readonly requestsInFlightMax: number;
  readonly connectionsMax: number;
  readonly requestsPerConnectionMax: number;
  /** Request line and headers together. Queries by GET may be long. */
  readonly headerBytesMax: number;
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestTimeoutMs: number;
  /** Longer than what load balancers keep a connection for (60 s), so that they close it and not we. */
  readonly keepAliveTimeoutMs: number;
  /** How long a connection with a request under way may carry no byte: longer than any query may run. */
  readonly silenceTimeoutMs: number;
  /** How long `stop` lets requests in flight go on before it aborts them. */
  readonly stopGraceMs: number;
  /** How long aborted requests have to write their refusal. */
  readonly stopAbortMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_BOUNDS: GatewayBounds = {
  bodyBytesMax: 64 * MIB,
  managementBodyBytesMax: 4 * MIB,
  bodyBudgetBytes: 256 * MIB,
  requestsInFlightMax: 4096,
  connectionsMax: 10_000,
  requestsPerConnectionMax: 100_000,
  headerBytesMax: 32 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  silenceTimeoutMs: 300_000,
  // Together below the five seconds in which the whole process stops.
  stopGraceMs: 3000,
  stopAbortMs: 500,
};
