// What the tests of this service share: a control plane on a folder of its own, with a clock that moves
// only when told, an engine that can be held up or made to fail, and calls by method and target.
import { join } from 'node:path';
import type { ApiResponse, WorkspaceBackend } from '@ampere/contracts';
import { Limits, type LimitsData, parseLimits } from '@ampere/limits';
import { assert, FakeClock, NodeDisk, SeededRandom } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { afterEach } from 'vitest';
import { type ControlPlaneOptions, type LocalControlPlane, openControlPlane } from './control-plane.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
const ARN_PREFIX = `arn:aws:aps:${REGION}:${ACCOUNT}:`;
export const REQUEST_ID = '00000000-0000-4000-8000-000000000001';

export function workspaceArn(workspaceId: string): string {
  return `${ARN_PREFIX}workspace/${workspaceId}`;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs at the end of the test at hand, last given first. */
export function cleanUp(work: () => Promise<void>): void {
  cleanups.push(work);
}

/** An engine that does as told. */
export class FakeBackend implements WorkspaceBackend {
  /** Calls in order, for example `create ws-…`. */
  readonly calls: string[] = [];
  /** While set, calls wait until `release`. */
  held = false;
  /** How many of the next calls fail. */
  failures = 0;
  #waiting: (() => void)[] = [];

  createTenant(tenant: string): Promise<void> {
    return this.#call(`create ${tenant}`);
  }

  deleteTenant(tenant: string): Promise<void> {
    return this.#call(`delete ${tenant}`);
  }

  /** What `setLimits` was told last. */
  limits: LimitsData | undefined;

  async setLimits(limits: LimitsData): Promise<void> {
    this.limits = limits;
  }

  release(): void {
    this.held = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #call(text: string): Promise<void> {
    this.calls.push(text);
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the engine is out of order');
    }
  }
}

/** Lets everything that waits for nothing but promises run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The parsed body; undefined for an empty one. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape.
  readonly json: any;
}

export class TestPlane {
  readonly plane: LocalControlPlane;
  readonly clock: FakeClock;
  readonly backend: FakeBackend;
  readonly logged: string[];
  readonly #options: ControlPlaneOptions;

  private constructor(plane: LocalControlPlane, options: ControlPlaneOptions, logged: string[]) {
    this.plane = plane;
    this.clock = options.clock as FakeClock;
    this.backend = options.backend as FakeBackend;
    this.logged = logged;
    this.#options = options;
    cleanUp(() => plane.stop());
  }

  static async open(overrides: Partial<ControlPlaneOptions> = {}): Promise<TestPlane> {
    const logged: string[] = [];
    const options: ControlPlaneOptions = {
      databasePath: overrides.databasePath ?? join(temporaryFolder(), 'control.db'),
      region: REGION,
      publicUrl: 'http://127.0.0.1:9009/',
      account: { accountId: ACCOUNT },
      limits: new Limits(parseLimits({ profile: 'unlimited', defaults: { workspaces_per_region: 10 } })),
      backend: new FakeBackend(),
      clock: new FakeClock(),
      random: new SeededRandom(1),
      disk: new NodeDisk(),
      log: { error: (_fields, message) => logged.push(message) },
      ...overrides,
    };
    return new TestPlane(await openControlPlane(options), options, logged);
  }

  /** Stops this one and opens another on the same database. */
  async restart(overrides: Partial<ControlPlaneOptions> = {}): Promise<TestPlane> {
    await this.plane.stop();
    return this.beside(overrides);
  }

  /** Opens another one on the same database without stopping this one, as if it had been killed. */
  async beside(overrides: Partial<ControlPlaneOptions> = {}): Promise<TestPlane> {
    return TestPlane.open({ ...this.#options, random: new SeededRandom(2), ...overrides });
  }

  /** @param target raw path, with a query string if need be. */
  async call(method: string, target: string, body?: object | string | Uint8Array): Promise<Answer> {
    const question = target.indexOf('?');
    const path = question < 0 ? target : target.slice(0, question);
    const route = this.plane.route(method, path);
    assert(route.kind === 'operation', `${method} ${target} leads to no operation`);
    const principal = this.plane.credentials.find(this.plane.account.accessKeyId)!.principal;
    const response = await this.plane.execute({
      match: route.match,
      search: question < 0 ? '' : target.slice(question + 1),
      body: toBytes(body),
      principal,
      requestId: REQUEST_ID,
    });
    return toAnswer(response);
  }

  /** Creates a workspace and waits until it is ACTIVE. */
  async create(body: object = {}): Promise<string> {
    const answer = await this.call('POST', '/workspaces', body);
    assert(answer.status === 202, `creating a workspace answered ${answer.status}: ${answer.text}`);
    await settle();
    return answer.json.workspaceId;
  }

  /** The status code of a workspace, or the HTTP status when it can't be described. */
  async status(workspaceId: string): Promise<string | number> {
    const answer = await this.call('GET', `/workspaces/${workspaceId}`);
    return answer.status === 200 ? answer.json.workspace.status.statusCode : answer.status;
  }
}

function toBytes(body: object | string | Uint8Array | undefined): Uint8Array {
  if (body === undefined) return new Uint8Array(0);
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function toAnswer({ status, headers, body }: ApiResponse): Answer {
  const text = Buffer.from(body).toString();
  return { status, headers, text, json: text === '' ? undefined : JSON.parse(text) };
}
