// The kernels against their twins in TypeScript: hash, chunks, records of the log, label sets; and the allocator.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { SampleColumns, type WriteColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { H_SEED } from '../../assembly/layout.ts';
import { appendXor, startXor, XOR_ROOM_BYTES, XorStates, xorBytes } from '../chunk/xor-encode.ts';
import { tagOfBytes } from '../index/tag.ts';
import { UNLIMITED } from '../options.ts';
import { columnsOf, contentOf, encodeField, sampleText, textOf } from '../testing/requests.ts';
import { readSamples, SamplesRecord } from '../testing/samples-record.ts';
import { Tsdb } from '../tsdb.ts';
import { CRC_START, crc32c } from '../wal/crc32c.ts';
import { CHUNK_RANGE_MS, Head, STORED } from './head.ts';
import { HeadMemory } from './head-memory.ts';
import { canonicalLabels, decodeLabels } from './label-set.ts';
import { labelFault } from './refusals.ts';

const factor = process.env['AMPERE_TEST_LONG'] === '1' ? 50 : 1;
const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);

test(`AMPERE_SEED=${seed} blocks never overlap, keep their content, and are used again`, () => {
  const random = new SeededRandom(seed);
  const memory = new HeadMemory(random);
  const held: { address: number; bytes: number; filler: number }[] = [];
  const before = memory.bytes;
  const check = ({ address, bytes, filler }: (typeof held)[number]) => {
    const content = memory.view.bytes.subarray(address, address + bytes);
    expect(content.every((byte) => byte === filler)).toBe(true);
  };
  for (let step = 0; step < 8000 * factor; step++) {
    if (held.length > 0 && random.integer(held.length + 200) < held.length) {
      const [block] = held.splice(random.integer(held.length), 1);
      check(block!);
      memory.free(block!.address, block!.bytes);
      continue;
    }
    const bytes =
      random.integer(200) === 0 ? random.integer(300_000) : 1 + random.integer(2 ** (1 + random.integer(15)));
    const block = { address: memory.allocate(bytes), bytes, filler: random.integer(256) };
    expect(block.address % 16).toBe(0);
    memory.view.bytes.fill(block.filler, block.address, block.address + bytes);
    held.push(block);
  }
  for (const block of held) {
    check(block);
    memory.free(block.address, block.bytes);
  }
  // One page of each class stays.
  expect(memory.bytes - before).toBeLessThanOrEqual(40 << 16);
});

test(`AMPERE_SEED=${seed} checksums`, () => {
  const random = new SeededRandom(seed);
  const memory = new HeadMemory(random);
  const at = memory.stage(1000);
  for (let round = 0; round < 300 * factor; round++) {
    const bytes = random.bytes(random.integer(900));
    const offset = random.integer(8);
    memory.view.bytes.set(bytes, at + offset);
    const own = memory.view.bytes.subarray(at + offset, at + offset + bytes.length);
    expect((memory.checksum(CRC_START, own) ^ -1) >>> 0).toBe(crc32c(bytes));
  }
});

test(`AMPERE_SEED=${seed} tags`, () => {
  const random = new SeededRandom(seed);
  const memory = new HeadMemory(random);
  const at = memory.stage(1000);
  const hashSeed = memory.view.view.getBigUint64(H_SEED, true);
  for (let round = 0; round < 500 * factor; round++) {
    const bytes = random.bytes(random.integer(round < 100 ? 40 : 900));
    memory.view.bytes.set(bytes, at);
    // What lies behind doesn't count.
    memory.view.bytes.fill(random.integer(256), at + bytes.length, at + bytes.length + 20);
    expect(memory.kernel.tagOf(at, bytes.length) >>> 0).toBe(tagOfBytes(bytes, hashSeed, 0xffffffff));
  }
});

const ODD_HIGH = [0, 0x80000000, 0x7ff00000, 0x7ff80000, 0x3ff00000, 0x40590000, 0x7fefffff, 0x00100000];
const STEPS = [1, 2, 999, 1000, 15_000, 15_001, 60_000, 8192, 65_537, 524_289, 2 ** 31, 2 ** 33, 2 ** 45];

