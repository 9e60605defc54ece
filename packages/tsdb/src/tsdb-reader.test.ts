import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import type { Querier } from '@ampere/series';
import { expect, test } from 'vitest';
import { BlockError } from './block/block-error.ts';
import { columnsOf, contentOf, series } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';
import { TsdbReader } from './tsdb-reader.ts';

const HOUR = 3_600_000;
const T = 1_699_999_200_000;

/** Two blocks of two hours and a head, a sample every ten minutes. */
async function setUp() {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  const clock = new FakeClock(T);
  const tsdb = await Tsdb.open({ folder: '/d', disk, clock, random });
  for (let timeMs = T; timeMs < T + 6 * HOUR; timeMs += HOUR / 6) {
    tsdb.appender().append(columnsOf([series({ __name__: 'm' }, [timeMs, 1])]));
  }
  await tsdb.appender().commit();
  await tsdb.maintain(T + 6 * HOUR);
  const lease = tsdb.lease();
  const [first, second] = lease.descriptor.blocks.map(({ ulid }) => ulid) as [string, string];
  const reader = TsdbReader.open(tsdb.share(), { disk });
  return { disk, first, second, querier: () => reader.querier(lease.descriptor) };
}

/** How many samples an hour has, from the beginning on, or why they can't be read. */
function samplesIn(querier: Querier, fromHour: number, toHour: number): number | string {
  try {
    const content = contentOf(querier, T + fromHour * HOUR, T + toHour * HOUR - 1);
    return Object.values(content).flat().length;
  } catch (error) {
    if (!(error instanceof BlockError)) throw error;
    return error.shownText;
  }
}

test('a damaged chunk fails what reads it and names the block; all else is read', async () => {
  const { disk, first, querier } = await setUp();
  const chunks = `/d/${first}/chunks/000001`;
  disk.corrupt(chunks, (await disk.info(chunks))!.bytes - 6, 4);
  expect(samplesIn(querier(), 0, 6)).toMatch(
    new RegExp(`^block ${first}: chunks/000001 at byte \\d+: .*checksum`),
  );
  expect(samplesIn(querier(), 2, 4)).toBe(12);
  expect(samplesIn(querier(), 4, 6)).toBe(12);
});

test('a block that can not be opened fails what asks for its times, until it can', async () => {
  const { disk, second, querier } = await setUp();
  disk.corrupt(`/d/${second}/index`, 1, 255);
  expect(samplesIn(querier(), 0, 6)).toContain(`block ${second}: index at byte 0: `);
  expect(samplesIn(querier(), 2, 3)).toContain(`block ${second}: index at byte 0: `);
  expect(samplesIn(querier(), 0, 2)).toBe(12);
  expect(samplesIn(querier(), 4, 6)).toBe(12);
  disk.corrupt(`/d/${second}/index`, 1, 255);
  expect(samplesIn(querier(), 0, 6)).toBe(36);
});

test('a disk that fails is told without its paths', async () => {
  const { disk, first, querier } = await setUp();
  disk.failures = ({ path }) => (path.includes(first) ? 'io' : undefined);
  expect(samplesIn(querier(), 0, 6)).toBe(`block ${first}: meta.json at byte 0: reading failed`);
  expect(samplesIn(querier(), 2, 6)).toBe(24);
});
