// Random samples through encoder and decoder, against the list they came from.

import { SeededRandom } from '@ampere/platform';
import { SampleColumns } from '@ampere/series';
import { expect, test } from 'vitest';
import { decodeXor } from './xor-decode.ts';
import { appendXor, startXor, XOR_ROOM_BYTES, XorStates, xorBytes } from './xor-encode.ts';

const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 100_000 : 1000;
const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);

const ODD_HIGH = [
  0, 0x80000000, 0x7ff00000, 0xfff00000, 0x7ff80000, 0x3ff00000, 0x40590000, 0x7fefffff, 0x00100000,
];
const STEPS = [1, 2, 999, 1000, 15_000, 15_001, 60_000, 8192, 65_537, 524_289, 2 ** 31, 2 ** 33, 2 ** 45];

test(`AMPERE_SEED=${seed}`, () => {
  const random = new SeededRandom(seed);
  const pick = (list: readonly number[]) => list[random.integer(list.length)]!;
  const states = new XorStates();
  states.reserve(1);
  const view = new DataView(new ArrayBuffer(8192));
  for (let round = 0; round < rounds; round++) {
    const count = 1 + random.integer(120);
    const base = random.integer(64);
    new Uint8Array(view.buffer).fill(random.integer(256));
    const times: number[] = [];
    const words: number[] = [];
    let timeMs = pick([0, -1, -(2 ** 50), 1_700_000_000_000, random.integer(2 ** 31)]);
    const wildness = random.integer(4);
    let high = pick(ODD_HIGH);
    let low = 0;
    let step = pick(STEPS);
    states.bits[0] = 0;
    for (let i = 0; i < count; i++) {
      if (wildness > 0 && random.integer(4) < wildness) {
        high =
          random.integer(3) === 0 ? pick(ODD_HIGH) : (high ^ random.integer(2 ** 32)) >>> random.integer(20);
        low = random.integer(2) === 0 ? random.integer(2 ** 32) : random.integer(4);
        step = pick(STEPS);
      }
      times.push(timeMs);
      words.push(low, high);
      if (i === 0) startXor(states, 0, view, base, timeMs, low, high);
      else appendXor(states, 0, view, base, timeMs, low, high);
      expect(xorBytes(states, 0)).toBeLessThanOrEqual(2 + 18 + i * (XOR_ROOM_BYTES - 5));
      timeMs += step + (wildness > 1 ? random.integer(100) : 0);
      if (timeMs > 2 ** 52) break;
    }
    const startMs = random.integer(3) === 0 ? times[random.integer(times.length)]! : -Infinity;
    const endMs = random.integer(3) === 0 ? times[random.integer(times.length)]! : Infinity;
    const into = new SampleColumns(1);
    decodeXor(view, base, startMs, endMs, into);
    const kept = times.map((_, i) => i).filter((i) => times[i]! >= startMs && times[i]! <= endMs);
    expect([...into.timesMs.subarray(0, into.length)], `round ${round}`).toEqual(kept.map((i) => times[i]));
    expect([...into.words.subarray(0, 2 * into.length)], `round ${round}`).toEqual(
      kept.flatMap((i) => [words[2 * i]! >>> 0, words[2 * i + 1]! >>> 0]),
    );
  }
});