test(`AMPERE_SEED=${seed} chunks are those of the encoder in TypeScript`, () => {
  const random = new SeededRandom(seed);
  const pick = (list: readonly number[]) => list[random.integer(list.length)]!;
  const head = new Head(random);
  const states = new XorStates();
  states.reserve(1);
  const view = new DataView(new ArrayBuffer(2 + 121 * XOR_ROOM_BYTES));
  for (let round = 0; round < 300 * factor; round++) {
    const key = Buffer.from(columnsOf([{ labels: [['__name__', `m${round}`]], samples: [] }]).bytes.slice(3));
    const series = head.addSeries(key, round);
    let timeMs = pick([0, -1, -(2 ** 50), 1_700_000_000_000, random.integer(2 ** 31)]);
    let high = pick(ODD_HIGH);
    let low = 0;
    let step = pick(STEPS);
    const wildness = random.integer(4);
    const expected: { minTimeMs: number; maxTimeMs: number; bytes: string }[] = [];
    const texts: string[] = [];
    let minMs = 0;
    const take = (maxTimeMs: number) => {
      const bytes = Buffer.from(view.buffer, 0, xorBytes(states, 0)).toString('hex');
      expected.push({ minTimeMs: minMs, maxTimeMs, bytes });
    };
    let lastMs = 0;
    for (let i = 0; i < 300 && timeMs <= 2 ** 52; i++) {
      if (wildness > 0 && random.integer(4) < wildness) {
        high =
          random.integer(3) === 0 ? pick(ODD_HIGH) : (high ^ random.integer(2 ** 32)) >>> random.integer(20);
        low = random.integer(2) === 0 ? random.integer(2 ** 32) : random.integer(4);
        step = pick(STEPS);
      }
      expect(head.append(series, timeMs, low, high)).toBe(STORED);
      const isOver = Math.floor(timeMs / CHUNK_RANGE_MS) !== Math.floor(minMs / CHUNK_RANGE_MS);
      if (i > 0 && (states.samples[0] === 120 || xorBytes(states, 0) > 1005 || isOver)) {
        take(lastMs);
        states.bits[0] = 0;
      }
      if (i === 0 || states.bits[0] === 0) {
        startXor(states, 0, view, 0, timeMs, low, high);
        minMs = timeMs;
      } else appendXor(states, 0, view, 0, timeMs, low, high);
      texts.push(sampleText(timeMs, high >>> 0, low >>> 0));
      lastMs = timeMs;
      timeMs += step + (wildness > 1 ? random.integer(100) : 0);
    }
    take(lastMs);
    const found = head.chunksOf(series).map(({ minTimeMs, maxTimeMs, at, bytes, openSamples }) => {
      const copy = Buffer.from(head.view.bytes.subarray(at, at + bytes));
      if (openSamples > 0) copy.writeUInt16BE(openSamples);
      return { minTimeMs, maxTimeMs, bytes: copy.toString('hex') };
    });
    expect(found, `round ${round}`).toEqual(expected);
    const columns = new SampleColumns();
    head.read(series, -Infinity, Infinity, columns);
    const { length, timesMs, words } = columns;
    const read = Array.from({ length }, (_, i) => sampleText(timesMs[i]!, words[2 * i + 1]!, words[2 * i]!));
    expect(read).toEqual(texts);
  }
});

const NAMES = ['__name__', 'a', 'ab', 'b', 'job', 'ünï', '𝄞', '\uffee', '_', 'zzzzzzzzzzzzzzzzzzzzzzzz'];

/** The bytes of a label set: mostly as it should be, sometimes not. */
function wireLabels(random: SeededRandom): Uint8Array {
  const names = NAMES.filter((name) => name === '__name__' || random.integer(2) === 0);
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (random.integer(8) === 0) names.reverse();
  if (random.integer(20) === 0) names.push(names[0]!);
  if (random.integer(20) === 0) names[random.integer(names.length)] = '';
  const bytes: number[] = [];
  for (const name of names) {
    let value = Buffer.from(`${['v', 'ä', '𝄞x', 'y'.repeat(130)][random.integer(4)]}${random.integer(5)}`);
    if (random.integer(20) === 0) value = Buffer.alloc(0);
    if (random.integer(30) === 0) value = Buffer.from(random.bytes(3));
    const fields = [encodeField(0x0a, Buffer.from(name)), encodeField(0x12, value)];
    if (random.integer(30) === 0) fields.reverse();
    const label = encodeField(0x0a, Uint8Array.from(fields.flat()));
    // A length that is longer than need be.
    if (random.integer(30) === 0 && label[1]! < 0x80) label.splice(1, 1, label[1]! | 0x80, 0);
    bytes.push(...label);
  }
  if (random.integer(20) === 0) bytes.splice(random.integer(bytes.length), 1);
  if (random.integer(20) === 0) bytes[random.integer(bytes.length)] = random.integer(256);
  return Uint8Array.from(bytes);
}

