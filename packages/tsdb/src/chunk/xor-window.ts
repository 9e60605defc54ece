// One float after another by the XOR with its predecessor, as in XOR chunks, for the many floats of a native
// histogram: each has a state of its own. Values are words, as everywhere.

import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

/** A window that no value fits: the next one that differs writes its own. */
export const NO_WINDOW = 0xff;

const words = new DataView(new ArrayBuffer(8));

/** The last values of some floats and the windows of their meaningful bits. */
export class XorWindows {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly leading: Uint8Array;
  readonly trailing: Uint8Array;

  constructor(count: number) {
    this.low = new Uint32Array(count);
    this.high = new Uint32Array(count);
    this.leading = new Uint8Array(count).fill(NO_WINDOW);
    this.trailing = new Uint8Array(count);
  }

  /** The last value of a float. */
  value(at: number): number {
    words.setUint32(0, this.high[at]!);
    words.setUint32(4, this.low[at]!);
    return words.getFloat64(0);
  }

  setValue(at: number, value: number): void {
    words.setFloat64(0, value);
    this.high[at] = words.getUint32(0);
    this.low[at] = words.getUint32(4);
  }

  /** Writes a first value, whole. */
  start(writer: BitWriter, at: number, high: number, low: number): void {
    writer.putWords(high, low);
    this.high[at] = high;
    this.low[at] = low;
  }

  startDouble(writer: BitWriter, at: number, value: number): void {
    words.setFloat64(0, value);
    this.start(writer, at, words.getUint32(0), words.getUint32(4));
  }

  putDouble(writer: BitWriter, at: number, value: number): void {
    words.setFloat64(0, value);
    this.put(writer, at, words.getUint32(0), words.getUint32(4));
  }

  /** Writes the next value. */
  put(writer: BitWriter, at: number, high: number, low: number): void {
    const xorHigh = (high ^ this.high[at]!) >>> 0;
    const xorLow = (low ^ this.low[at]!) >>> 0;
    if (xorHigh === 0 && xorLow === 0) {
      writer.put(0, 1);
      return;
    }
    this.high[at] = high;
    this.low[at] = low;
    let leading = Math.min(xorHigh !== 0 ? Math.clz32(xorHigh) : 32 + Math.clz32(xorLow), 31);
    let trailing = xorLow !== 0 ? 31 - Math.clz32(xorLow & -xorLow) : 63 - Math.clz32(xorHigh & -xorHigh);
    const fits =
      this.leading[at] !== NO_WINDOW && leading >= this.leading[at]! && trailing >= this.trailing[at]!;
    if (fits) {
      leading = this.leading[at]!;
      trailing = this.trailing[at]!;
      writer.put(0b10, 2);
    } else {
      this.leading[at] = leading;
      this.trailing[at] = trailing;
      writer.put((0b11 << 11) | (leading << 6) | ((64 - leading - trailing) & 63), 13);
    }
    const width = 64 - leading - trailing;
    if (trailing >= 32) {
      writer.put(xorHigh >>> (trailing - 32), width);
      return;
    }
    const lowPart = trailing === 0 ? xorLow : (xorLow >>> trailing) | (xorHigh << (32 - trailing));
    if (width <= 32) {
      writer.put(lowPart, width);
      return;
    }
    writer.put(xorHigh >>> trailing, width - 32);
    writer.put(lowPart, 32);
  }

  /** Reads a first value. */
  readStart(reader: BitReader, at: number): void {
    this.high[at] = reader.take(32);
    this.low[at] = reader.take(32);
  }

  /** Reads the next value. @throws RangeError where the bits contradict themselves */
  read(reader: BitReader, at: number): void {
    if (reader.take(1) === 0) return;
    if (reader.take(1) === 1) {
      const leading = reader.take(5);
      const width = reader.take(6) || 64;
      if (leading + width > 64) throw new RangeError('a float has more bits than there are');
      this.leading[at] = leading;
      this.trailing[at] = 64 - leading - width;
    }
    const trailing = this.trailing[at]!;
    // Prometheus reads a float that never had a window as one of 64 bits.
    const width = 64 - (this.leading[at] === NO_WINDOW ? 0 : this.leading[at]!) - trailing;
    let high = 0;
    let low: number;
    if (width > 32) {
      high = reader.take(width - 32);
      low = reader.take(32);
    } else low = reader.take(width);
    if (trailing >= 32) {
      high = low << (trailing - 32);
      low = 0;
    } else if (trailing > 0) {
      high = (high << trailing) | (low >>> (32 - trailing));
      low <<= trailing;
    }
    this.high[at] = (this.high[at]! ^ high) >>> 0;
    this.low[at] = (this.low[at]! ^ low) >>> 0;
  }
}
