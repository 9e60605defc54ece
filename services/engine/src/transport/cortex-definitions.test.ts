import { expect, test } from 'vitest';
import { CortexDefinitions } from './cortex-definitions.ts';

function setUp(status: (request: string) => number = () => 202) {
  const requests: string[] = [];
  const failures: string[] = [];
  const definitions = new CortexDefinitions(
    async (method, path, tenant, body) => {
      requests.push(`${tenant} ${method} ${path}${body === '' ? '' : ` ${body}`}`);
      return status(`${method} ${path}`);
    },
    (error) => failures.push((error as Error).message),
  );
  return { definitions, requests, failures };
}

const RULES = `groups:
- {name: g, interval: 1m, limit: 5, rules: [{record: r, expr: 'sum( x )', labels: {a: b}}]}
- {name: h, query_offset: 30s, rules: [{alert: A, expr: x, for: 5m, keep_firing_for: 90s, annotations: {t: u}}]}
`;
const file = (name: string, text = RULES) => ({ name, data: Buffer.from(text) });

test('a namespace is removed and set group by group', async () => {
  const { definitions, requests } = setUp();
  definitions.rulesChanged('ws-1', [file('a b')]);
  await definitions.settled();
  expect(requests).toEqual([
    'ws-1 DELETE /api/v1/rules/a%20b',
    'ws-1 POST /api/v1/rules/a%20b {"name":"g","interval":"60000ms","limit":5,"rules":[{"record":"r","expr":"sum(x)","labels":{"a":"b"}}]}',
    'ws-1 POST /api/v1/rules/a%20b {"name":"h","query_offset":"30000ms","rules":[{"alert":"A","expr":"x","for":"300000ms","keep_firing_for":"90000ms","labels":{},"annotations":{"t":"u"}}]}',
  ]);
});

test('namespaces that are gone are removed, also twice encoded ones are understood', async () => {
  const { definitions, requests } = setUp((request) => (request.startsWith('DELETE') ? 404 : 202));
  definitions.rulesChanged('ws-1', [file('a', 'groups: []'), file('b', 'groups: []')]);
  await definitions.settled();
  requests.length = 0;
  const twice = Buffer.from('groups: [{name: g, rules: []}]').toString('base64');
  definitions.rulesChanged('ws-1', [file('b', twice)]);
  await definitions.settled();
  expect(requests).toEqual([
    'ws-1 DELETE /api/v1/rules/a',
    'ws-1 DELETE /api/v1/rules/b',
    'ws-1 POST /api/v1/rules/b {"name":"g","rules":[]}',
  ]);
});

test('of changes that wait only the last is carried over', async () => {
  const { definitions, requests } = setUp();
  for (const text of ['1', '2', '3']) {
    definitions.alertManagerChanged('ws-1', Buffer.from(`alertmanager_config: ${text}`));
  }
  definitions.alertManagerChanged('ws-2', undefined);
  await definitions.settled();
  expect(requests.filter((request) => request.startsWith('ws-1'))).toEqual([
    'ws-1 POST /api/v1/alerts alertmanager_config: 1',
    'ws-1 POST /api/v1/alerts alertmanager_config: 3',
  ]);
  expect(requests).toContain('ws-2 DELETE /api/v1/alerts');
});

test('a refusal is reported', async () => {
  const { definitions, failures } = setUp(() => 400);
  definitions.alertManagerChanged('ws-1', undefined);
  await definitions.settled();
  expect(failures).toEqual(['the engine answered 400 to DELETE /api/v1/alerts']);
});
