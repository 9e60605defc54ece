import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { ConfigurationError, readConfiguration } from './configuration/configuration.ts';
import { examine } from './doctor.ts';
import type { ServerAnswer, ServerClient, SignedRequest } from './server-client.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const ACTIVE = { workspaceId: 'ws-1', status: { statusCode: 'ACTIVE' } };

type Answers = Partial<Record<string, { status?: number; text?: string; skewMs?: number }>>;

async function visit(answers: Answers = {}): Promise<{ code: number; lines: string[] }> {
  const client = {
    baseUrl: 'http://ampere.test',
    accessKeyId: 'AKIA1',
    send: async ({ target }: SignedRequest): Promise<ServerAnswer> => {
      const { status = 200, text = '{}', skewMs = 0 } = answers[target.split('?')[0]!] ?? {};
      return { status, text, date: new Date(NOW_MS + skewMs).toUTCString() };
    },
  } as unknown as ServerClient;
  const lines: string[] = [];
  const code = await examine({
    configuration: readConfiguration(undefined, {}),
    connect: () => client,
    clock: new FakeClock(NOW_MS),
    print: (line) => lines.push(line),
  });
  return { code, lines };
}

test('all is well, and the settings name the workspace', async () => {
  const { code, lines } = await visit({ '/workspaces': { text: JSON.stringify({ workspaces: [ACTIVE] }) } });
  expect(code).toBe(0);
  expect(lines.filter((line) => line.startsWith('ok'))).toHaveLength(5);
  expect(lines.join('\n')).toContain('url: http://ampere.test/workspaces/ws-1/api/v1/remote_write');
  expect(lines.join('\n')).toContain('access_key: AKIA1');
});

test('a server without workspaces is well too', async () => {
  const { code, lines } = await visit({ '/workspaces': { text: '{"workspaces":[]}' } });
  expect(code).toBe(0);
  expect(lines).toContain('ok    query: no workspace yet: aws amp create-workspace --alias first');
});

const check = (name: string, answers: Answers, line: string) =>
  test(name, async () => {
    const { code, lines } = await visit({ '/workspaces': { text: '{"workspaces":[]}' }, ...answers });
    expect([code, lines.at(-1)]).toEqual([1, line]);
  });
check(
  'not ready',
  { '/-/ready': { status: 503 } },
  'FAIL  server: http://ampere.test answers 503 to /-/ready: wait for its start, or see its log',
);
check(
  'a clock that is off',
  { '/-/healthy': { skewMs: -600_000 } },
  "FAIL  clock: it is -600 s from the server's; signatures more than 300 s off are refused: set it right",
);
check(
  'a key that is refused',
  { '/workspaces': { status: 403, text: 'no' } },
  'FAIL  signed request: ListWorkspaces answers 403: no',
);
check(
  'a workspace that does not answer',
  {
    '/workspaces': { text: JSON.stringify({ workspaces: [ACTIVE] }) },
    '/workspaces/ws-1/api/v1/query': { status: 503, text: 'down' },
  },
  'FAIL  query: ws-1 answers 503: down',
);

test('no key', async () => {
  const lines: string[] = [];
  const code = await examine({
    configuration: readConfiguration(undefined, {}),
    connect: () => {
      throw new ConfigurationError('data/credentials is not there');
    },
    clock: new FakeClock(NOW_MS),
    print: (line) => lines.push(line),
  });
  expect([code, lines]).toEqual([1, ['FAIL  key: data/credentials is not there']]);
});
