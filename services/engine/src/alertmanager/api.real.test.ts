// The API beside the real Alertmanager 0.25: the same calls in the same order, the same answers. Times and ids
// differ by nature and are compared by their form.

import { FakeClock, SystemClock } from '@ampere/platform';
import { describeWith, RealAlertmanager, temporaryFolder } from '@ampere/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertingKit } from '../testing/alerting-kit.ts';

const CONFIG = `route:
  receiver: main
  group_by: [alertname]
  group_wait: 1h
  routes:
  - {matchers: ["team=a"], receiver: team.a, group_by: [alertname, zone], continue: true}
  - {matchers: ['team=~"a|b"'], receiver: teams, group_by: ['...']}
  - {matchers: ["team=a"], receiver: team.a, group_by: [zone]}
inhibit_rules:
- {source_matchers: ["severity=critical"], target_matchers: ["severity=warning"], equal: [zone]}
receivers:
- name: main
- name: team.a
- name: teams
`;

const NOW_MS = Math.floor(new SystemClock().nowMs());
const at = (seconds: number) => new Date(NOW_MS + seconds * 1000).toISOString();
const HOUR = 3600;

const silence = (change: Record<string, unknown>) => ({
  matchers: [{ name: 'team', value: 'b', isRegex: false }],
  startsAt: at(0),
  endsAt: at(HOUR),
  createdBy: 'me',
  comment: 'why',
  ...change,
});
const matcher = (change: Record<string, unknown>) =>
  silence({ matchers: [{ name: 'team', value: 'b', isRegex: false, ...change }] });
const without = (value: Record<string, unknown>, name: string) => ({ ...value, [name]: undefined });
const alert = (labels: Record<string, string>, more: Record<string, unknown> = {}) => ({ labels, ...more });

const ALERTS = [
  alert({ alertname: 'A', team: 'a', zone: 'z1', severity: 'critical' }, { startsAt: at(-60) }),
  alert({ alertname: 'A', team: 'a', zone: 'z1', severity: 'warning' }, { startsAt: at(-50) }),
  alert({ alertname: 'B', team: 'b', zone: 'z2', empty: '' }, { annotations: { text: 'hey', none: '' } }),
  alert({ alertname: 'C' }, { generatorURL: 'http://x/y', startsAt: at(-10), endsAt: at(HOUR) }),
  alert({ alertname: 'D', Job: 'x', job: 'y' }, { startsAt: at(-100), endsAt: at(-50) }),
];

type Step = readonly [method: string, path: string, body?: unknown];

