import type { DefinitionListener, RulesNamespaceFile, WorkspaceLogging } from '@ampere/contracts';
import { expect, test } from 'vitest';
import type { AlertManagerReading } from './definition-readers.ts';
import { ACCOUNT, REGION, settle, TestPlane } from './testing.ts';

class Listener implements DefinitionListener {
  readonly told: string[] = [];
  rulesChanged(_id: string, namespaces: readonly RulesNamespaceFile[]): void {
    this.told.push(`rules ${namespaces.map(({ name, data }) => `${name}=${Buffer.from(data)}`)}`);
  }
  alertManagerChanged(_id: string, definition: Uint8Array | undefined): void {
    this.told.push(`alerts ${definition === undefined ? 'none' : Buffer.from(definition)}`);
  }
  loggingChanged(_id: string, { logGroupArn, queries }: WorkspaceLogging): void {
    this.told.push(`logs ${logGroupArn?.split(':')[6]} ${queries.map(({ samplesMin }) => samplesMin)}`);
  }
  /** What was told since the last call. */
  heard(): string[] {
    return this.told.splice(0);
  }
}

const readers = {
  ruleFile: (data: Uint8Array) => ({
    problems: Buffer.from(data).toString() === 'b' ? ['bad'] : [],
    groups: [],
  }),
  alertManager: async (data: Uint8Array): Promise<AlertManagerReading> =>
    Buffer.from(data).toString().startsWith('bad')
      ? { kind: 'failed', reason: 'it is bad' }
      : { kind: 'good' },
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const group = (name: string) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}:*`;

async function setUp() {
  const listener = new Listener();
  const plane = await TestPlane.open({ readers, definitionListener: listener, loggingListener: listener });
  const workspaceId = await plane.create();
  const base = `/workspaces/${workspaceId}`;
  const definition = async (method: string, data?: string) =>
    (
      await plane.call(
        method,
        `${base}/alertmanager/definition`,
        data === undefined ? undefined : { data: base64(data) },
      )
    ).status;
  return { listener, plane, workspaceId, base, definition };
}

test('a definition that fails leaves in force what was, also over a restart', async () => {
  const { listener, plane, workspaceId, base, definition } = await setUp();
  expect(await definition('POST', 'bad one')).toBe(202);
  expect(listener.heard()).toEqual(['alerts none']);
  expect(await definition('PUT', 'good one')).toBe(202);
  expect(await definition('PUT', 'bad two')).toBe(202);
  expect(await definition('PUT', 'bad three')).toBe(202);
  expect(listener.heard()).toEqual(['alerts good one', 'alerts good one', 'alerts good one']);
  const described = (await plane.call('GET', `${base}/alertmanager/definition`)).json.alertManagerDefinition;
  expect([described.status, described.data]).toEqual([
    { statusCode: 'UPDATE_FAILED', statusReason: 'it is bad' },
    base64('bad three'),
  ]);
  const after = new Listener();
  const again = await plane.restart({ definitionListener: after, loggingListener: after });
  expect(after.heard()).toEqual(['alerts good one']);
  await again.call('DELETE', `/workspaces/${workspaceId}/alertmanager/definition`);
  expect(after.heard()).toEqual(['alerts none']);
});

test('rules are told whole after each change; refused ones change nothing', async () => {
  const { listener, plane, workspaceId, base } = await setUp();
  const create = (name: string, data: string) =>
    plane.call('POST', `${base}/rulegroupsnamespaces`, { name, data: base64(data) });
  await create('one', '1');
  await create('two', '2');
  expect((await create('three', 'b')).status).toBe(400);
  await plane.call('PUT', `${base}/rulegroupsnamespaces/one`, { data: base64('11') });
  await plane.call('DELETE', `${base}/rulegroupsnamespaces/two`);
  expect(listener.heard()).toEqual([
    'rules one=1',
    'rules one=1,two=2',
    'rules one=11,two=2',
    'rules one=11',
  ]);
  const after = new Listener();
  const again = await plane.restart({ definitionListener: after, loggingListener: after });
  expect(after.heard()).toEqual(['rules one=11']);
  await again.call('DELETE', `/workspaces/${workspaceId}`);
  await settle();
  expect(after.heard()).toEqual(['rules ', 'alerts none', 'logs undefined ']);
});

test('where logs go is told', async () => {
  const { listener, plane, base } = await setUp();
  await plane.call('POST', `${base}/logging`, { logGroupArn: group('a') });
  await plane.call('POST', `${base}/logging/query`, {
    destinations: [{ cloudWatchLogs: { logGroupArn: group('b') }, filters: { qspThreshold: 7 } }],
  });
  await plane.call('DELETE', `${base}/logging`);
  expect(listener.heard()).toEqual(['logs a ', 'logs a 7', 'logs undefined 7']);
});

test('while a file is read, the same token waits for no second change', async () => {
  const { plane, base } = await setUp();
  const put = () =>
    plane.call('POST', `${base}/alertmanager/definition`, { data: base64('good'), clientToken: 't' });
  const answers = await Promise.all([put(), put(), put()]);
  expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([202, answers[0]!.text]));
});

test('creates at the quota that come at once get no more than there is room for', async () => {
  const plane = await TestPlane.open();
  const answers = await Promise.all(Array.from({ length: 15 }, () => plane.call('POST', '/workspaces', {})));
  const statuses = answers.map(({ status }) => status);
  expect([202, 402].map((status) => statuses.filter((one) => one === status).length)).toEqual([10, 5]);
});
