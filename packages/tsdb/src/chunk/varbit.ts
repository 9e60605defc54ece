// Whole numbers in Prometheus' varbit form: a prefix of ones ended by a zero tells the width, of which
// small ones are short. 0 is one zero bit; the widths are 3, 6, 9, 12, 18, 25, 56 and 64 bits.
//
// Signed numbers are in two's complement, and half of the range and one more is positive: -3 … 4 for
// three bits. Numbers here are doubles, exact up to 2^53.

import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

const WIDTHS = [3, 6, 9, 12, 18, 25, 56, 64] as const;
const TWO_32 = 2 ** 32;

/** Writes a number of at most ±2^53. */
export function putVarbitInt(writer: BitWriter, value: number): void {
  if (value === 0) {
    writer.put(0, 1);
    return;
  }
  let rung = 0;
  while (rung < 7) {
    const half = 2 ** (WIDTHS[rung]! - 1);
    if (value >= 1 - half && value <= half) break;
    rung++;
  }
  putRung(writer, rung, value);
}

/** Writes a number from 0 to 2^53. */
export function putVarbitUint(writer: BitWriter, value: number): void {
  if (value === 0) {
    writer.put(0, 1);
    return;
  }
  let rung = 0;
  while (rung < 7 && value >= 2 ** WIDTHS[rung]!) rung++;
  putRung(writer, rung, value);
}

function putRung(writer: BitWriter, rung: number, value: number): void {
  // As many ones as the rung counts from one, then a zero, which the last rung does without.
  if (rung === 7) writer.put(0xff, 8);
  else writer.put((2 << (rung + 1)) - 2, rung + 2);
  const width = WIDTHS[rung]!;
  if (width > 32) writer.put(Math.floor(value / TWO_32), width - 32);
  writer.put(value, Math.min(width, 32));
}

export function readVarbitInt(reader: BitReader): number {
  const width = readWidth(reader);
  if (width === 0) return 0;
  if (width <= 32) {
    const bits = reader.take(width);
    return bits > 2 ** (width - 1) ? bits - 2 ** width : bits;
  }
  // The sign goes to the upper part: 56 bits in one number would not be exact.
  const high = reader.take(width - 32);
  const low = reader.take(32);
  const half = 2 ** (width - 33);
  return (high > half || (high === half && low > 0) ? high - 2 * half : high) * TWO_32 + low;
}

export function readVarbitUint(reader: BitReader): number {
  const width = readWidth(reader);
  if (width === 0) return 0;
  return width > 32 ? reader.take(width - 32) * TWO_32 + reader.take(32) : reader.take(width);
}

function readWidth(reader: BitReader): number {
  for (let rung = 0; rung < 8; rung++) {
    if (reader.take(1) === 0) return rung === 0 ? 0 : WIDTHS[rung - 1]!;
  }
  return 64;
}
