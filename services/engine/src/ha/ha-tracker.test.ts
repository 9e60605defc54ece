import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { FAILOVER_MS, HA_CLUSTERS_MAX, HaTracker } from './ha-tracker.ts';

async function setUp() {
  const disk = new MemoryDisk(new SeededRandom(1));
  await disk.makeFolder('/d');
  await disk.syncFolder('/');
  const clock = new FakeClock();
  const logged: string[] = [];
  const open = () =>
    HaTracker.open({ path: '/d/ha.json', disk, clock, log: (_, message) => logged.push(message) });
  return { disk, clock, logged, open, tracker: await open() };
}

test('the first replica is elected, another one takes over after 30 s of silence', async () => {
  const { tracker, clock } = await setUp();
  expect(tracker.hear('c', 'a')).toBe('elected');
  expect(tracker.hear('c', 'b')).toBe('other');
  clock.advance(FAILOVER_MS - 1);
  expect(tracker.hear('c', 'b')).toBe('other');
  expect(tracker.hear('c', 'a')).toBe('elected');
  clock.advance(FAILOVER_MS - 1);
  expect(tracker.hear('c', 'b')).toBe('other');
  clock.advance(1);
  expect(tracker.hear('c', 'b')).toBe('elected');
  expect(tracker.hear('c', 'a')).toBe('other');
  expect([tracker.electedOf('c'), tracker.electionsMade]).toEqual(['b', 2]);
});

test('clusters have nothing to do with each other, and are listed by name', async () => {
  const { tracker, clock } = await setUp();
  expect(tracker.hear('d', 'b')).toBe('elected');
  const electedAtMs = clock.nowMs();
  clock.advance(1000);
  expect(tracker.hear('c', 'a')).toBe('elected');
  expect(tracker.hear('d', 'b')).toBe('elected');
  expect(tracker.clusters()).toEqual([
    { cluster: 'c', replica: 'a', electedAtMs: electedAtMs + 1000, receivedAtMs: electedAtMs + 1000 },
    { cluster: 'd', replica: 'b', electedAtMs, receivedAtMs: electedAtMs + 1000 },
  ]);
});

test('steps of the wall clock do nothing', async () => {
  const { tracker, clock } = await setUp();
  tracker.hear('c', 'a');
  clock.stepWall(365 * 86_400_000);
  expect(tracker.hear('c', 'b')).toBe('other');
  clock.stepWall(-2 * 365 * 86_400_000);
  clock.advance(FAILOVER_MS);
  expect(tracker.hear('c', 'b')).toBe('elected');
});

test('a saved election survives a power failure; its replica has 30 s to come back', async () => {
  const { disk, clock, open, tracker } = await setUp();
  tracker.hear('c', 'a');
  tracker.hear('d', 'x');
  await tracker.save();
  tracker.hear('e', 'never saved');
  disk.crash();
  clock.advance(3600_000);
  const again = await open();
  expect(again.clusters().map(({ cluster, receivedAtMs }) => [cluster, receivedAtMs])).toEqual([
    ['c', undefined],
    ['d', undefined],
  ]);
  expect(again.hear('c', 'b')).toBe('other');
  clock.advance(FAILOVER_MS - 1);
  expect(again.hear('c', 'a')).toBe('elected');
  clock.advance(1);
  expect(again.hear('c', 'b')).toBe('other');
  expect(again.hear('d', 'y')).toBe('elected');
});

test('an election that could not be saved is saved by the next try', async () => {
  const { disk, open, tracker } = await setUp();
  tracker.hear('c', 'a');
  disk.failures = () => 'full';
  await expect(tracker.save()).rejects.toMatchObject({ code: 'full' });
  await expect(Promise.all([tracker.save(), tracker.save()])).rejects.toMatchObject({ code: 'full' });
  disk.failures = () => undefined;
  await tracker.save();
  disk.crash();
  expect((await open()).electedOf('c')).toBe('a');
});

test('a file that can not be read is dropped, and said so', async () => {
  const { disk, open, logged } = await setUp();
  for (const content of ['', '{', 'null', '{"version":2}', '{"version":1,"clusters":[{"cluster":1}]}']) {
    await disk.replaceFile('/d/ha.json', new TextEncoder().encode(content));
    expect((await open()).clusterCount).toBe(0);
  }
  expect(logged).toHaveLength(5);
});

test('there is a bound on live clusters; silent ones make room', async () => {
  const { tracker, clock } = await setUp();
  for (let i = 0; i < HA_CLUSTERS_MAX; i++) expect(tracker.hear(`c${i}`, 'a')).toBe('elected');
  expect(tracker.hear('new', 'a')).toBe('full');
  clock.advance(10_000);
  for (let i = 1; i < HA_CLUSTERS_MAX; i++) expect(tracker.hear(`c${i}`, 'a')).toBe('elected');
  expect(tracker.hear('new', 'a')).toBe('full');
  clock.advance(FAILOVER_MS - 10_000);
  expect(tracker.hear('new', 'a')).toBe('elected');
  expect(tracker.hear('newer', 'a')).toBe('full');
  expect([tracker.clusterCount, tracker.electedOf('c0')]).toEqual([HA_CLUSTERS_MAX, undefined]);
});
