// Blocks for tests: written from plain samples, read back as plain text.

import { type Clock, type Disk, FakeClock, type Random } from '@ampere/platform';
import { Labels, type Matcher, type Querier, SampleColumns } from '@ampere/series';
import type { BlockMeta } from '../block/block-meta.ts';
import { BlockWriter } from '../block/block-writer.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import { ChunkPacker } from '../compact/chunk-packer.ts';

/** Bits of a value as hex, by time. */
export type Samples = ReadonlyMap<number, string>;
/** Samples by the key of their labels. */
export type Model = Map<string, { labels: Labels; samples: Map<number, string> }>;

export const EVER = { startMs: -(2 ** 52), endMs: 2 ** 52, limit: 0 };

export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

export function addSample(model: Model, labels: Labels, timeMs: number, bits: string): void {
  let series = model.get(labels.key);
  if (series === undefined) model.set(labels.key, (series = { labels, samples: new Map() }));
  series.samples.set(timeMs, bits);
}

export interface WriteOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly random: Random;
  readonly clock?: Clock;
  readonly samplesPerChunk?: number;
  readonly segmentBytesMax?: number;
  readonly rangeMs?: { minTime: number; maxTime: number };
}

/** Writes the model as one block. */
export async function writeBlock(model: Model, options: WriteOptions): Promise<BlockMeta | undefined> {
  const { samplesPerChunk = 120, clock = new FakeClock(), ...rest } = options;
  const writer = await BlockWriter.create({ clock, ...rest });
  const packer = new ChunkPacker(samplesPerChunk);
  for (const { labels, samples } of [...model.values()].sort((a, b) => a.labels.compare(b.labels))) {
    const chunks: ChunkData[] = [];
    packer.add(columnsOf(samples), chunks);
    packer.flush(chunks);
    if (chunks.length > 0) await writer.add(labels, chunks);
  }
  return await writer.finish();
}

export function columnsOf(samples: Samples): SampleColumns {
  const columns = new SampleColumns(samples.size);
  for (const [timeMs, bits] of [...samples].sort((a, b) => a[0] - b[0])) {
    columns.timesMs[columns.length] = timeMs;
    columns.words[2 * columns.length] = Number.parseInt(bits.slice(8), 16);
    columns.words[2 * columns.length + 1] = Number.parseInt(bits.slice(0, 8), 16);
    columns.length++;
  }
  return columns;
}

/** All samples that a querier finds, one text each, sorted: `labels time bits`. */
export function readAll(querier: Querier, matchers: readonly Matcher[] = [], hints = EVER): string[] {
  const lines: string[] = [];
  const columns = new SampleColumns(1);
  const set = querier.select(hints, matchers);
  while (set.next()) {
    set.read(columns);
    const { key } = set.labels();
    for (let i = 0; i < columns.length; i++) {
      const bits = [columns.words[2 * i + 1]!, columns.words[2 * i]!].map((word) =>
        word.toString(16).padStart(8, '0'),
      );
      lines.push(`${key} ${columns.timesMs[i]} ${bits.join('')}`);
    }
  }
  return lines.sort();
}

/** The same of a model. */
export function linesOf(model: Model, matchers: readonly Matcher[] = [], hints = EVER): string[] {
  const lines: string[] = [];
  for (const [key, { labels, samples }] of model) {
    if (!matchers.every((matcher) => matcher.matches(labels.get(matcher.name)))) continue;
    for (const [timeMs, bits] of samples) {
      if (timeMs >= hints.startMs && timeMs <= hints.endMs) lines.push(`${key} ${timeMs} ${bits}`);
    }
  }
  return lines.sort();
}

const TEXTS = ['a', 'b', 'up', 'job', 'küche', '\u{1f600}', '\uffee', 'x'.repeat(200), 'é', '__name__', 'zz'];
const VALUES = [0, 1, -1, 0.1, Number.NaN, Infinity, 1e300, 5e-324, -0];

/** Random series with random samples in [fromMs, toMs). */
export function randomModel(
  random: Random,
  fromMs: number,
  toMs: number,
  series: number,
  samples: number,
): Model {
  const model: Model = new Map();
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
  for (let i = 0; i < series; i++) {
    const pairs: [string, string][] = [];
    for (let j = random.integer(5); j >= 0; j--)
      pairs.push([pick(TEXTS), `${pick(TEXTS)}${random.integer(40)}`]);
    const labels = Labels.fromPairs(pairs);
    const isSteady = random.integer(2) === 0;
    const stepMs = Math.max(1, Math.floor((toMs - fromMs) / samples));
    for (let j = 0; j < random.integer(samples) + 1; j++) {
      const timeMs = isSteady ? fromMs + j * stepMs : fromMs + random.integer(toMs - fromMs);
      if (timeMs < toMs)
        addSample(model, labels, timeMs, random.integer(9) === 0 ? '7ff0000000000002' : bitsOf(pick(VALUES)));
    }
  }
  return model;
}

/** The seed of property tests; AMPERE_SEED repeats another. */
export const SEED = Number(process.env['AMPERE_SEED'] ?? 1);

/** Rounds of a property test: `short` ones, or a hundred times as many under AMPERE_TEST_LONG=1. */
export function rounds(short: number): number {
  return process.env['AMPERE_TEST_LONG'] === '1' ? 100 * short : short;
}