/** `$1` in a path or body is the first silence id that was answered, and so on. */
const STEPS: readonly Step[] = [
  ['GET', 'receivers'],
  ['GET', 'alerts'],
  ['GET', 'alerts/groups'],
  ['GET', 'silences'],
  ['POST', 'alerts', ALERTS],
  ['GET', 'alerts'],
  ['GET', 'alerts/groups'],
  ...['active', 'silenced', 'inhibited', 'unprocessed'].flatMap((name): Step[] =>
    ['true', 'false', '0', 'no', 'yes', 'T', 'x'].map((value) => ['GET', `alerts?${name}=${value}`]),
  ),
  ['GET', 'alerts?active=false&inhibited=false'],
  ['GET', 'alerts/groups?inhibited=false'],
  ['GET', 'alerts/groups?active=false'],
  ['GET', 'alerts?receiver=main'],
  ['GET', 'alerts?receiver=team.*'],
  ['GET', 'alerts?receiver=tea'],
  ['GET', 'alerts?receiver=team('],
  ['GET', 'alerts/groups?receiver=teams'],
  ['GET', 'alerts/groups?receiver=['],
  ['GET', `alerts?filter=${encodeURIComponent('team="a"')}`],
  ['GET', `alerts?filter=${encodeURIComponent('team=a')}`],
  ['GET', `alerts?filter=${encodeURIComponent('team!="a"')}`],
  ['GET', `alerts?filter=${encodeURIComponent('team=~"a|b"')}&filter=${encodeURIComponent('zone=z1')}`],
  ['GET', `alerts?filter=${encodeURIComponent('team=""')}`],
  ['GET', `alerts?filter=${encodeURIComponent('team!~".+"')}`],
  ['GET', 'alerts?filter=foo'],
  ['GET', 'alerts?filter='],
  ['GET', `alerts?filter=${encodeURIComponent('a=~"("')}`],
  ['GET', `alerts/groups?filter=${encodeURIComponent('zone="z2"')}`],
  ['GET', 'alerts/groups?filter=foo'],
  ['POST', 'alerts', []],
  ['POST', 'alerts', null],
  ['POST', 'alerts', {}],
  ['POST', 'alerts', 'x'],
  ['POST', 'alerts', [alert({})]],
  ['POST', 'alerts', [{}]],
  ['POST', 'alerts', [alert({ alertname: 'E' }), {}]],
  ['POST', 'alerts', [alert({ 'bad-name': 'x' })]],
  ['POST', 'alerts', [alert({ alertname: 'F' }), alert({ 'bad-name': 'x' }), alert({})]],
  ['POST', 'alerts', [alert({ alertname: 'G' }, { annotations: { 'a-b': 'c' } })]],
  ['POST', 'alerts', [alert({ alertname: 'G' }, { startsAt: at(10), endsAt: at(5) })]],
  ['POST', 'alerts', [alert({ alertname: 'G' }, { generatorURL: 'no url' })]],
  ['POST', 'alerts', [alert({ alertname: 'G' }, { generatorURL: '/path' })]],
  ['POST', 'alerts', [alert({ alertname: 'H' }, { generatorURL: '' })]],
  ['POST', 'alerts', [{ labels: { alertname: 'G' }, unknown: 1 }]],
  ['GET', 'alerts'],
  ['POST', 'silences', silence({})],
  ['POST', 'silences', matcher({ value: 'a', isEqual: false })],
  ['POST', 'silences', silence({ startsAt: at(HOUR), endsAt: at(2 * HOUR) })],
  ['POST', 'silences', silence({ startsAt: at(-HOUR) })],
  ['GET', 'silences'],
  ['GET', 'silence/$1'],
  ['GET', 'alerts'],
  ['GET', 'alerts?silenced=false'],
  ['GET', `silences?filter=${encodeURIComponent('team="b"')}`],
  ['GET', `silences?filter=${encodeURIComponent('team="a"')}`],
  ['GET', `silences?filter=${encodeURIComponent('team!="a"')}`],
  ['GET', 'silences?filter=foo'],
  ['POST', 'silences', without(silence({}), 'comment')],
  ['POST', 'silences', without(silence({}), 'createdBy')],
  ['POST', 'silences', without(silence({}), 'startsAt')],
  ['POST', 'silences', without(silence({}), 'endsAt')],
  ['POST', 'silences', without(silence({}), 'matchers')],
  ['POST', 'silences', {}],
  ['POST', 'silences', silence({ matchers: [] })],
  ['POST', 'silences', silence({ matchers: [{}] })],
  ['POST', 'silences', silence({ matchers: [{ name: 'a', value: 'b' }] })],
  ['POST', 'silences', silence({ matchers: [{ isRegex: true, value: 'b' }] })],
  ['POST', 'silences', silence({ matchers: [{ isRegex: true, name: 'b' }] })],
  ['POST', 'silences', matcher({ value: '' })],
  ['POST', 'silences', matcher({ value: '.*', isRegex: true })],
  ['POST', 'silences', matcher({ name: '0bad-name' })],
  ['POST', 'silences', matcher({ name: '' })],
  ['POST', 'silences', matcher({ value: '(', isRegex: true })],
  ['POST', 'silences', silence({ startsAt: at(HOUR), endsAt: at(1) })],
  ['POST', 'silences', silence({ startsAt: at(-2 * HOUR), endsAt: at(-HOUR) })],
  ['POST', 'silences', silence({ startsAt: at(HOUR), endsAt: at(HOUR) })],
  ['POST', 'silences', silence({ comment: '', createdBy: '' })],
  ['POST', 'silences', silence({ id: '00000000-0000-4000-8000-000000000000' })],
  ['POST', 'silences', silence({ id: '$1', comment: 'changed', startsAt: at(-HOUR) })],
  ['POST', 'silences', silence({ id: '$3', startsAt: at(HOUR), endsAt: at(3 * HOUR) })],
  ['POST', 'silences', { ...matcher({ value: 'c' }), id: '$2' }],
  ['GET', 'silences'],
  ['DELETE', 'silence/$1'],
  ['DELETE', 'silence/$1'],
  ['GET', 'silence/$1'],
  ['GET', 'silence/00000000-0000-4000-8000-000000000000'],
  ['DELETE', 'silence/00000000-0000-4000-8000-000000000000'],
  ['GET', 'silence/x'],
  ['DELETE', 'silence/x'],
  ['GET', 'silences'],
  ['GET', 'alerts/groups'],
  ['PUT', 'alerts'],
  ['DELETE', 'silences'],
  ['POST', 'status', {}],
  ['POST', 'silences', silence({ createdBy: 5 })],
  ['POST', 'silences', silence({ matchers: 'x' })],
  ['POST', 'silences', []],
  ['POST', 'silences', silence({ matchers: [{ name: 1 }] })],
  ['POST', 'silences', silence({ matchers: [{ isRegex: 'x' }] })],
  ['POST', 'alerts', [{ labels: { a: 1 } }]],
  ['POST', 'alerts', [{ labels: 'x' }]],
  ['POST', 'alerts', [{ labels: {}, annotations: { a: 1 } }]],
  ['POST', 'alerts', [{ labels: {}, generatorURL: 5 }]],
  ['POST', 'alerts', [5]],
  ['POST', 'alerts', [{ labels: { a: 'b' }, startsAt: 'x' }]],
  ['POST', 'alerts', [{ labels: { a: 'b' }, startsAt: '' }]],
  ['POST', 'silences', silence({ endsAt: 'soon' })],
];

