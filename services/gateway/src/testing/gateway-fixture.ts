// A gateway on a free port between a raw client and fakes of control plane and engine, for tests.

import { createHash } from 'node:crypto';
import type {
  ApiResponse,
  ControlPlane,
  ControlPlaneRequest,
  EngineClient,
  EngineRequest,
  EngineResponse,
  RouteResult,
  WorkspaceEntry,
} from '@ampere/contracts';
import type { AttachedPolicy, Principal } from '@ampere/iam';
import { Registry } from '@ampere/metrics';
import { FakeClock, SeededRandom } from '@ampere/platform';
import { signRequest } from '@ampere/sigv4';
import pino from 'pino';
import { afterEach } from 'vitest';
import { createGateway, type Gateway } from '../gateway.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { RawClient, type RawResponse } from './raw-client.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const KEY_ID = 'AKIAEXAMPLEROOT00000';
/** A key of another account, whose root may do nothing here. */
export const FOREIGN_KEY_ID = 'AKIAEXAMPLEFOREIGN00';
export const WORKSPACE = 'ws-11111111-2222-3333-4444-555555555555';

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly keyId?: string;
  readonly secret?: string;
  readonly sessionToken?: string;
  /** `aps` in the server's region by default. */
  readonly scope?: { readonly service: string; readonly region?: string };
  /** Sent after signing, so not covered. */
  readonly unsignedHeaders?: Readonly<Record<string, string>>;
}

export class FakeEngine implements EngineClient {
  readonly requests: EngineRequest[] = [];
  answer: (request: EngineRequest) => EngineResponse | Promise<EngineResponse> = () =>
    json('{"status":"success"}');

  async request(request: EngineRequest): Promise<EngineResponse> {
    this.requests.push(request);
    return this.answer(request);
  }

  async createTenant(): Promise<void> {}
  async deleteTenant(): Promise<void> {}
  settingsChanged(): void {}
  rulesChanged(): void {}
  alertManagerChanged(): void {}
  async setLimits(): Promise<void> {}

  async metricsText(): Promise<string> {
    return 'fake_engine_up 1\n';
  }
  async stop(): Promise<void> {}
}

export class FakeControlPlane implements ControlPlane {
  readonly executed: ControlPlaneRequest[] = [];
  answer: () => Promise<ApiResponse> = async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
  });
  readonly entries = new Map<string, WorkspaceEntry>();
  readonly credentials = {
    find: (accessKeyId: string) => {
      const accountId = { [KEY_ID]: ACCOUNT, [FOREIGN_KEY_ID]: '999999999999' }[accessKeyId];
      return accountId && { accessKeyId, secretAccessKey: SECRET, principal: rootOf(accountId) };
    },
  } as ControlPlane['credentials'];
  readonly workspaces = {
    find: (workspaceId: string) => this.entries.get(workspaceId),
    tagsOf: (_resourceArn: string): ReadonlyMap<string, string> | undefined => undefined,
    arnOf: (workspaceId: string) => `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspaceId}`,
  };

  route(method: string, rawPath: string): RouteResult {
    if (rawPath !== '/workspaces' && !rawPath.startsWith('/tags/')) return { kind: 'unknown' };
    if (method !== 'GET') return { kind: 'wrong-method', allowed: ['GET'] };
    const match = {
      operation: rawPath === '/workspaces' ? 'ListWorkspaces' : 'ListTagsForResource',
      action: 'aps:ListWorkspaces',
      resourceArn: `arn:aws:aps:${REGION}:${ACCOUNT}:/workspaces`,
      pathParameters: new Map([['rawPath', rawPath]]),
    };
    return { kind: 'operation', match };
  }

  async execute(request: ControlPlaneRequest): Promise<ApiResponse> {
    this.executed.push(request);
    return this.answer();
  }
}

export class Fixture {
  readonly clock = new FakeClock(Date.UTC(2026, 10, 20, 12, 0, 0));
  readonly engine = new FakeEngine();
  readonly controlPlane = new FakeControlPlane();
  readonly registry = new Registry();
  readonly logLines: Record<string, unknown>[] = [];
  readonly gateway: Gateway;
  readonly #clients: RawClient[] = [];

