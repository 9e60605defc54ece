// Random blocks: what is written is read again; with a bit flipped anywhere, it is read right or refused.

import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { Matcher, type MatchKind } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { EVER, linesOf, randomModel, readAll, rounds, SEED, writeBlock } from '../testing/blocks.ts';
import { BlockError } from './block-error.ts';
import { BlockQuerier } from './block-querier.ts';
import { BlockReader } from './block-reader.ts';
import { PAGE_BYTES, PageCache } from './page-cache.ts';

const FOLDER = '/blocks';
const KINDS: readonly MatchKind[] = ['=', '!=', '=~', '!~'];
const NAMES = ['a', 'up', 'job', '__name__', 'none', '\u{1f600}'];
const PATTERNS = ['', 'a1', 'up.*', '.*', '.+', '(a|b)1?', '[^a].*', '|a3', 'x{200}7', '.*2'];

async function makeDisk(random: SeededRandom): Promise<MemoryDisk> {
  const disk = new MemoryDisk(random);
  await disk.makeFolder(FOLDER);
  return disk;
}

describe(`random blocks (seed ${SEED})`, () => {
  for (let round = 0; round < rounds(12); round++) {
    test(`round ${round}`, async () => {
      const random = new SeededRandom(SEED + 7919 * round);
      const disk = await makeDisk(random);
      const model = randomModel(random, -50_000, 7_200_000, 1 + random.integer(300), 1 + random.integer(300));
      const meta = await writeBlock(model, {
        folder: FOLDER,
        disk,
        random,
        samplesPerChunk: 1 + random.integer(200),
        segmentBytesMax: 4096 + random.integer(100_000),
      });
      const block = BlockReader.open(`${FOLDER}/${meta!.ulid}`, {
        disk,
        cache: new PageCache(PAGE_BYTES * (1 + random.integer(8))),
      });
      expect(meta!.stats.numSamples).toBe(linesOf(model).length);
      expect(meta!.stats.numSeries).toBe(model.size);
      const querier = new BlockQuerier(block);
      expect(readAll(querier)).toEqual(linesOf(model));
      for (let i = 0; i < 40; i++) {
        const matchers = Array.from({ length: 1 + random.integer(3) }, () => {
          const pick = <T>(from: readonly T[]) => from[random.integer(from.length)]!;
          return new Matcher(pick(NAMES), pick(KINDS), pick(PATTERNS));
        });
        const startMs = -60_000 + random.integer(7_300_000);
        const hints =
          random.integer(2) === 0 ? EVER : { startMs, endMs: startMs + random.integer(500_000), limit: 0 };
        const name = matchers.map(({ name, kind, value }) => `${name}${kind}"${value}"`).join(',');
        expect(readAll(querier, matchers, hints), name).toEqual(linesOf(model, matchers, hints));
        const taken = [...model.values()].filter(({ labels }) =>
          matchers.every((m) => m.matches(labels.get(m.name))),
        );
        expect(querier.labelNames(EVER, matchers).sort()).toEqual(
          [...new Set(taken.flatMap(({ labels }) => labels.names))].sort(),
        );
        expect(querier.labelValues('job', EVER, matchers).sort()).toEqual(
          [...new Set(taken.map(({ labels }) => labels.get('job')))].filter((value) => value !== '').sort(),
        );
      }
    });
  }
});

test(`a flipped bit is found or means nothing (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const disk = await makeDisk(random);
  const model = randomModel(random, 0, 7_200_000, 60, 150);
  const meta = await writeBlock(model, { folder: FOLDER, disk, random });
  const folder = `${FOLDER}/${meta!.ulid}`;
  const right = linesOf(model);
  const matchers = [new Matcher('job', '=~', '.+')];
  const rightMatched = linesOf(model, matchers);
  let refused = 0;
  const flips = rounds(1500);
  for (let i = 0; i < flips; i++) {
    const file = ['index', 'index', 'chunks/000001', 'tombstones'][random.integer(4)]!;
    const path = `${folder}/${file}`;
    const position = random.integer((await disk.info(path))!.bytes);
    const xor = 1 << random.integer(8);
    disk.corrupt(path, position, xor);
    try {
      const block = BlockReader.open(folder, { disk });
      const querier = new BlockQuerier(block);
      expect(readAll(querier, matchers), `${file} ${position} ${xor}`).toEqual(rightMatched);
      expect(readAll(querier), `${file} ${position} ${xor}`).toEqual(right);
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      expect(error.file.startsWith(folder)).toBe(true);
      refused++;
    }
    disk.corrupt(path, position, xor);
  }
  // Only the header's padding and the label indices, which nobody reads, may be changed unnoticed.
  expect(refused).toBeGreaterThan(0.6 * flips);
});

test(`a file that is cut or changes while it is open is refused (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const disk = await makeDisk(random);
  const model = randomModel(random, 0, 7_200_000, 100, 100);
  const meta = await writeBlock(model, { folder: FOLDER, disk, random });
  const folder = `${FOLDER}/${meta!.ulid}`;
  const right = linesOf(model);
  for (let i = 0; i < rounds(200); i++) {
    const block = BlockReader.open(folder, { disk, cache: new PageCache(PAGE_BYTES) });
    const path = `${folder}/${['index', 'chunks/000001'][random.integer(2)]!}`;
    const position = random.integer((await disk.info(path))!.bytes);
    disk.corrupt(path, position, 1 + random.integer(255));
    let lines = right;
    try {
      lines = readAll(new BlockQuerier(block));
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
    }
    expect(lines, `${path} ${position}`).toEqual(right);
    // Back to what it was: a fresh copy of the block for the next round.
    await disk.remove(folder);
    await disk.makeFolder(FOLDER);
    const again = await writeBlock(model, { folder: FOLDER, disk, random: new SeededRandom(SEED) });
    if (again!.ulid !== meta!.ulid) await disk.rename(`${FOLDER}/${again!.ulid}`, folder);
  }
});
