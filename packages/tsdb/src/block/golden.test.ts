import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeDisk, SeededRandom, SystemClock } from '@ampere/platform';
import {
  compareText,
  type FloatHistogram,
  type Labels,
  Matcher,
  type Querier,
  SampleColumns,
} from '@ampere/series';
import { temporaryFolder } from '@ampere/testing';
import { describe, expect, test } from 'vitest';
import { BlockQuerier } from './block-querier.ts';
import { BlockReader } from './block-reader.ts';
import { BlockWriter } from './block-writer.ts';
import { SeriesEntry } from './index-reader.ts';

const golden = fileURLToPath(new URL('../../testdata/blocks/promtool-3.5', import.meta.url));
const folder = temporaryFolder();

const ALL = { startMs: -1e15, endMs: 1e15, limit: 0 };
const disk = new NodeDisk();

/** What promtool printed of the golden block: `labels value timeMs` lines. */
const dump = readFileSync(join(golden, 'dump.txt'), 'utf8').trimEnd().split('\n').sort();

function print(querier: Querier): string[] {
  const lines: string[] = [];
  const columns = new SampleColumns();
  const set = querier.select(ALL, []);
  while (set.next()) {
    set.read(columns);
    for (let i = 0; i < columns.length; i++) {
      lines.push(`${braces(set.labels())} ${columns.values[i]} ${columns.timesMs[i]}`);
    }
  }
  return lines.sort();
}

function braces(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

const ulid = readdirSync(golden).find((name) => name.length === 26)!;
const open = () => BlockReader.open(join(golden, ulid), { disk });

describe("promtool's block", () => {
  test('is read as promtool reads it', () => {
    const querier = new BlockQuerier(open());
    expect(print(querier)).toEqual(dump);
  });

  test('names and values', () => {
    const querier = new BlockQuerier(open());
    expect(querier.labelNames(ALL, [])).toEqual(['__name__', 'instance', 'job', 'note', 'room']);
    expect(querier.labelNames(ALL, [new Matcher('job', '=', 'api')])).toEqual([
      '__name__',
      'instance',
      'job',
    ]);
    expect(querier.labelValues('room', ALL, [])).toEqual(['küche', '\uffee', '\u{1f600}'].sort(compareText));
    expect(querier.labelValues('job', ALL, [new Matcher('instance', '=~', 'h[01].*')])).toEqual([
      'api',
      'zeta',
    ]);
    expect(querier.labelValues('none', ALL, [])).toEqual([]);
  });

  test('written anew, it is the same to the byte', async () => {
    const block = open();
    const writer = await BlockWriter.create({
      folder,
      disk,
      clock: new SystemClock(),
      random: new SeededRandom(1),
    });
    const entry = new SeriesEntry();
    for (const series of block.index.allSeries()) {
      block.index.readSeries(series, entry);
      const chunks = Array.from({ length: entry.chunkCount }, (_, i) => {
        block.chunks.locate(entry.chunkRefs[i]!);
        const { encoding, bytes, at, length } = block.chunks;
        return {
          encoding,
          minTimeMs: entry.minTimesMs[i]!,
          maxTimeMs: entry.maxTimesMs[i]!,
          bytes: bytes.slice(at, at + length),
          from: 0,
          to: length,
        };
      });
      await writer.add(block.index.labelsOf(entry), chunks);
    }
    const meta = await writer.finish();
    for (const file of ['index', 'chunks/000001', 'tombstones']) {
      const ours = readFileSync(join(folder, writer.ulid, file));
      const theirs = readFileSync(join(golden, ulid, file));
      expect(ours.equals(theirs), file).toBe(true);
    }
    const {
      ulid: _,
      compaction: __,
      ...theirs
    } = JSON.parse(readFileSync(join(golden, ulid, 'meta.json'), 'utf8'));
    expect(JSON.parse(readFileSync(join(folder, writer.ulid, 'meta.json'), 'utf8'))).toMatchObject(theirs);
    expect(meta!.ulid).toBe(writer.ulid);
    expect(readdirSync(folder)).toEqual([writer.ulid]);
  });
});

test('native histograms of a block of Prometheus are read as promtool reads them', () => {
  const snapshot = fileURLToPath(new URL('../../testdata/blocks/prometheus-3.5-histograms', import.meta.url));
  const expected: Record<string, string[]> = {};
  for (const line of readFileSync(join(snapshot, 'dump.txt'), 'utf8').trimEnd().split('\n')) {
    const [, labels, histogram, timeMs] = /^(\{.*?\}) \{(count:.*)\} (\d+)$/.exec(line) ?? [];
    if (histogram === undefined) continue;
    const [count, sum, ...buckets] = histogram.split(/, (?=[a-z([])/);
    const counts = buckets.map((bucket) => Number(bucket.slice(bucket.lastIndexOf(':') + 1)));
    const numbers = [count, sum].map((field) => Number(field!.slice(field!.indexOf(':') + 1)));
    (expected[labels!] ??= []).push(JSON.stringify([Number(timeMs), ...numbers, counts]));
  }
  const name = readdirSync(snapshot).find((entry) => entry.length === 26)!;
  const querier = new BlockQuerier(BlockReader.open(join(snapshot, name), { disk }));
  const read: Record<string, string[]> = {};
  const columns = new SampleColumns<FloatHistogram>();
  const set = querier.select(ALL, []);
  while (set.next()) {
    set.read(columns);
    for (let i = 0; i < columns.length; i++) {
      const one = columns.histograms?.[i];
      if (one === undefined) continue;
      const counts = [...one.negativeBuckets].reverse().concat(one.zeroCount, ...one.positiveBuckets);
      const numbers = [columns.timesMs[i], one.count, one.sum, counts.filter((count) => count !== 0)];
      (read[braces(set.labels())] ??= []).push(JSON.stringify(numbers));
    }
  }
  querier.close();
  expect(Object.values(expected).flat().length).toBeGreaterThan(1);
  // Promtool leaves out the first two: it looks for floats first, then for float histograms, and goes on.
  for (const [labels, lines] of Object.entries(read)) expect(lines.slice(2)).toEqual(expected[labels]);
  expect(Object.keys(read)).toEqual(Object.keys(expected));
});
