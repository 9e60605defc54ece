// Decodes XOR chunks (encoding 1, see xor-encode.ts for the layout) into columns of the caller.
//
// 1. The header gives the sample count; the first time and value are stored whole.
// 2. The second time is a delta, every later one a delta of deltas whose prefix tells its width.
// 3. A value is its predecessor XOR a window of bits; a zero bit repeats it.
//
// Bits are taken 32 at a time from wherever they begin; a sample that fits into them is read from them alone. The
// memory behind the chunk must be readable for XOR_READ_AHEAD_BYTES (its content doesn't matter).

import { assert } from '@ampere/platform';
import type { SampleColumns } from '@ampere/series';
import { XOR_HEADER_BYTES } from './xor-encode.ts';

/** How far behind a chunk's last byte decoding may read. */
export const XOR_READ_AHEAD_BYTES = 8;

/** The sample count that a chunk's header states. */
export function xorSamples(view: DataView, base: number): number {
  return view.getUint16(base);
}

/**
 * Appends to `into` those samples of the chunk at `base` whose time is within [startMs, endMs].
 * The chunk must be one of ours or have passed its checksum: its bits are trusted.
 */
export function decodeXor(
  view: DataView,
  base: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
): void {
  decodeXorSamples(view, base, view.getUint16(base), startMs, endMs, into);
}

/** As `decodeXor`, of the first `samples` samples, whatever the chunk's header says. */
export function decodeXorSamples(
  view: DataView,
  base: number,
  samples: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
): void {
  if (samples === 0) return;
  into.reserve(into.length + samples);
  const { timesMs, words } = into;
  let length = into.length;

  let offset = base + XOR_HEADER_BYTES;
  let timeMs = 0;
  let unit = 1;
  for (;;) {
    const byte = view.getUint8(offset++);
    timeMs += (byte & 0x7f) * unit;
    if (byte < 0x80) break;
    unit *= 128;
  }
  timeMs = timeMs % 2 === 0 ? timeMs / 2 : -(timeMs + 1) / 2;
  let high = view.getUint32(offset);
  let low = view.getUint32(offset + 4);
  offset += 8;
  if (timeMs > endMs) return;
  if (timeMs >= startMs) {
    timesMs[length] = timeMs;
    words[2 * length] = low;
    words[2 * length + 1] = high;
    length++;
  }

  let deltaMs = 0;
  let leading = 0;
  let trailing = 0;
  if (samples > 1) {
    unit = 1;
    for (;;) {
      const byte = view.getUint8(offset++);
      deltaMs += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
      unit *= 128;
    }
  }
  // Positions count from `offset` on, so that they stay small integers in slabs of any size.
  const origin = offset;
  let bit = 0;
  for (let i = 1; i < samples; i++) {
    let window = take(view, origin, bit);
    // How many bits of the window are behind us.
    let used = 0;
    if (i > 1) {
      if (window >= 0) {
        used = 1;
      } else if (window >>> 30 === 0b10) {
        deltaMs += signed((window >>> 16) & 0x3fff, 14);
        used = 16;
      } else {
        if (window >>> 29 === 0b110) {
          deltaMs += signed((window >>> 12) & 0x1ffff, 17);
          bit += 20;
        } else if (window >>> 28 === 0b1110) {
          deltaMs += signed((window >>> 8) & 0xfffff, 20);
          bit += 24;
        } else {
          deltaMs += take(view, origin, bit + 4) * 2 ** 32 + (take(view, origin, bit + 36) >>> 0);
          bit += 68;
        }
        window = take(view, origin, bit);
      }
    }
    timeMs += deltaMs;
    if (timeMs > endMs) break;

    const control = window << used;
    if (control >= 0) {
      bit += used + 1;
    } else {
      if ((control & 0x40000000) === 0) {
        used += 2;
      } else {
        leading = (control >>> 25) & 31;
        const width = (control >>> 19) & 63;
        trailing = width === 0 ? 0 : 64 - leading - width;
        used += 13;
      }
      const width = 64 - leading - trailing;
      if (width > 32) {
        const top = take(view, origin, bit + used) >>> (64 - width);
        const rest = take(view, origin, bit + used + width - 32);
        high ^= trailing === 0 ? top : (top << trailing) | (rest >>> (32 - trailing));
        low ^= rest << trailing;
      } else {
        // Small changes are in the window whole.
        const from = width <= 32 - used ? window << used : take(view, origin, bit + used);
        const value = from >>> (32 - width);
        if (trailing >= 32) high ^= value << (trailing - 32);
        else {
          if (trailing > 0) high ^= value >>> (32 - trailing);
          low ^= value << trailing;
        }
      }
      bit += used + width;
    }
    if (timeMs >= startMs) {
      timesMs[length] = timeMs;
      words[2 * length] = low;
      words[2 * length + 1] = high;
      length++;
    }
  }
  assert(length <= into.length + samples, 'a chunk yielded more samples than it has');
  into.length = length;
}

/** The 32 bits from a bit position on, as a signed number: those stay in a register. */
function take(view: DataView, origin: number, bit: number): number {
  const at = origin + (bit >>> 3);
  const shift = bit & 7;
  const word = view.getInt32(at);
  return shift === 0 ? word : (word << shift) | (view.getUint8(at + 4) >>> (8 - shift));
}

/** Half of the range and one more is positive, as Prometheus has it: -8191 … 8192 for 14 bits. */
function signed(bits: number, width: number): number {
  return bits > 1 << (width - 1) ? bits - (1 << width) : bits;
}
