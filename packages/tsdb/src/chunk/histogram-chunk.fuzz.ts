// Sequences of native histograms through chunks and back: what comes out is what went in, laid out in the
// chunk's buckets, and every chunk holds one schema and counters that only grow.

import { SeededRandom } from '@ampere/platform';
import { type FloatHistogram, isStaleAt, SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { type HistogramSample, histogramSequence } from '../testing/histograms.ts';
import { BitReader } from './bit-reader.ts';
import { BitWriter } from './bit-writer.ts';
import { decodeHistograms, resetHeaderOf } from './histogram-decode.ts';
import { HistogramChunk, sameHistogram } from './histogram-encode.ts';
import { putVarbitInt, putVarbitUint, readVarbitInt, readVarbitUint } from './varbit.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 5000 : 100;

test(`whole numbers of every width come back (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  const numbers = [0, 1, -1, 4, 5, -3, -4, 2 ** 53, -(2 ** 53)];
  for (let bits = 1; bits <= 53; bits++)
    for (const by of [-1, 0, 1]) numbers.push(2 ** bits + by, -(2 ** bits) + by);
  for (let i = 0; i < 1000; i++)
    numbers.push(Math.round((random.fraction() - 0.5) * 2 ** random.integer(54)));
  const exact = numbers.filter((number) => Math.abs(number) <= 2 ** 53);
  const writer = new BitWriter(1);
  for (const number of exact) {
    putVarbitInt(writer, number);
    putVarbitUint(writer, Math.abs(number));
  }
  const reader = new BitReader().reset(writer.content(), 0, writer.length);
  for (const number of exact) {
    expect(readVarbitInt(reader)).toBe(number + 0);
    expect(readVarbitUint(reader)).toBe(Math.abs(number));
  }
});

/** All chunks of a sequence, by the rule that a chunk is full at so many samples. */
function chunksOf(
  kind: 'integer' | 'float',
  samples: readonly HistogramSample[],
  full: number,
): HistogramChunk[] {
  const chunks: HistogramChunk[] = [];
  for (const { timeMs, histogram, isStale } of samples) {
    const open = chunks.at(-1);
    if (open === undefined || open.samples >= full) {
      chunks.push(HistogramChunk.start(kind, timeMs, histogram, isStale, open));
      continue;
    }
    const next = open.append(timeMs, histogram, isStale);
    if (next !== open) chunks.push(next);
  }
  return chunks;
}

for (const kind of ['integer', 'float'] as const) {
  test(`${kind} histograms come back as they went in (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    let recodings = 0;
    for (let round = 0; round < rounds; round++) {
      const samples = histogramSequence(random, kind, 60, 1_700_000_000_000, 15_000);
      const columns = new SampleColumns<FloatHistogram>();
      const chunks = chunksOf(kind, samples, 1 + random.integer(120));
      for (const chunk of chunks) {
        recodings += chunk.recodings;
        const first = columns.length;
        // In memory with others around it.
        const bytes = Buffer.concat([random.bytes(5), chunk.content(), random.bytes(9)]);
        decodeHistograms(chunk.encoding, bytes, 5, chunk.length, -Infinity, Infinity, columns);
        expect(columns.length - first, `round ${round}`).toBe(chunk.samples);
        const isGauge = resetHeaderOf(bytes, 5) === 3;
        for (let i = first; i < columns.length; i++) {
          const one = columns.histograms?.[i];
          if (one !== undefined) {
            expect(one.counterReset).toBe(isGauge ? 'gauge' : i === first ? 'unknown' : 'not-reset');
          }
        }
      }
      expect([...columns.timesMs.subarray(0, columns.length)]).toEqual(samples.map(({ timeMs }) => timeMs));
      samples.forEach(({ histogram, isStale }, i) => {
        const one = columns.histograms?.[i];
        expect([isStaleAt(columns.words, i), one === undefined], `round ${round}, sample ${i}`).toEqual([
          isStale,
          isStale,
        ]);
        if (one !== undefined)
          expect(sameHistogram(one, histogram), `round ${round}, sample ${i}`).toBe(true);
      });
    }
    expect(recodings).toBeGreaterThan(rounds);
  });

  test(`a part of the time is a part of the samples (seed ${seed})`, () => {
    const random = new SeededRandom(seed + 1);
    const samples = histogramSequence(random, kind, 200, 0, 1000);
    const chunks = chunksOf(kind, samples, 120);
    for (let round = 0; round < rounds; round++) {
      const [from, to] = [random.integer(220_000), random.integer(220_000)].sort((a, b) => a - b) as [
        number,
        number,
      ];
      const columns = new SampleColumns();
      for (const chunk of chunks)
        decodeHistograms(chunk.encoding, chunk.content(), 0, chunk.length, from, to, columns);
      const times = samples.map(({ timeMs }) => timeMs).filter((timeMs) => timeMs >= from && timeMs <= to);
      expect([...columns.timesMs.subarray(0, columns.length)]).toEqual(times);
    }
  });

  test(`broken chunks throw a RangeError or give samples (seed ${seed})`, () => {
    const random = new SeededRandom(seed + 2);
    for (let round = 0; round < 10 * rounds; round++) {
      const [chunk] = chunksOf(kind, histogramSequence(random, kind, 10, 0, 1000), 120);
      const bytes = chunk!.content().slice(0, 1 + random.integer(chunk!.length));
      for (let i = random.integer(5); i > 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
      const into = new SampleColumns();
      try {
        decodeHistograms(chunk!.encoding, bytes, 0, bytes.length, -Infinity, Infinity, into);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
}
