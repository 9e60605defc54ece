// Appends samples to open chunks in Prometheus' XOR encoding (encoding 1), bit for bit.
//
// The state of an open chunk lies outside its bytes, one column a field, so that a million open
// chunks are a dozen typed arrays. A chunk's bytes are: sample count (2 bytes, big-endian), then one
// run of bits, most significant first:
// 1. the first sample: its time as a zigzag varint, its value as 64 raw bits;
// 2. the second sample: the time's delta as a varint, the value as in 3;
// 3. every later one: the delta of the deltas in one of five widths (1, 16, 20, 24 or 68 bits with the
//    prefix), then the value XORed with its predecessor: one zero bit when nothing changed, else the
//    meaningful bits in the window of the sample before, or in a window of their own.
//
// Values are pairs of u32 halves, because JavaScript has no fast u64 with a leading-zero count.
// Format: docs/format/chunks.md of Prometheus' tsdb.

/** The most that one sample can take (68 + 77 bits), and five bytes that `put` may clear behind it. */
export const XOR_ROOM_BYTES = 24;

/** Bytes before the run of bits. */
export const XOR_HEADER_BYTES = 2;

/** A window that no value fits: the next one that differs writes its own. */
const NO_WINDOW = 0xff;

/** The states of many open chunks; index = whatever the owner numbers its chunks by. */
export class XorStates {
  /** Bits in use, the header included; 0 when there is no open chunk. */
  bits = new Uint32Array(0);
  samples = new Uint16Array(0);
  lastMs = new Float64Array(0);
  lastDeltaMs = new Float64Array(0);
  lastLow = new Uint32Array(0);
  lastHigh = new Uint32Array(0);
  leading = new Uint8Array(0);
  trailing = new Uint8Array(0);

  /** Makes room for `capacity` states, keeping those that are there. */
  reserve(capacity: number): void {
    this.bits = grow(this.bits, new Uint32Array(capacity));
    this.samples = grow(this.samples, new Uint16Array(capacity));
    this.lastMs = grow(this.lastMs, new Float64Array(capacity));
    this.lastDeltaMs = grow(this.lastDeltaMs, new Float64Array(capacity));
    this.lastLow = grow(this.lastLow, new Uint32Array(capacity));
    this.lastHigh = grow(this.lastHigh, new Uint32Array(capacity));
    this.leading = grow(this.leading, new Uint8Array(capacity));
    this.trailing = grow(this.trailing, new Uint8Array(capacity));
  }

  move(from: number, to: number): void {
    this.bits[to] = this.bits[from]!;
    this.samples[to] = this.samples[from]!;
    this.lastMs[to] = this.lastMs[from]!;
    this.lastDeltaMs[to] = this.lastDeltaMs[from]!;
    this.lastLow[to] = this.lastLow[from]!;
    this.lastHigh[to] = this.lastHigh[from]!;
    this.leading[to] = this.leading[from]!;
    this.trailing[to] = this.trailing[from]!;
  }
}

/** Copies a column into a longer one and returns that. */
export function grow<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(from: T, into: T): T {
  into.set(from as never);
  return into;
}

/** Bytes that a state's chunk has now. */
export function xorBytes(states: XorStates, at: number): number {
  return (states.bits[at]! + 7) >>> 3;
}

/**
 * Starts a chunk with its first sample. `view` is the memory, the chunk begins at `base` and needs
 * XOR_HEADER_BYTES + XOR_ROOM_BYTES there. Times are whole milliseconds, at most 2^52 from 1970.
 */
export function startXor(
  states: XorStates,
  at: number,
  view: DataView,
  base: number,
  timeMs: number,
  low: number,
  high: number,
): void {
  view.setUint16(base, 1);
  const from = base + XOR_HEADER_BYTES;
  let offset = putVarint(view, from, timeMs < 0 ? -2 * timeMs - 1 : 2 * timeMs);
  view.setUint32(offset, high);
  view.setUint32(offset + 4, low);
  offset += 8;
  // `put` ors into the byte it begins in.
  view.setUint8(offset, 0);
  states.bits[at] = 8 * (offset - base);
  states.samples[at] = 1;
  states.lastMs[at] = timeMs;
  states.lastDeltaMs[at] = 0;
  states.lastLow[at] = low;
  states.lastHigh[at] = high;
  states.leading[at] = NO_WINDOW;
  states.trailing[at] = 0;
}

