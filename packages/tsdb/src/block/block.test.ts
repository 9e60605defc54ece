import { DiskError, FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { Labels, SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { compactBlocks } from '../compact/compact-blocks.ts';
import { addSample, bitsOf, EVER, linesOf, type Model, readAll, writeBlock } from '../testing/blocks.ts';
import { BlockError } from './block-error.ts';
import { BlockQuerier } from './block-querier.ts';
import { BlockReader } from './block-reader.ts';
import { BlockWriter } from './block-writer.ts';
import { SeriesEntry } from './index-reader.ts';

const FOLDER = '/blocks';
const up = Labels.fromRecord({ __name__: 'up' });

async function setUp() {
  const random = new SeededRandom(1);
  const disk = new MemoryDisk(random);
  await disk.makeFolder(FOLDER);
  return { disk, random, clock: new FakeClock(), folder: FOLDER };
}

function modelOf(labels: Labels, timesMs: readonly number[]): Model {
  const model: Model = new Map();
  for (const timeMs of timesMs) addSample(model, labels, timeMs, bitsOf(timeMs));
  return model;
}

test('a series is there only when it has a sample in the range', async () => {
  const world = await setUp();
  const meta = await writeBlock(modelOf(up, [0, 1000, 9000]), world);
  const querier = new BlockQuerier(BlockReader.open(`${FOLDER}/${meta!.ulid}`, world));
  const count = (startMs: number, endMs: number) => readAll(querier, [], { ...EVER, startMs, endMs }).length;
  expect(count(0, 9000)).toBe(3);
  expect(count(1, 999)).toBe(0);
  expect(querier.select({ startMs: 1001, endMs: 8999 }, []).next()).toBe(false);
  expect(querier.select({ startMs: 1000, endMs: 1000 }, []).next()).toBe(true);
  expect(querier.series({ startMs: 2000, endMs: 8000, limit: 0 }, [])).toEqual([]);
  expect(querier.series({ startMs: 2000, endMs: 9000, limit: 0 }, []).map((labels) => labels.key)).toEqual([
    up.key,
  ]);
  expect(querier.labelNames({ startMs: 9001, endMs: 9999, limit: 0 }, [])).toEqual([]);
});

test('a block without series leaves nothing behind', async () => {
  const world = await setUp();
  const writer = await BlockWriter.create(world);
  expect(await writer.finish()).toBeUndefined();
  expect(await world.disk.list(FOLDER)).toEqual([]);
});

test('small chunks are packed into larger ones, whatever they came from', async () => {
  const world = await setUp();
  const metas = [];
  for (let block = 0; block < 3; block++) {
    world.clock.advance(1);
    const times = Array.from({ length: 250 }, (_, i) => 1000 * (250 * block + i));
    metas.push(await writeBlock(modelOf(up, times), { ...world, samplesPerChunk: 30 }));
  }
  const blocks = metas.map((meta) => BlockReader.open(`${FOLDER}/${meta!.ulid}`, world));
  const merged = await compactBlocks(blocks, { ...world, samplesPerChunk: 200 });
  const block = BlockReader.open(`${FOLDER}/${merged!.ulid}`, world);
  const entry = new SeriesEntry();
  block.index.readSeries(block.index.allSeries()[0]!, entry);
  expect(entry.chunkCount).toBe(4);
  expect(readAll(new BlockQuerier(block))).toEqual(
    linesOf(
      modelOf(
        up,
        Array.from({ length: 750 }, (_, i) => 1000 * i),
      ),
    ),
  );
});

test('a compaction that is called off leaves nothing behind', async () => {
  const world = await setUp();
  const meta = await writeBlock(modelOf(up, [1]), world);
  const block = BlockReader.open(`${FOLDER}/${meta!.ulid}`, world);
  const signal = AbortSignal.abort(new Error('called off'));
  await expect(compactBlocks([block], { ...world, signal })).rejects.toThrow('called off');
  expect(await world.disk.list(FOLDER)).toEqual([meta!.ulid]);
});

test('a failing disk is told from a corrupt file, and named', async () => {
  const world = await setUp();
  const meta = await writeBlock(modelOf(up, [1]), world);
  const folder = `${FOLDER}/${meta!.ulid}`;
  const block = BlockReader.open(folder, world);
  world.disk.failures = ({ name, path }) =>
    name === 'readSync' && path.includes('chunks') ? 'io' : undefined;
  const columns = new SampleColumns();
  const set = new BlockQuerier(block).select(EVER, []);
  expect(set.next()).toBe(true);
  try {
    set.read(columns);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(BlockError);
    expect(error).toMatchObject({ code: 'unreadable', file: `${folder}/chunks/000001`, offset: 0 });
    expect((error as Error).cause).toBeInstanceOf(DiskError);
  }
  world.disk.failures = () => undefined;
  set.read(columns);
  expect(columns.length).toBe(1);
  await world.disk.remove(`${folder}/index`);
  expect(() => BlockReader.open(folder, world)).toThrow(/index at byte 0: the file is missing/);
});

test('a block stays readable for a querier after its owner let go', async () => {
  const world = await setUp();
  const meta = await writeBlock(modelOf(up, [1, 2]), world);
  const block = BlockReader.open(`${FOLDER}/${meta!.ulid}`, world);
  const querier = new BlockQuerier(block);
  block.release();
  await world.disk.remove(block.folder);
  expect(readAll(querier)).toHaveLength(2);
  querier.close();
  expect(() => new BlockQuerier(block)).toThrow('BUG: a closed block is read');
});