describeWith('beside the real Alertmanager', ['alertmanager'], ({ alertmanager }) => {
  let url: string;
  let kit: AlertingKit;
  const ids = { real: [] as string[], ours: [] as string[] };

  beforeAll(async () => {
    url = (await RealAlertmanager.start(alertmanager, CONFIG)).url;
    kit = await AlertingKit.open({
      clock: new FakeClock(NOW_MS),
      dataDir: temporaryFolder(),
      forWholeFile: true,
    });
    await kit.setAlertManager(CONFIG);
  });

  afterAll(() => kit.engine.stop());

  const withIds = (text: string, known: readonly string[]) =>
    text.replace(/\$(\d)/g, (_, index: string) => known[Number(index) - 1] ?? '');

  async function askReal(method: string, path: string, body: string | undefined) {
    const response = await fetch(`${url}/api/v2/${withIds(path, ids.real)}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: withIds(body, ids.real) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? '' : JSON.parse(text) };
  }

  async function askOurs(method: string, path: string, body: string | undefined) {
    const target = `/alertmanager/api/v2/${withIds(path, ids.ours)}`;
    kit.clock.advance(1);
    const { status, json } = await kit.ask(method, target, body && withIds(body, ids.ours));
    return { status, json };
  }

  for (const [index, [method, path, body]] of STEPS.entries()) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    test(`${index + 1}. ${method} ${decodeURIComponent(path)} ${text?.slice(0, 100) ?? ''}`, async () => {
      const real = await askReal(method, path, text);
      const ours = await askOurs(method, path, text);
      if (path === 'silences' && method === 'POST' && real.status === 200) {
        ids.real.push(real.json.silenceID);
        ids.ours.push((ours.json as { silenceID: string }).silenceID);
      }
      expect(normalised(ours, ids.ours)).toEqual(normalised(real, ids.real));
    });
  }
});

/** Ids by when they were first given, times as none or one. Two times are compared where they were given. */
function normalised(answer: { status: number; json: unknown }, ids: readonly string[]): unknown {
  const text = JSON.stringify(answer.json)
    // In no order.
    .replace('[POST,GET]', '[GET,POST]')
    .replace(/"(updatedAt|uptime)":"[^"]*"/g, '"$1":"T"')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) =>
      ids.includes(id) ? `id ${ids.indexOf(id) + 1}` : id,
    )
    // What the clock gave, not the request: to the minute.
    .replace(/"(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d\.\d{3}Z"/g, '"$1"');
  const json: unknown = JSON.parse(text, (name, value: unknown) =>
    name === 'silencedBy' ? (value as string[]).sort() : value,
  );
  // Silences that end at the same moment come in no order.
  const isSilences = Array.isArray(json) && json[0] instanceof Object && 'createdBy' in json[0];
  return { status: answer.status, json: isSilences ? json.sort((a, b) => (a.id < b.id ? -1 : 1)) : json };
}
