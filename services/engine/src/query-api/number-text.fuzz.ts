// Every float must read back to itself from its JSON text, and that text must be as short as
// JavaScript's own, which is the shortest there is.

import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import {
  floatText,
  NUMBER_BYTES_MAX,
  plainFloatText,
  putFloat,
  putString,
  putTimestamp,
  putWhole,
} from './number-text.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_260_101);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000_000 : 200_000;
const bytes = new Uint8Array(4096);
const decoder = new TextDecoder();
const written = (put: (target: Uint8Array, at: number) => number) =>
  decoder.decode(bytes.subarray(0, put(bytes, 0)));

/** What Prometheus prints, by way of JavaScript's shortest text. */
function expectedText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return (Object.is(value, -0) ? '-0' : String(value)).replace(/e-(\d)$/, 'e-0$1');
}

function randomFloat(random: SeededRandom): number {
  const words = new Uint32Array(2);
  const value = () => {
    words[0] = random.integer(2 ** 32);
    words[1] = random.integer(2 ** 32);
    return new Float64Array(words.buffer)[0]!;
  };
  switch (random.integer(8)) {
    case 0:
      return value();
    case 1:
      return random.integer(2 ** 31);
    case 2:
      return -random.integer(1000) / 10 ** random.integer(8);
    case 3:
      return Math.round(random.fraction() * 2 ** 53) / 10 ** random.integer(25);
    case 4:
      return random.integer(2 ** 32) * random.integer(2 ** 32);
    case 5:
      return random.fraction();
    case 6:
      return random.integer(1e9) / 1e3 + (random.integer(3) - 1) * Number.EPSILON;
    default:
      return (random.fraction() - 0.5) * 10 ** (random.integer(60) - 30);
  }
}

test(`random floats, seed ${seed}`, () => {
  const random = new SeededRandom(seed);
  for (let i = 0; i < rounds; i++) {
    const value = randomFloat(random);
    const end = putFloat(bytes, 0, value);
    const text = decoder.decode(bytes.subarray(0, end));
    if (text !== expectedText(value) || end > NUMBER_BYTES_MAX || floatText(value) !== text) {
      expect.fail(`${value} is written as ${text} and ${floatText(value)}`);
    }
    const plain = plainFloatText(value);
    if (plain.includes('e') || (Number.isFinite(value) && !Object.is(Number(plain), value))) {
      expect.fail(`${value} is written plainly as ${plain}`);
    }
  }
});

test(`random whole numbers and times, seed ${seed}`, () => {
  const random = new SeededRandom(seed);
  for (let i = 0; i < rounds / 10; i++) {
    const value = Math.floor(random.fraction() * 10 ** random.integer(16));
    expect(written((target, at) => putWhole(target, at, value))).toBe(String(value));
    const timeMs = random.integer(2) === 0 ? value : 0 - value;
    const text = written((target, at) => putTimestamp(target, at, timeMs));
    expect(Number(text)).toBe(timeMs / 1000);
    expect(text).toMatch(/^-?\d+(\.\d{3})?$/);
  }
});

test(`random strings, seed ${seed}`, () => {
  const random = new SeededRandom(seed);
  for (let i = 0; i < rounds / 20; i++) {
    const ranges = [0x20, 0x80, 0x800, 0x10000, 0x110000];
    const text = Array.from({ length: random.integer(12) }, () =>
      String.fromCodePoint(random.integer(ranges[random.integer(ranges.length)]!)),
    ).join('');
    const end = putString(bytes, 0, text);
    expect(end).toBeLessThanOrEqual(6 * text.length + 2);
    expect(JSON.parse(decoder.decode(bytes.subarray(0, end)))).toBe(
      decoder.decode(new TextEncoder().encode(text)),
    );
  }
});

const check = (value: number, sample: string, scalar = sample) =>
  test(`${value}`, () => {
    expect(written((target, at) => putFloat(target, at, value))).toBe(sample);
    expect(plainFloatText(value)).toBe(scalar);
  });

check(0, '0');
check(-0, '-0');
check(1.5, '1.5');
check(-2.001, '-2.001');
check(0.000001, '0.000001');
check(1e-7, '1e-07', '0.0000001');
check(-1.5e-9, '-1.5e-09', '-0.0000000015');
check(1.5e-100, '1.5e-100', `0.${'0'.repeat(99)}15`);
check(1e20, '100000000000000000000');
check(1e21, '1e+21', '1000000000000000000000');
check(1.25e22, '1.25e+22', '12500000000000000000000');
check(5e-324, '5e-324', `0.${'0'.repeat(323)}5`);
check(Number.MAX_SAFE_INTEGER, '9007199254740991');
check(2 ** 53, '9007199254740992');
check(Number.NaN, 'NaN');
check(Number.POSITIVE_INFINITY, '+Inf');
check(Number.NEGATIVE_INFINITY, '-Inf');
check(999_999_999.999_999, '999999999.999999');
check(0.1 + 0.2, '0.30000000000000004');
