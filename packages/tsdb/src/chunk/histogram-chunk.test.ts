import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeHistogram } from '@ampere/remote-write';
import { SampleColumns } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { decodeHistograms } from './histogram-decode.ts';
import { HistogramChunk, NO_HISTOGRAM, sameHistogram, storedKind } from './histogram-encode.ts';

const GOLDEN = fileURLToPath(new URL('../../testdata/prometheus-histogram-chunks.json', import.meta.url));

interface Golden {
  readonly kind: 'integer' | 'float';
  readonly header: number;
  readonly messages: readonly string[];
  readonly chunk: string;
}

const golden = readFileSync(GOLDEN, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden);

describe("Prometheus 3.5's chunks", () => {
  const samplesOf = ({ messages }: Golden) =>
    messages.map((message) => {
      const bytes = Buffer.from(message, 'hex');
      return decodeHistogram(bytes, 0, bytes.length, 1);
    });

  test('are made again to the bit', () => {
    for (const [i, one] of golden.entries()) {
      const [first, ...others] = samplesOf(one);
      let chunk = HistogramChunk.start(one.kind, first!.timeMs, first!.histogram, first!.isStale);
      for (const { timeMs, histogram, isStale } of others) chunk = chunk.append(timeMs, histogram, isStale);
      const bytes = Buffer.from(chunk.content());
      // What the header says depends on the chunk before, which is not here.
      bytes[2] = one.header << 6;
      expect(bytes.toString('hex'), `line ${i + 1}`).toBe(one.chunk);
    }
  });

  test('are read as what was sent', () => {
    for (const [i, one] of golden.entries()) {
      const bytes = Buffer.from(one.chunk, 'hex');
      const columns = new SampleColumns();
      const encoding = one.kind === 'integer' ? 2 : 3;
      decodeHistograms(encoding, bytes, 0, bytes.length, -Infinity, Infinity, columns);
      samplesOf(one).forEach(({ timeMs, histogram, isStale }, s) => {
        expect(columns.timesMs[s], `line ${i + 1}`).toBe(timeMs);
        const read = columns.histograms?.[s] as typeof histogram | undefined;
        expect(read === undefined ? isStale : sameHistogram(read, histogram), `line ${i + 1}`).toBe(true);
      });
    }
  });
});

describe('when a histogram needs another chunk', () => {
  const base = {
    ...NO_HISTOGRAM,
    schema: 2,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 6,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveBuckets: Float64Array.of(2, 0, 3),
  };
  const check = (name: string, change: Partial<typeof base>, header: number | undefined, stale = false) =>
    test(name, () => {
      const chunk = HistogramChunk.start('integer', 1, base, stale);
      const next = chunk.append(2, { ...base, ...change }, false);
      expect(next === chunk ? undefined : next.content()[2]! >>> 6).toBe(header);
    });

  check('not when nothing changes', {}, undefined);
  check('not when counts grow', { count: 7, positiveBuckets: Float64Array.of(2, 1, 3) }, undefined);
  check(
    'not for a new bucket',
    { count: 7, positiveSpans: [{ offset: -1, length: 4 }], positiveBuckets: Float64Array.of(1, 2, 0, 3) },
    undefined,
  );
  check(
    'not when a bucket that was never used goes',
    {
      positiveSpans: [
        { offset: 0, length: 1 },
        { offset: 1, length: 1 },
      ],
      positiveBuckets: Float64Array.of(2, 3),
    },
    undefined,
  );
  check(
    'a used bucket goes',
    { positiveSpans: [{ offset: 0, length: 2 }], positiveBuckets: Float64Array.of(6, 0) },
    2,
  );
  check('a bucket shrinks', { positiveBuckets: Float64Array.of(1, 1, 3) }, 2);
  check('the count shrinks', { count: 5, zeroCount: 0 }, 2);
  check('the zero bucket shrinks', { zeroCount: 0 }, 2);
  check('another resolution', { schema: 1 }, 0);
  check('another zero bucket', { zeroThreshold: 0.1 }, 0);
  check('it says that it began anew', { counterReset: 'reset' as never }, 2);
  check('a gauge', { counterReset: 'gauge' as never }, 3);
  check('after a stale marker', {}, 0, true);
});

test('counts beyond exact differences are kept as floats', () => {
  expect(storedKind('integer', { ...NO_HISTOGRAM, count: 2 ** 51 })).toBe('integer');
  expect(storedKind('integer', { ...NO_HISTOGRAM, count: 2 ** 51 + 1 })).toBe('float');
  expect(storedKind('float', NO_HISTOGRAM)).toBe('float');
});