/** Copies a request into the head's memory, as decoders leave them there. */
function placed(tsdb: Tsdb, columns: WriteColumns): WriteColumns {
  const copy = <T extends Uint8Array | Uint32Array | Float64Array>(from: T): T => {
    const at = tsdb.linearMemory.allocate(from.byteLength + 8);
    const to = new (from.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T)(
      tsdb.linearMemory.memory.buffer,
      at,
      from.length,
    );
    to.set(from as never);
    return to;
  };
  // Allocating may grow the memory, and only views of the memory as it is now are taken for its own.
  tsdb.linearMemory.free(tsdb.linearMemory.allocate(1 << 20), 1 << 20);
  const { bytes, labelsFrom, labelsTo, firstSample, timesMs, valueWords } = columns;
  return {
    ...columns,
    bytes: copy(bytes),
    labelsFrom: copy(labelsFrom),
    labelsTo: copy(labelsTo),
    firstSample: copy(firstSample),
    timesMs: copy(timesMs),
    valueWords: copy(valueWords),
  };
}

test.each(['copied', 'in place'])(
  `AMPERE_SEED=${seed} label sets of any kind make the series that TypeScript says, %s`,
  async (way) => {
    const random = new SeededRandom(seed);
    const limits = { ...UNLIMITED, labelNameBytesMax: 20, labelValueBytesMax: 128, labelsPerSeriesMax: 8 };
    const disk = new MemoryDisk(random);
    const options = { folder: '/d', disk, clock: new FakeClock(), random, limits };
    const tsdb = await Tsdb.open(options);
    const model = new Map<string, string[]>();
    for (let round = 0; round < 60 * factor; round++) {
      const sets = Array.from({ length: 30 }, () => wireLabels(random));
      const refused = new Map<string, number>();
      let appended = 0;
      sets.forEach((bytes, i) => {
        const wire = decodeLabels(bytes, 0, bytes.length);
        const fault = labelFault(wire, limits);
        if (fault !== undefined) {
          refused.set(fault.reason, (refused.get(fault.reason) ?? 0) + 1);
          return;
        }
        const { names, values } = canonicalLabels(wire);
        const text = textOf(names.map((name, n) => [name, values[n]!] as const));
        if (!model.has(text)) model.set(text, []);
        model.get(text)!.push(sampleText(1000 * round + i, 0, 0));
        appended++;
      });
      const ends = sets.map(
        (
          (sum) => (set: Uint8Array) =>
            (sum += set.length)
        )(0),
      );
      const request: WriteColumns = {
        bytes: Uint8Array.from(Buffer.concat(sets)),
        seriesCount: sets.length,
        labelsFrom: Uint32Array.from(sets, (_, i) => (i === 0 ? 0 : ends[i - 1]!)),
        labelsTo: Uint32Array.from(ends),
        firstSample: Uint32Array.from({ length: sets.length + 1 }, (_, i) => i),
        sampleCount: sets.length,
        timesMs: Float64Array.from(sets, (_, i) => 1000 * round + i),
        valueWords: new Uint32Array(2 * sets.length),
        histograms: [],
        exemplars: [],
      };
      const outcome = tsdb.appender().append(way === 'copied' ? request : placed(tsdb, request));
      expect(outcome.appended).toBe(appended);
      expect(Object.fromEntries(outcome.refusals.map(({ reason, samples }) => [reason, samples]))).toEqual(
        Object.fromEntries(refused),
      );
    }
    const content = contentOf(tsdb.querier());
    expect(content).toEqual(Object.fromEntries(model));
    expect(tsdb.stats().series).toBe(model.size);
    expect(model.size).toBeGreaterThan(100);
    await tsdb.close();
    const again = await Tsdb.open(options);
    expect(contentOf(again.querier())).toEqual(content);
    await again.close();
  },
);

test(`AMPERE_SEED=${seed} records of samples are those of their twin`, () => {
  const random = new SeededRandom(seed);
  const head = new Head(random);
  const twin = new SamplesRecord();
  const { kernel } = head.memory;
  const written: number[] = [];
  for (let i = 0; i < 2000 * factor; i++) {
    const number = random.integer(3) === 0 ? random.integer(2 ** 31) : i;
    const timeMs = [0, i, -(2 ** 51), 2 ** 51, 1.7e12 + random.integer(1e6)][random.integer(5)]!;
    const [low, high] = [
      random.integer(2) * random.integer(2 ** 32),
      random.integer(2) * random.integer(2 ** 32),
    ];
    twin.add(number, timeMs, low, high);
    written.push(number, timeMs, low, high);
    kernel.logOne(number, timeMs, low, high);
  }
  expect(Buffer.from(head.memory.samplesPayload()).equals(twin.payload.content())).toBe(true);
  expect(head.memory.loggedMaxTimeMs).toBe(twin.maxTimeMs);
  const padded = Buffer.concat([twin.payload.content(), Buffer.alloc(8)]);
  const read: number[] = [];
  const view = new DataView(padded.buffer, padded.byteOffset);
  readSamples(padded, view, 0, padded.length - 8, (...sample) => read.push(...sample));
  expect(read).toEqual(written);
});
