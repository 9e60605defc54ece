// The engine's alert manager beside the real Alertmanager 0.25: the same configuration, the same alerts and
// silences at the same moments, and every notification that leaves either is compared, with what the API tells
// at the end. All scenarios run at once.

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseLimits } from '@ampere/limits';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import { NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { SnsClient } from '@ampere/sns';
import { describeWith, RealAlertmanager, temporaryFolder, until } from '@ampere/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { openLocalEngine } from '../local-engine.ts';
import {
  SCENARIOS,
  type Scenario,
  type ScenarioStep,
  TEMPLATE_FILE,
  TIME_INTERVALS,
} from '../testing/alert-scenarios.ts';
import { receiverDelivery } from './receiver-delivery.ts';

/** Seconds after which everything that is to come has come: the flushes are at 1, 3 and 5. */
const END = 6.3;
const TENANT = 'ws-1';
const EXTERNAL = 'http://alerts.test/workspaces/ws-1/alertmanager';

function configuration(sink: string, templates: string): string {
  const name = (index: number, ending = '') => `s${index}${ending}`;
  const filled = (text: string, index: number, ending = '') =>
    text
      .replaceAll('$sink', `${sink}/${index}${encodeURIComponent(ending)}`)
      .replaceAll('$r', `s${index}`)
      .replaceAll('$n', String(index));
  const routes = SCENARIOS.map(
    ({ route }, i) =>
      `  - {matchers: ["s=${i}"], receiver: ${name(i)}${route === undefined ? '' : `, ${filled(route, i)}`}}`,
  );
  const receivers = SCENARIOS.flatMap(({ block, receivers: more = {} }, i) => [
    `- {name: ${name(i)}, ${filled(block ?? 'webhook_configs: [{url: "$sink"}]', i)}}`,
    ...Object.entries(more).map(([ending, text]) => {
      const dashed = /^\w/.test(ending) ? `-${ending}` : ending;
      return `- {name: "${name(i, dashed)}", ${filled(text, i, dashed)}}`;
    }),
  ]);
  const inhibits = SCENARIOS.flatMap(({ inhibit }, i) => {
    if (inhibit === undefined) return [];
    // Each rule keeps to its own scenario.
    const own = inhibit.includes('source_match:')
      ? inhibit
          .replace('source_match: {', `source_match: {s: "${i}", `)
          .replace('target_match_re: {', `target_match_re: {s: "${i}", `)
      : inhibit.replaceAll('_matchers: [', `_matchers: ["s=${i}", `);
    return [`- {${own}}`];
  });
  return `templates: [${templates}]
route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
  routes:
${routes.join('\n')}
inhibit_rules:
${inhibits.join('\n')}
${TIME_INTERVALS}
receivers:
- {name: nobody}
${receivers.join('\n')}
`;
}

interface Sent {
  readonly path: string;
  readonly body: unknown;
}

/** Takes webhooks and SNS publications and remembers them in order. */
async function startSink(): Promise<{ url: string; sent: Sent[] }> {
  const sent: Sent[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const body: unknown = isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
    // The SDK's client leaves the path of its endpoint away or puts a slash behind it.
    sent.push({ path: request.url!.replace(/\/$/, ''), body });
    response.setHeader('content-type', 'text/xml');
    response.end(
      '<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent };
}

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

describeWith('beside the real Alertmanager', ['alertmanager'], ({ alertmanager }) => {
  let engine: Engine;
  const sinks = { real: undefined as unknown as Awaited<ReturnType<typeof startSink>>, ours: undefined as unknown as Awaited<ReturnType<typeof startSink>> }; // biome-ignore format: short
  const groups = { real: [] as Group[], ours: [] as Group[] };

  beforeAll(async () => {
    sinks.real = await startSink();
    sinks.ours = await startSink();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'test.tmpl'), TEMPLATE_FILE);
    const real = await RealAlertmanager.start(
      alertmanager,
      configuration(sinks.real.url, join(folder, 'test.tmpl')),
      [`--web.external-url=${EXTERNAL}`, '--web.route-prefix=/'],
    );
    const askReal: Ask = async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${real.url}/api/v2/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }); // biome-ignore format: short
      const text = await response.text();
      expect(response.status, text).toBe(200);
      return text === '' ? undefined : JSON.parse(text);
    };
    engine = await startOurs(folder, configuration(sinks.ours.url, 'test.tmpl'));
    const askOurs: Ask = async (method, path, body) => {
      const { status, body: bytes } = await askEngine(engine, method, path, body);
      const text = Buffer.from(bytes as Uint8Array).toString();
      expect(status, text).toBe(200);
      return text === '' ? undefined : JSON.parse(text);
    };
    await until('our alert manager', async () => (await askEngine(engine, 'GET', 'status')).status === 200);
    await play([askReal, askOurs]);
    groups.real = (await askReal('GET', 'alerts/groups')) as Group[];
    groups.ours = (await askOurs('GET', 'alerts/groups')) as Group[];
  }, 60_000);
  afterAll(() => engine.stop());

  for (const [index, scenario] of SCENARIOS.entries()) {
    test(scenario.name, () => {
      const real: readonly string[] = sentOf(sinks.real.sent, index);
      expect(sentOf(sinks.ours.sent, index)).toEqual(real);
      // Those that send nothing say so in their names.
      if (!/before it was told|^silenced$|^a silenced source/.test(scenario.name))
        expect(real.length).toBeGreaterThan(0);
      expect(groupsOf(groups.ours, index)).toEqual(groupsOf(groups.real, index));
    });
  }
});

