import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import pino from 'pino';
import { expect, test } from 'vitest';
import { LogGroups, logGroupPath } from './log-groups.ts';
import { WorkspaceLogWriter } from './workspace-log-writer.ts';

const arn = (name: string) => `arn:aws:logs:eu-west-1:123456789012:log-group:${name}:*`;

function path(name: string, expected: string): void {
  test(`the folder of ${name.slice(0, 40)}`, () => expect(logGroupPath(arn(name))).toBe(expected));
}

path('plain', 'plain');
path('/aws/prometheus/ws-1', 'aws/prometheus/ws-1');
path('a#b_c.d-e', 'a#b_c.d-e');
path('../../etc', '%2e2e/%2e2e/etc');
path('a/./b//c', 'a/%2e/b/c');
path('/', '%');
path('a/00000001.jsonl', 'a/%30303030303030312e6a736f6e6c');
test('a long part is cut, and stays one of its own', () => {
  const [one, two] = ['x'.repeat(512), `${'x'.repeat(511)}y`].map((name) => logGroupPath(arn(name)));
  expect(one!.length).toBeLessThan(200);
  expect(one).not.toBe(two);
});

async function setUp() {
  const disk = new MemoryDisk(new SeededRandom(1));
  const groups = new LogGroups({
    folder: '/logs',
    disk,
    clock: new FakeClock(1000),
    logger: pino({ level: 'silent' }),
  });
  const read = async (name: string): Promise<unknown[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    await groups.flush();
    const text = Buffer.from(await disk.readFile(`/logs/${name}/00000001.jsonl`)).toString();
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  return { disk, groups, read };
}

test('records are lines with the time, in the order of their coming', async () => {
  const { groups, read } = await setUp();
  groups.append(arn('g'), { n: 1 });
  groups.append(arn('g'), { n: 2 });
  groups.append(arn('g/h'), { n: 3 });
  expect(await read('g')).toEqual([
    { timestamp: 1000, message: { n: 1 } },
    { timestamp: 1000, message: { n: 2 } },
  ]);
  expect(await read('g/h')).toEqual([{ timestamp: 1000, message: { n: 3 } }]);
  await groups.close();
});

test('workspaces log where they say, and queries from their threshold on', () => {
  const lines: [string, unknown][] = [];
  const writer = new WorkspaceLogWriter({ append: (group, message) => lines.push([group, message]) });
  const query = (samples: number) =>
    writer.onQueryFinished({
      workspaceId: 'ws-1',
      query: 'up',
      startMs: 1000,
      endMs: 2000,
      stepMs: 500,
      samples,
      endpoint: 'query_range',
      durationMs: 1.5,
      outcome: 'success',
      principalArn: 'arn',
      requestId: 'r',
    });
  const rule = () =>
    writer.workspaceLog('ws-1', {
      level: 'warn',
      component: 'ruler',
      message: 'failed',
      fields: { name: 'r' },
    });
  query(1000);
  rule();
  expect(lines).toEqual([]);
  writer.loggingChanged('ws-1', {
    logGroupArn: arn('rules'),
    queries: [{ logGroupArn: arn('q'), samplesMin: 100 }],
  });
  query(99);
  query(100);
  rule();
  expect(lines).toEqual([
    [
      arn('q'),
      {
        workspaceId: 'ws-1',
        component: 'query-frontend',
        message: {
          query: 'up',
          queryType: 'range',
          start: '1000',
          end: '2000',
          step: '500',
          samples: '100',
          durationMs: '1.500',
          outcome: 'success',
          principal: 'arn',
          requestId: 'r',
        },
      },
    ],
    [
      arn('rules'),
      { workspaceId: 'ws-1', component: 'ruler', message: { log: 'failed', level: 'WARN', name: 'r' } },
    ],
  ]);
  writer.loggingChanged('ws-1', { logGroupArn: undefined, queries: [] });
  query(1000);
  expect(lines).toHaveLength(2);
});