/**
 * Appends a sample later than the last one. The chunk at `base` must have XOR_ROOM_BYTES left behind
 * its last byte in use.
 */
export function appendXor(
  states: XorStates,
  at: number,
  view: DataView,
  base: number,
  timeMs: number,
  low: number,
  high: number,
): void {
  const samples = states.samples[at]!;
  const deltaMs = timeMs - states.lastMs[at]!;
  let bit = 8 * base + states.bits[at]!;
  if (samples === 1) {
    const from = bit >>> 3;
    const to = putVarint(view, from, deltaMs);
    view.setUint8(to, 0);
    bit += 8 * (to - from);
  } else {
    bit = putDeltaOfDelta(view, bit, deltaMs - states.lastDeltaMs[at]!);
  }
  bit = putValue(states, at, view, bit, low, high);
  view.setUint16(base, samples + 1);
  states.bits[at] = bit - 8 * base;
  states.samples[at] = samples + 1;
  states.lastMs[at] = timeMs;
  states.lastDeltaMs[at] = deltaMs;
}

function putDeltaOfDelta(view: DataView, bit: number, dod: number): number {
  if (dod === 0) return put(view, bit, 0, 1);
  if (dod >= -8191 && dod <= 8192) return put(view, bit, (0b10 << 14) | (dod & 0x3fff), 16);
  if (dod >= -65535 && dod <= 65536) return put(view, bit, (0b110 << 17) | (dod & 0x1ffff), 20);
  if (dod >= -524287 && dod <= 524288) return put(view, bit, (0b1110 << 20) | (dod & 0xfffff), 24);
  bit = put(view, bit, 0b1111, 4);
  bit = put(view, bit, Math.floor(dod / 2 ** 32), 32);
  return put(view, bit, dod, 32);
}

function putValue(
  states: XorStates,
  at: number,
  view: DataView,
  bit: number,
  low: number,
  high: number,
): number {
  const xorLow = (low ^ states.lastLow[at]!) >>> 0;
  const xorHigh = (high ^ states.lastHigh[at]!) >>> 0;
  if (xorLow === 0 && xorHigh === 0) return put(view, bit, 0, 1);
  states.lastLow[at] = low;
  states.lastHigh[at] = high;

  const zeros = xorHigh !== 0 ? Math.clz32(xorHigh) : 32 + Math.clz32(xorLow);
  let leading = Math.min(zeros, 31);
  let trailing = xorLow !== 0 ? 31 - Math.clz32(xorLow & -xorLow) : 63 - Math.clz32(xorHigh & -xorHigh);
  if (leading >= states.leading[at]! && trailing >= states.trailing[at]!) {
    leading = states.leading[at]!;
    trailing = states.trailing[at]!;
    bit = put(view, bit, 0b10, 2);
  } else {
    states.leading[at] = leading;
    states.trailing[at] = trailing;
    // Five bits of leading zeros, six of width, in which 64 is written as 0.
    bit = put(view, bit, (0b11 << 11) | (leading << 6) | ((64 - leading - trailing) & 63), 13);
  }
  const width = 64 - leading - trailing;
  if (trailing >= 32) return put(view, bit, xorHigh >>> (trailing - 32), width);
  const lowPart = trailing === 0 ? xorLow : (xorLow >>> trailing) | (xorHigh << (32 - trailing));
  if (width <= 32) return put(view, bit, lowPart, width);
  bit = put(view, bit, xorHigh >>> trailing, width - 32);
  return put(view, bit, lowPart, 32);
}

/** Writes the low `count` (1 to 32) bits of `value` at a bit position; what follows them becomes zero. */
function put(view: DataView, bit: number, value: number, count: number): number {
  const at = Math.floor(bit / 8);
  const shift = bit & 7;
  const top = value << (32 - count);
  view.setUint8(at, view.getUint8(at) | (top >>> (24 + shift)));
  view.setUint32(at + 1, top << (8 - shift));
  return bit + count;
}

/** Writes an unsigned varint of up to 2^53; returns the offset behind it. */
function putVarint(view: DataView, offset: number, value: number): number {
  while (value >= 0x80) {
    view.setUint8(offset++, (value % 0x80) | 0x80);
    value = Math.floor(value / 0x80);
  }
  view.setUint8(offset++, value);
  return offset;
}
