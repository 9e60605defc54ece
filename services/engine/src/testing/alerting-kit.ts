// An engine with a clock that tests move, one workspace, and a delivery that remembers: what tests of rules and
// alert managers share.

import type { EngineRequest, WorkspaceLogRecord } from '@ampere/contracts';
import { parseLimits } from '@ampere/limits';
import { type Disk, FakeClock, NodeDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { onTestFinished } from 'vitest';
import type { Engine } from '../engine.ts';
import { openLocalEngine } from '../local-engine.ts';
import { FakeDelivery } from './fake-delivery.ts';

export interface AlertingKitOptions {
  readonly limits?: unknown;
  /** Of an engine before, to go on with. */
  readonly dataDir?: string;
  readonly clock?: FakeClock;
  readonly disk?: Disk;
  /** Opened in `beforeAll` on a given folder, and to be stopped by whoever opened it. */
  readonly forWholeFile?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export const WORKSPACE = 'ws-1';

/** Lets promises that are under way settle; the clock stands still. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export class AlertingKit {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly dataDir: string;
  readonly delivery: FakeDelivery;
  readonly logged: { level: string; message: string }[] = [];
  /** What the workspace's owner was told. */
  readonly told: WorkspaceLogRecord[] = [];

  private constructor(engine: Engine, clock: FakeClock, dataDir: string, delivery: FakeDelivery) {
    this.delivery = delivery;
    this.engine = engine;
    this.clock = clock;
    this.dataDir = dataDir;
  }

  static async open(options: AlertingKitOptions = {}): Promise<AlertingKit> {
    const dataDir = options.dataDir ?? temporaryFolder();
    const clock = options.clock ?? new FakeClock(1_700_000_000_000);
    const delivery = new FakeDelivery();
    let kit: AlertingKit | undefined;
    const engine = await openLocalEngine({
      dataDir,
      limits: parseLimits(
        options.limits ?? { defaults: { rule_evaluation_interval: '1s', alert_manager_tps: 0 } },
      ),
      fsync: 'always',
      buildInfo: { version: '', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' },
      publicUrl: 'http://ampere.test',
      outbound: { allowPrivate: false, allow: [] },
      queries: { threads: 0, entry: undefined, timeoutMs: 120_000, slowLogMs: 1e9, experimental: true },
      disk: options.disk ?? new NodeDisk(),
      clock,
      random: new SeededRandom(1),
      delivery,
      log: (level, message) => kit?.logged.push({ level, message }),
      workspaceLogs: { workspaceLog: (_, record) => kit?.told.push(record) },
    });
    await engine.createTenant(WORKSPACE);
    kit = new AlertingKit(engine, clock, dataDir, delivery);
    if (options.forWholeFile !== true) onTestFinished(() => engine.stop());
    return kit;
  }

  setRules(files: Readonly<Record<string, string>>): void {
    const namespaces = Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) }));
    this.engine.rulesChanged(WORKSPACE, namespaces);
  }

  /** `config` is Alertmanager's configuration; undefined removes the definition. */
  async setAlertManager(
    config: string | undefined,
    templateFiles: Record<string, string> = {},
  ): Promise<void> {
    const definition =
      config && JSON.stringify({ alertmanager_config: config, template_files: templateFiles });
    this.engine.alertManagerChanged(
      WORKSPACE,
      definition === undefined ? undefined : Buffer.from(definition),
    );
    await this.until(async () => (await this.alertManagerStatus()) === (config === undefined ? 404 : 200));
  }

  /** Waits for what the disk is asked for; the clock stands still. */
  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; !(await isSo()); i++) {
      if (i === 10_000) throw new Error('waited in vain');
      await settle();
    }
  }

  async alertManagerStatus(): Promise<number> {
    return (await this.ask('GET', '/alertmanager/api/v2/status')).status;
  }

  /** Moves the clock second by second, with all that happens between. */
  async advance(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.clock.advance(1000);
      await settle();
    }
  }

  async push(metric: string, labels: Record<string, string>, value: number, stale = false): Promise<void> {
    const pairs = Object.entries({ __name__: metric, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1));
    const samples = [{ timestampMs: this.clock.nowMs(), value, stale }];
    const body = encodeSnappy(encodeWriteRequest({ timeseries: [{ labels: pairs, samples }] }));
    await this.ask('POST', '/api/v1/push', body);
  }

  async ask(method: string, target: string, body: Uint8Array | string = ''): Promise<Answer> {
    const [path, search = ''] = target.split('?');
    const request: EngineRequest = {
      tenant: WORKSPACE,
      method,
      path: path!,
      search,
      headers: {},
      body: typeof body === 'string' ? Buffer.from(body) : body,
      principalArn: 'arn',
      requestId: 'r-1',
    };
    const response = await this.engine.request(request);
    const pieces: Uint8Array[] = [];
    if (response.body instanceof Uint8Array) pieces.push(response.body);
    else for await (const piece of response.body) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    return { status: response.status, json: text === '' ? '' : parsed(text), headers: response.headers };
  }

  /** The value of `data`. */
  async get(endpoint: string): Promise<unknown> {
    const { json } = await this.ask('GET', `/prometheus/api/v1/${endpoint}`);
    return (json as { data: unknown }).data;
  }

  /** An instant query's series as `labels → value`. */
  async query(query: string): Promise<Record<string, string>> {
    const data = await this.get(`query?query=${encodeURIComponent(query)}&time=${this.clock.nowMs() / 1000}`);
    const { result } = data as { result: { metric: Record<string, string>; value: [number, string] }[] };
    return Object.fromEntries(
      result.map(({ metric, value }) => [
        Object.entries(metric)
          .map(([name, text]) => `${name}=${text}`)
          .join(','),
        value[1],
      ]),
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
