import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { Labels, Matcher } from '@ampere/series';
import { expect, test } from 'vitest';
import { BlockReader } from '../block/block-reader.ts';
import type { TsdbEvent } from '../options.ts';
import { addSample, bitsOf, EVER, linesOf, type Model, readAll, writeBlock } from '../testing/blocks.ts';
import { BlockStore } from './block-store.ts';
import { compactBlocks } from './compact-blocks.ts';

const FOLDER = '/data/blocks';
const RANGES_MS = [100, 300];
const up = Labels.fromRecord({ __name__: 'up', job: 'a' });

class World {
  readonly random = new SeededRandom(1);
  readonly disk = new MemoryDisk(this.random);
  readonly clock = new FakeClock();
  readonly folder = FOLDER;
  readonly rangesMs = RANGES_MS;
  readonly events: TsdbEvent[] = [];
  readonly model: Model = new Map();
  readonly log = (event: TsdbEvent) => this.events.push(event);

  async write(fromMs: number, toMs: number): Promise<string> {
    await this.disk.makeFolder(FOLDER);
    this.clock.advance(1);
    const made: Model = new Map();
    for (let timeMs = fromMs; timeMs < toMs; timeMs += 10) {
      addSample(made, up, timeMs, bitsOf(timeMs));
      addSample(this.model, up, timeMs, bitsOf(timeMs));
    }
    return (await writeBlock(made, { ...this, rangeMs: { minTime: fromMs, maxTime: toMs } }))!.ulid;
  }
}

function lines(store: BlockStore): string[] {
  const querier = store.querier(EVER.startMs, EVER.endMs);
  try {
    return readAll(querier);
  } finally {
    querier.close();
  }
}

test('a damaged block is reported, left where it is, and the others are read', async () => {
  const world = new World();
  const first = await world.write(0, 100);
  const before = linesOf(world.model);
  const second = await world.write(100, 200);
  world.disk.corrupt(`${FOLDER}/${second}/index`, 2, 1);
  const store = await BlockStore.open(world);
  expect(store.blocks.map((block) => block.ulid)).toEqual([first]);
  expect(store.damaged).toMatchObject([{ ulid: second, error: { code: 'corrupt', offset: 0 } }]);
  expect(world.events).toMatchObject([{ level: 'error', fields: { ulid: second } }]);
  expect(lines(store)).toEqual(before);
  expect(await world.disk.list(FOLDER)).toEqual([first, second]);
});

test('blocks are not taken away for one that can not be read', async () => {
  const world = new World();
  const names = [await world.write(0, 100), await world.write(100, 200)];
  const readers = names.map((name) => BlockReader.open(`${FOLDER}/${name}`, world));
  world.clock.advance(1);
  const merged = await compactBlocks(readers, world);
  const index = `${FOLDER}/${merged!.ulid}/index`;
  // A symbol's text: found only when the table is read.
  world.disk.corrupt(index, 20, 1);
  const store = await BlockStore.open(world);
  expect(store.damaged.map(({ ulid }) => ulid)).toEqual([merged!.ulid]);
  expect(lines(store)).toEqual(linesOf(world.model));
  await store.close();
  world.disk.corrupt(index, 20, 1);
  const healed = await BlockStore.open(world);
  expect(healed.blocks.map((block) => block.ulid)).toEqual([merged!.ulid]);
  expect(await world.disk.list(FOLDER)).toEqual([merged!.ulid]);
  expect(lines(healed)).toEqual(linesOf(world.model));
});

test('a compaction that a corrupt chunk stops is not tried again', async () => {
  const world = new World();
  const names = [await world.write(0, 100), await world.write(100, 200), await world.write(200, 300)];
  await world.write(300, 400);
  world.disk.corrupt(`${FOLDER}/${names[1]}/chunks/000001`, 20, 1);
  const store = await BlockStore.open(world);
  await expect(store.compact()).rejects.toThrow(`${names[1]}/chunks/000001 at byte 8: a chunk doesn't match`);
  expect(await store.compact()).toEqual([]);
  expect(store.blocks.map((block) => block.meta.compaction.failed)).toEqual([true, true, true, false]);
  expect((await world.disk.list(FOLDER)).every((name) => !name.includes('.'))).toBe(true);
});

test('a block that can not be removed is not read, and removed later', async () => {
  const world = new World();
  const name = await world.write(0, 100);
  await world.write(100, 200);
  const store = await BlockStore.open(world);
  world.disk.failures = ({ name: call }) => (call === 'rename' ? 'io' : undefined);
  expect(await store.removeBefore(100)).toHaveLength(1);
  expect(lines(store)).toEqual(linesOf(world.model, [], { ...EVER, startMs: 100 }));
  expect(world.events.at(-1)).toMatchObject({ level: 'warn', message: 'a block can not be removed' });
  await expect(store.compact()).rejects.toThrow('EIO');
  world.disk.failures = () => undefined;
  expect(await store.compact()).toEqual([]);
  expect(await world.disk.list(FOLDER)).not.toContain(name);
});

test('deleted samples are gone for queries at once, and from disk when a block is rewritten', async () => {
  const world = new World();
  const name = await world.write(0, 100);
  await world.write(100, 200);
  const store = await BlockStore.open(world);
  const early = store.querier(0, 200);
  await store.deleteSamples(0, 99, [new Matcher('job', '=', 'b')]);
  expect(lines(store)).toHaveLength(20);
  await store.deleteSamples(20, 49, [new Matcher('job', '=', 'a')]);
  expect(lines(store)).toHaveLength(17);
  expect(readAll(early)).toHaveLength(20);
  early.close();
  await store.deleteSamples(0, 10_000, []);
  expect(lines(store)).toEqual([]);
  expect((await store.compact()).map((meta) => meta.ulid)).toEqual([name]);
  expect(await world.disk.list(FOLDER)).not.toContain(name);
});

test('folders of others are left alone', async () => {
  const world = new World();
  await world.write(0, 100);
  for (const name of ['wal', 'lost+found', 'x.tmp-for-deletion'])
    await world.disk.makeFolder(`${FOLDER}/${name}`);
  await BlockStore.open(world);
  expect(await world.disk.list(FOLDER)).toEqual(
    expect.arrayContaining(['wal', 'lost+found', 'x.tmp-for-deletion']),
  );
});