async function startOurs(folder: string, config: string): Promise<Engine> {
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const outbound = { policy: new AddressPolicy({ allowPrivate: true, allow: [] }), clock };
  const [open, log] = [new Outbound(outbound), () => {}];
  const client = new SnsClient({ outbound: open, trusted: open, clock, random, region: 'eu-west-1' });
  const engine = await openLocalEngine({
    dataDir: join(folder, 'data'),
    limits: parseLimits({ profile: 'unlimited' }),
    fsync: 'off',
    buildInfo: { version: '', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' },
    publicUrl: 'http://alerts.test',
    outbound: { allowPrivate: true, allow: [] },
    queries: { threads: 0, entry: undefined, timeoutMs: 120_000, slowLogMs: 1e9, experimental: true },
    disk: new NodeDisk(),
    clock,
    random,
    delivery: receiverDelivery({
      publish: (_, message, identity) => client.publish(message, identity, new AbortController().signal),
      outbound: open,
      clock,
    }),
    log,
  });
  await engine.createTenant(TENANT);
  const definition = { alertmanager_config: config, template_files: { 'test.tmpl': TEMPLATE_FILE } };
  engine.alertManagerChanged(TENANT, Buffer.from(JSON.stringify(definition)));
  return engine;
}

function askEngine(engine: Engine, method: string, path: string, body?: unknown) {
  return engine.request({
    tenant: TENANT,
    method,
    path: `/alertmanager/api/v2/${path}`,
    search: '',
    headers: {},
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    principalArn: '',
    requestId: 'r-1',
  });
}

/** Does the steps of all scenarios at their moments, in all alert managers alike. */
async function play(asks: readonly Ask[]): Promise<void> {
  const steps = SCENARIOS.flatMap((scenario, index) =>
    scenario.steps.map((step) => ({ step, scenario, index })),
  );
  const moments = [...new Set(steps.map(({ step }) => step.at))].sort((a, b) => a - b);
  const silences = asks.map(() => new Map<Scenario, string>());
  const startMs = Math.floor(new SystemClock().nowMs()) + 200;
  const at = (seconds: number) => new Date(startMs + Math.round(seconds * 1000)).toISOString();
  for (const moment of moments) {
    await pause(startMs + moment * 1000 - new SystemClock().nowMs());
    const now = steps.filter(({ step }) => step.at === moment);
    await Promise.all(
      asks.map(async (ask, side) => {
        const alerts = now.flatMap(({ step, index }) =>
          'post' in step ? postedAlerts(step, index, at) : [],
        );
        // Silences first: what is posted at the same moment is muted by them.
        for (const { step, scenario, index } of now) {
          if ('silence' in step) {
            const answer = await ask('POST', 'silences', silenceOf(step.silence, index, at));
            silences[side]!.set(scenario, (answer as { silenceID: string }).silenceID);
          } else if ('expire' in step) await ask('DELETE', `silence/${silences[side]!.get(scenario)}`);
        }
        if (alerts.length > 0) await ask('POST', 'alerts', alerts);
      }),
    );
  }
  await pause(startMs + END * 1000 - new SystemClock().nowMs());
}

function postedAlerts(
  { post, at: moment }: Extract<ScenarioStep, { post: unknown }>,
  index: number,
  at: (seconds: number) => string,
) {
  return post.map(({ labels, annotations, startsAt, endsAt, generatorURL }) => ({
    labels: { alertname: 'A', ...labels, s: String(index) },
    annotations: annotations ?? {},
    startsAt: at(startsAt ?? moment),
    endsAt: endsAt === undefined ? undefined : at(endsAt),
    generatorURL,
  }));
}

function silenceOf(labels: Readonly<Record<string, string>>, index: number, at: (seconds: number) => string) {
  const matchers = Object.entries({ ...labels, s: String(index) }).map(([name, value]) => ({
    name,
    value,
    isRegex: false,
  }));
  return { matchers, startsAt: at(-1), endsAt: at(3600), createdBy: 'me', comment: 'test' };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void new SystemClock().after(ms, resolve));
}

/** What a scenario sent, by path; messages of one path in their order, those of one moment sorted. */
function sentOf(sent: readonly Sent[], index: number): string[] {
  const own = sent.filter(
    ({ path, body }) => new RegExp(`^/${index}(?!\\d)`).test(path) || snsOf(body, index),
  );
  return own
    .map(({ path, body }) => ({ path: snsOf(body, index) ? 'sns' : path, body }))
    .map((each) => JSON.stringify(each))
    .sort();
}

/** SDK clients drop the path of an endpoint, so publications are told apart by their topic. */
function snsOf(body: unknown, index: number): boolean {
  const { TopicArn = '' } = body as Record<string, string>;
  return new RegExp(`:t${index}(\\.fifo)?$`).test(TopicArn);
}

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly { readonly labels: Record<string, string> }[];
}

/** Of one scenario, without what differs by nature: ids of silences and when something was updated. */
function groupsOf(groups: readonly Group[], index: number): string[] {
  const own = groups.filter(({ alerts }) => alerts.some(({ labels }) => labels['s'] === String(index)));
  const ended = new SystemClock().nowMs();
  const shown: unknown[] = JSON.parse(JSON.stringify(own), (name, value: unknown) => {
    if (name === 'updatedAt') return 'T';
    if (name === 'silencedBy') return (value as string[]).length;
    // An end that nobody gave is the resolve timeout after the posting.
    if (name === 'endsAt') return Date.parse(value as string) > ended + 100_000 ? 'later' : value;
    return value;
  });
  // Groups of equal labels and receivers come in no order.
  return shown.map((group) => JSON.stringify(group)).sort();
}
