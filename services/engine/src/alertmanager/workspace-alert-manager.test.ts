// The alert manager of a workspace in an engine with its real parts: what survives, what is bounded, and what is
// remembered of notifications.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Disk, DiskError, NodeDisk } from '@ampere/platform';
import { expect, test } from 'vitest';
import { AlertingKit, WORKSPACE } from '../testing/alerting-kit.ts';

const config = (more = '') => `route: {receiver: r, group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
${more}receivers:
- name: r
  sns_configs: [{topic_arn: 'arn:aws:sns:us-east-1:123456789012:t', sigv4: {region: us-east-1, access_key: AK, secret_key: hush}}]
`;
const API = '/alertmanager/api/v2';

const alert = (name: string, labels: Record<string, string> = {}) => ({
  labels: { alertname: name, ...labels },
});
const post = async (kit: AlertingKit, ...alerts: object[]) =>
  (await kit.ask('POST', `${API}/alerts`, JSON.stringify(alerts))).status;

async function silence(kit: AlertingKit, name: string, value: string) {
  const nowMs = kit.clock.nowMs();
  const body = {
    matchers: [{ name, value, isRegex: false }],
    startsAt: new Date(nowMs).toISOString(),
    endsAt: new Date(nowMs + 3_600_000).toISOString(),
    createdBy: 'me',
    comment: 'why',
  };
  return kit.ask('POST', `${API}/silences`, JSON.stringify(body));
}

const namesOf = async (kit: AlertingKit, search = '') => {
  const { json } = await kit.ask('GET', `${API}/alerts${search}`);
  return (json as { labels: { alertname: string } }[]).map(({ labels }) => labels.alertname).sort();
};

/** As a power cut leaves it: nothing is stopped, and another engine opens the folder. */
async function restarted(kit: AlertingKit): Promise<AlertingKit> {
  const next = await AlertingKit.open({ dataDir: kit.dataDir, clock: kit.clock });
  await next.setAlertManager(config());
  return next;
}

test('alerts, silences and what was notified survive a power cut', async () => {
  const first = await AlertingKit.open();
  await first.setAlertManager(config());
  await post(first, alert('A'), alert('B'));
  expect((await silence(first, 'alertname', 'B')).status).toBe(200);
  await first.advance(8);
  expect(first.delivery.outgoing).toHaveLength(1);
  const folder = `${first.dataDir}/workspaces/${WORKSPACE}/alertmanager`;
  await first.until(() => readdirSync(folder).join() === 'alerts.json,notifications.json,silences.json');
  const second = await restarted(first);
  expect(await namesOf(second)).toEqual(['A', 'B']);
  expect(await namesOf(second, '?silenced=false')).toEqual(['A']);
  await second.advance(10);
  expect(second.delivery.outgoing).toHaveLength(0);
});

