import { readFileSync } from 'node:fs';
import { SampleColumns, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../wal/crc32c.ts';
import { decodeXor } from './xor-decode.ts';
import { appendXor, startXor, XorStates, xorBytes } from './xor-encode.ts';

interface Golden {
  chunks: { series: string; encoding: number; crc32c: number; hex: string; samples: [number, string][] }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../testdata/prometheus-chunks.json', import.meta.url), 'utf8'),
) as Golden;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function encode(samples: readonly (readonly [number, string])[]): Uint8Array {
  const states = new XorStates();
  states.reserve(1);
  const view = new DataView(new ArrayBuffer(64 + 24 * samples.length));
  // Memory that was used before must not shine through.
  new Uint8Array(view.buffer).fill(0xa5);
  for (const [timeMs, bits] of samples) {
    const high = Number.parseInt(bits.slice(0, 8), 16);
    const low = Number.parseInt(bits.slice(8), 16);
    if (states.bits[0] === 0) startXor(states, 0, view, 0, timeMs, low, high);
    else appendXor(states, 0, view, 0, timeMs, low, high);
  }
  return new Uint8Array(view.buffer, 0, xorBytes(states, 0)).slice();
}

function decode(chunk: Uint8Array, startMs = -Infinity, endMs = Infinity): [number, string][] {
  const padded = new Uint8Array(chunk.length + 16).fill(0x5a);
  padded.set(chunk, 3);
  const into = new SampleColumns(1);
  decodeXor(new DataView(padded.buffer), 3, startMs, endMs, into);
  return Array.from({ length: into.length }, (_, i) => [
    into.timesMs[i]!,
    [into.words[2 * i + 1]!, into.words[2 * i]!].map((word) => word.toString(16).padStart(8, '0')).join(''),
  ]);
}

describe("Prometheus' own chunks", () => {
  test.each(golden.chunks.map((chunk, i) => [`${chunk.series} (chunk ${i})`, chunk] as const))(
    '%s',
    (_, chunk) => {
      const bytes = Uint8Array.from(Buffer.from(chunk.hex, 'hex'));
      expect(chunk.encoding).toBe(1);
      expect(crc32c(Uint8Array.from([1, ...bytes]))).toBe(chunk.crc32c);
      expect(decode(bytes)).toEqual(chunk.samples);
      expect(hex(encode(chunk.samples))).toBe(chunk.hex);
    },
  );
});

const STALE = STALE_HIGH_WORD.toString(16).padStart(8, '0') + STALE_LOW_WORD.toString(16).padStart(8, '0');
const ONE = '3ff0000000000000';

describe('round trip', () => {
  const check = (name: string, ...samples: [number, string][]) =>
    test(name, () => expect(decode(encode(samples))).toEqual(samples));

  check('a single sample', [0, ONE]);
  check('a single sample before 1970', [-1, ONE]);
  check('the stale marker', [0, ONE], [15_000, STALE], [30_000, ONE]);
  check('a payload in a NaN', [0, ONE], [1, 'fff80000deadbeef'], [2, '7ff0000000000001']);
  check('all 64 bits change', [0, '0000000000000000'], [1, 'ffffffffffffffff'], [2, '0000000000000000']);
  check('the lowest bit changes', [0, '0000000000000000'], [1, '0000000000000001'], [2, '0000000000000000']);
  check('the highest bit changes', [0, '0000000000000000'], [1, '8000000000000000'], [2, ONE]);
  check('a delta of deltas of 64 bits', [0, ONE], [1, ONE], [2 ** 40, ONE], [2 ** 40 + 1, ONE]);
  check('the ends of time', [-(2 ** 52), ONE], [0, ONE], [2 ** 52, ONE]);
});

test('a repeated value on a steady beat costs two bits', () => {
  const bytesFor = (count: number) =>
    encode(Array.from({ length: count }, (_, i) => [15_000 * i, ONE])).length;
  expect(bytesFor(102) - bytesFor(2)).toBe(100 / 4);
});

test('only the asked range is decoded', () => {
  const chunk = encode([10, 20, 30, 40, 50].map((timeMs) => [timeMs, ONE] as const));
  expect(decode(chunk, 20, 40).map(([timeMs]) => timeMs)).toEqual([20, 30, 40]);
  expect(decode(chunk, 21, 29)).toEqual([]);
  expect(decode(chunk, 51)).toEqual([]);
  expect(decode(chunk, -Infinity, 9)).toEqual([]);
});

test('crc32c of the published check value', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});