  constructor(overrides: Partial<GatewayOptions> = {}) {
    this.setWorkspace('ACTIVE');
    this.gateway = createGateway({
      clock: this.clock,
      random: new SeededRandom(1),
      logger: pino({ level: 'info' }, { write: (line) => this.logLines.push(JSON.parse(line)) }),
      metrics: this.registry,
      region: REGION,
      accountId: ACCOUNT,
      controlPlane: this.controlPlane,
      engine: this.engine,
      limits: {
        account: { managementCalls: { perSecond: 10, burst: 10 } },
        forWorkspace: () => ({ requestBytesMax: 100_000 }),
      },
      ...overrides,
    });
  }

  setWorkspace(status: WorkspaceEntry['status'], resourcePolicy?: AttachedPolicy): void {
    this.controlPlane.entries.set(WORKSPACE, {
      workspaceId: WORKSPACE,
      arn: this.controlPlane.workspaces.arnOf(WORKSPACE),
      status,
      tags: new Map(),
      resourcePolicy,
    });
  }

  /** How often a request came through to a handler. */
  get handled(): number {
    return this.engine.requests.length + this.controlPlane.executed.length;
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.open(this.gateway.address.port);
    this.#clients.push(client);
    return client;
  }

  /** Head and body of a signed request as they go on the wire. */
  signed(method: string, target: string, call: Call = {}): string {
    const body = Buffer.from(call.body ?? '');
    const headers: Record<string, string> = { host: 'ampere.test', ...call.headers };
    const added = signRequest(
      { method, target, rawHeaders: Object.entries(headers).flat() },
      createHash('sha256').update(body).digest('hex'),
      {
        credentials: {
          accessKeyId: call.keyId ?? KEY_ID,
          secretAccessKey: call.secret ?? SECRET,
          ...(call.sessionToken === undefined ? {} : { sessionToken: call.sessionToken }),
        },
        region: call.scope?.region ?? REGION,
        service: call.scope?.service ?? 'aps',
        clock: this.clock,
      },
    );
    const framed = call.unsignedHeaders?.['transfer-encoding'] === undefined && body.length > 0;
    const length = framed ? { 'content-length': String(body.length) } : {};
    return head(method, target, { ...headers, ...added, ...length, ...call.unsignedHeaders });
  }

  /** A signed request on a connection of its own. */
  async call(method: string, target: string, call: Call = {}): Promise<RawResponse> {
    const client = await this.connect();
    client.write(this.signed(method, target, call), call.body ?? '');
    return client.response(method === 'HEAD');
  }

  /** An unsigned request on a connection of its own. */
  async callUnsigned(
    method: string,
    target: string,
    headers: Record<string, string> = {},
  ): Promise<RawResponse> {
    const client = await this.connect();
    client.write(head(method, target, { host: 'ampere.test', ...headers }));
    return client.response(method === 'HEAD');
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    const stopped = this.gateway.stop();
    // Nobody waits in a test: both grace times pass at once.
    this.clock.advance(60_000);
    await Promise.resolve();
    this.clock.advance(60_000);
    await stopped;
  }
}

const fixtures: Fixture[] = [];
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.close();
});

/** A listening, ready gateway, stopped after the test. */
export async function startFixture(overrides: Partial<GatewayOptions> = {}): Promise<Fixture> {
  const fixture = new Fixture(overrides);
  await fixture.gateway.listen('127.0.0.1', 0);
  fixture.gateway.markReady();
  fixtures.push(fixture);
  return fixture;
}

export function head(method: string, target: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export function json(text: string, status = 200): EngineResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
}

export function workspacePath(path: string): string {
  return `/workspaces/${WORKSPACE}/${path}`;
}

function rootOf(accountId: string): Principal {
  return { kind: 'root', arn: `arn:aws:iam::${accountId}:root`, accountId, userId: accountId };
}