test('a silence is on disk before it is answered, and not answered when the disk fails', async () => {
  const disk = new NodeDisk();
  let isFull = false;
  const failing = new Proxy(disk, {
    get(target, name) {
      if (name === 'replaceFile') {
        return async (path: string, bytes: Uint8Array) => {
          if (isFull && path.includes('/alertmanager/')) throw new DiskError('full', path, 'no space left');
          return target.replaceFile(path, bytes);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as Disk;
  const kit = await AlertingKit.open({ disk: failing });
  await kit.setAlertManager(config());
  const path = `${kit.dataDir}/workspaces/${WORKSPACE}/alertmanager/silences.json`;
  await silence(kit, 'a', 'b');
  expect(JSON.parse(readFileSync(path, 'utf8')).silences).toHaveLength(1);
  isFull = true;
  expect((await silence(kit, 'a', 'c')).status).toBe(500);
  isFull = false;
  // It is tried again by itself.
  await kit.advance(6);
  await kit.until(() => JSON.parse(readFileSync(path, 'utf8')).silences.length === 2);
});

test('a damaged file is put aside and the others are read', async () => {
  const first = await AlertingKit.open();
  await first.setAlertManager(config());
  await silence(first, 'a', 'b');
  await post(first, alert('A'));
  await first.engine.stop();
  const folder = `${first.dataDir}/workspaces/${WORKSPACE}/alertmanager`;
  writeFileSync(`${folder}/silences.json`, '{"version":1,"silen');
  const second = await restarted(first);
  expect(await namesOf(second)).toEqual(['A']);
  expect((await second.ask('GET', `${API}/silences`)).json).toEqual([]);
  expect(readdirSync(folder).some((name) => name.startsWith('silences.json.damaged-'))).toBe(true);
  expect(second.logged).toContainEqual({
    level: 'error',
    message: 'a state file of an alert manager can not be read and is put aside',
  });
});

test('another definition is in force at once and repeats nothing', async () => {
  const kit = await AlertingKit.open();
  await kit.setAlertManager(config());
  await post(kit, alert('A'));
  await kit.advance(2);
  expect(kit.delivery.outgoing).toHaveLength(1);
  await kit.setAlertManager(
    config('inhibit_rules: [{source_matchers: ["a=b"], target_matchers: ["c=d"]}]\n'),
  );
  await kit.advance(6);
  expect(kit.delivery.outgoing).toHaveLength(1);
  const { json } = await kit.ask('GET', `${API}/status`);
  const { original } = (json as { config: { original: string } }).config;
  expect(original).toContain('inhibit_rules');
  expect(JSON.stringify(json)).not.toContain('hush');
});

test('without a definition there is no alert manager, and silences come back with one', async () => {
  const kit = await AlertingKit.open();
  const status = () => kit.alertManagerStatus();
  expect(await status()).toBe(404);
  await kit.setAlertManager(config());
  await silence(kit, 'a', 'b');
  await kit.setAlertManager(undefined);
  expect(await status()).toBe(404);
  await kit.setAlertManager(config());
  expect((await kit.ask('GET', `${API}/silences`)).json).toHaveLength(1);
});

test('limits: calls a second, alerts', async () => {
  const kit = await AlertingKit.open({
    limits: { defaults: { alert_manager_tps: [5, 5], active_alerts: 2 } },
  });
  await kit.setAlertManager(config());
  await kit.advance(2);
  expect(await post(kit, alert('A'), alert('B'), alert('C'))).toBe(200);
  expect(await namesOf(kit)).toEqual(['A', 'B']);
  const usage = (await kit.get('status/limits')) as { limits: { name: string }[] };
  expect(usage.limits.find(({ name }) => name === 'active_alerts')).toMatchObject({
    limit: 2,
    value: 2,
    refused: 1,
    lastRefusal: { message: 'too many alerts, limit: 2, alert name: C' },
  });
  const answers = [];
  for (let i = 0; i < 5; i++) answers.push(await kit.ask('GET', `${API}/status`));
  expect(answers.map(({ status }) => status)).toContain(429);
  const refused = answers.find(({ status }) => status === 429)!;
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json).toContain('over its limit of 5 a second');
  await kit.advance(2);
  expect((await kit.ask('GET', `${API}/status`)).status).toBe(200);
  expect(await kit.engine.metricsText()).toContain(
    'ampere_alerts_limited_total{workspace="ws-1",limit="active_alerts"} 1',
  );
});

test('what was sent, what failed, and what was muted is remembered', async () => {
  const kit = await AlertingKit.open();
  await kit.setAlertManager(config());
  await silence(kit, 'alertname', 'Muted');
  await post(kit, alert('A', { group: 'x' }), alert('Muted'));
  await kit.advance(2);
  kit.delivery.outcome = { ok: false, retry: false, reason: 'the topic is gone' };
  await post(kit, alert('B', { group: 'x' }));
  await kit.advance(2);
  const { json } = await kit.ask('GET', '/alertmanager/notifications');
  const { notifications } = json as { notifications: Record<string, unknown>[] };
  expect(notifications).toHaveLength(2);
  expect(notifications[1]).toMatchObject({
    receiver: 'r',
    groupKey: '{}:{}',
    muted: [{ by: [expect.stringMatching(/^[0-9a-f-]{36}$/)] }],
    deliveries: [
      { integration: 'sns[0]', why: 'first', ok: true, texts: { subject: 'a subject' }, answer: 'taken' },
    ],
  });
  expect(notifications[0]).toMatchObject({
    deliveries: [{ why: 'firing', ok: false, attempts: 1, reason: 'the topic is gone' }],
  });
  expect(kit.told).toEqual([
    {
      level: 'error',
      component: 'alertmanager',
      message: 'Notify for alerts failed, receiver=r, integration=sns[0], attempts=1, err=the topic is gone',
      fields: { receiver: 'r', groupKey: '{}:{}' },
    },
  ]);
});

test('a definition that can not be used leaves the one before it in force', async () => {
  const kit = await AlertingKit.open();
  await kit.setAlertManager(config());
  kit.engine.alertManagerChanged(WORKSPACE, Buffer.from('alertmanager_config: "route: {}"'));
  await kit.advance(1);
  expect((await kit.ask('GET', `${API}/receivers`)).json).toEqual([{ name: 'r' }]);
  expect(kit.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
});
