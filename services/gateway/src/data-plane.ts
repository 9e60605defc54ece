// The data plane: requests to /workspaces/{id}/… that the engine carries out.
//
// Method, readiness, identity, permission, then the workspace, then the body's encoding; what is left
// goes to the engine as it came, under the id of the workspace, and its answer to the client.

import type { EngineClient, WorkspaceDirectory } from '@ampere/contracts';
import type { Admission } from './admission.ts';
import type { DataRouteMatch } from './data-routes.ts';
import { type Exchange, RefusedError } from './exchange.ts';
import type { GatewayLimits } from './gateway-options.ts';
import type { Lifecycle } from './lifecycle.ts';
import { answerWrongMethod } from './method-check.ts';
import { type NetworkRules, networkRefusal } from './network-scopes.ts';
import { unsupportedEncoding, workspaceNotActive, workspaceNotFound } from './refusals.ts';
import { sendEngineResponse } from './response-stream.ts';

/** What of the client's headers goes on to the engine; everything else stays here. */
const FORWARDED_HEADERS = [
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'user-agent',
] as const;

/** Carries out requests to `/workspaces/{id}/…` that belong to the engine. */
export class DataPlane {
  readonly #admission: Admission;
  readonly #workspaces: WorkspaceDirectory;
  readonly #engine: EngineClient;
  readonly #limits: GatewayLimits;
  readonly #lifecycle: Lifecycle;
  readonly #bodyBytesMax: number;
  readonly #network: NetworkRules;

  constructor(init: {
    admission: Admission;
    workspaces: WorkspaceDirectory;
    engine: EngineClient;
    limits: GatewayLimits;
    lifecycle: Lifecycle;
    bodyBytesMax: number;
    network: NetworkRules;
  }) {
    this.#admission = init.admission;
    this.#workspaces = init.workspaces;
    this.#engine = init.engine;
    this.#limits = init.limits;
    this.#lifecycle = init.lifecycle;
    this.#bodyBytesMax = init.bodyBytesMax;
    this.#network = init.network;
  }

  /** Answers the exchange. Throws RefusedError for what is refused, anything else for a fault of ours. */
  async serve(exchange: Exchange, match: DataRouteMatch): Promise<void> {
    const { route, workspaceId } = match;
    exchange.routeName = route.name;
    exchange.errorForm = route.errorForm;
    exchange.workspaceId = workspaceId;
    if (!route.methods.includes(exchange.method)) return answerWrongMethod(exchange, route.methods);
    this.#lifecycle.requireReady();
    const { principal, body } = await this.#admission.identify(exchange, this.#requestBytesMax(workspaceId));
    const action = route.actions[exchange.method]!;
    this.#admission.permit(exchange, principal, action, this.#workspaces.arnOf(workspaceId));
    const { scope } = exchange.connection;
    const unreachable = networkRefusal(this.#network, workspaceId, action, scope);
    if (unreachable !== undefined) throw new RefusedError(unreachable);

    const workspace = this.#workspaces.find(workspaceId);
    if (workspace === undefined || workspace.status === 'CREATION_FAILED')
      throw new RefusedError(workspaceNotFound(workspaceId));
    // UPDATING changes settings; the data is there all the while.
    if (workspace.status === 'CREATING' || workspace.status === 'DELETING')
      throw new RefusedError(workspaceNotActive(workspaceId, workspace.status));
    checkEncoding(exchange, route.bodyEncoding);

    const answer = await this.#engine.request({
      tenant: workspace.workspaceId,
      method: exchange.method,
      path: match.enginePath,
      search: exchange.target.search,
      headers: forwardedHeaders(exchange),
      body,
      principalArn: principal.arn,
      requestId: exchange.requestId,
      signal: exchange.signal,
    });
    await sendEngineResponse(exchange, answer);
  }

  #requestBytesMax(workspaceId: string): number {
    const { requestBytesMax } = this.#limits.forWorkspace(workspaceId);
    return requestBytesMax === 0 ? this.#bodyBytesMax : Math.min(requestBytesMax, this.#bodyBytesMax);
  }
}

function checkEncoding(exchange: Exchange, accepted: string | undefined): void {
  const encoding = exchange.header('content-encoding');
  if (encoding === undefined) return;
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity' || name === accepted) return;
  throw new RefusedError(unsupportedEncoding(encoding, accepted ?? 'none (identity)'));
}

function forwardedHeaders(exchange: Exchange): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of FORWARDED_HEADERS) {
    const value = exchange.header(name);
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}
