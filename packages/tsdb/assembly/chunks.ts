// Appends samples to open chunks in Prometheus' XOR encoding, bit for bit as src/chunk/xor-encode.ts does, and seals
// chunks that are full.
//
// A reader on another thread takes the open chunk's block and how many samples of it are published, and decodes so
// many; then the full chunks that begin before it. So:
// 1. samples are published when their bits are written: those of a request together at its end, because an ordered
//    store waits for all stores before it, and those to chunks mostly wait for memory;
// 2. a block is never begun anew: the next chunk gets another one, and the old one waits until nobody can read it;
// 3. a full chunk is linked, and then the count set to 0 (which says that there is no open chunk to read), before
//    the block of the next one takes the place of its own.

import { allocate, allocateInArena, capacityOf } from './allocator';
import { putUvarint } from './bytes';
import {
  CAPACITY_SHIFT,
  CHUNK_FULL_BYTES,
  CHUNK_RANGE_MS,
  FULL,
  H_MAX_MS,
  H_MIN_MS,
  H_OPEN_CHUNKS,
  H_SAMPLES,
  H_SEALED,
  H_SEALED_BYTES,
  LARGE_OPEN,
  O_CHUNK,
  R_COUNT,
  R_TAIL,
  O_ENCODING,
  O_MIN_MS,
  O_ROOM_BYTES,
  ENCODING_SHIFT,
  OTHER_VALUE,
  OUT_OF_ORDER,
  R_BITS,
  R_CHUNK_END_MS,
  R_CHUNK_SAMPLES,
  R_FIRST_SEALED,
  R_LAST_DELTA_MS,
  R_LAST_MS,
  R_LAST_SEALED,
  R_LAST_VALUE,
  R_LEADING,
  R_OPEN,
  R_OPEN_BYTES,
  R_TRAILING,
  REPEATED,
  S_CHUNK,
  S_LENGTH,
  S_MAX_MS,
  S_MIN_MS,
  S_NEXT,
  SAMPLES_PER_CHUNK_MAX,
  STORED,
} from './layout';
import { releaseBlock } from './limbo';

const ENCODING_XOR: u32 = 1;
/** Of a chunk: its sample count. */
const COUNT_BYTES: u32 = 2;
const FIRST_BYTES: u32 = <u32>O_CHUNK + COUNT_BYTES + 15 + O_ROOM_BYTES;
/** A window that no value fits: the next one that differs writes its own. */
const NO_WINDOW: u8 = 0xff;

/** Appends a sample to a series, which must be later than all before; returns what became of it. */
export function appendSample(record: u32, timeMs: f64, value: u64): i32 {
  const lastMs = load<f64>(record, R_LAST_MS);
  if (timeMs <= lastMs) {
    if (timeMs < lastMs) return OUT_OF_ORDER;
    return load<u64>(record, R_LAST_VALUE) == value ? REPEATED : OTHER_VALUE;
  }
  if (load<u32>(record, R_BITS) != 0 && isFull(record, timeMs) && !seal(record)) return FULL;
  const isStored = load<u32>(record, R_BITS) == 0 ? start(record, timeMs, value) : extend(record, timeMs, value);
  return isStored ? STORED : FULL;
}

/** Counts samples that were stored, whose times are within [minMs, maxMs]. */
export function noteStored(samples: u32, minMs: f64, maxMs: f64): void {
  store<f64>(H_SAMPLES, load<f64>(H_SAMPLES) + <f64>samples);
  if (maxMs > load<f64>(H_MAX_MS)) store<f64>(H_MAX_MS, maxMs);
  if (minMs < load<f64>(H_MIN_MS)) store<f64>(H_MIN_MS, minMs);
}

/** Has readers see all samples of a series' open chunk. */
export function publish(record: u32): void {
  if (load<u32>(record, R_BITS) != 0) {
    atomic.store<u32>(record + R_COUNT, <u32>load<u16>(record, R_CHUNK_SAMPLES));
  }
}

// @ts-ignore: decorator
@inline
function usedBytes(record: u32): u32 {
  return (load<u32>(record, R_BITS) + 7) >> 3;
}

function isFull(record: u32, timeMs: f64): bool {
  return (
    load<u16>(record, R_CHUNK_SAMPLES) >= <u16>SAMPLES_PER_CHUNK_MAX ||
    usedBytes(record) > <u32>CHUNK_FULL_BYTES ||
    timeMs >= load<f64>(record, R_CHUNK_END_MS)
  );
}

/** Copies the open chunk to the full ones. Its block stays, for readers, until the next chunk has one. */
export function seal(record: u32): bool {
  const open = load<u32>(record, R_OPEN);
  const bytes = usedBytes(record);
  const chunk = allocateInArena(<u32>S_CHUNK + bytes);
  if (chunk == 0) return false;
  store<u32>(chunk, 0, S_NEXT);
  store<u32>(chunk, bytes | (load<u32>(open, O_ENCODING) << ENCODING_SHIFT), S_LENGTH);
  store<f64>(chunk, load<f64>(open, O_MIN_MS), S_MIN_MS);
  store<f64>(chunk, load<f64>(record, R_LAST_MS), S_MAX_MS);
  memory.copy(chunk + S_CHUNK, open + O_CHUNK, bytes);
  store<u16>(chunk, bswap<u16>(load<u16>(record, R_CHUNK_SAMPLES)), S_CHUNK);
  publish(record);
  link(record, chunk);
  store<u32>(record, 0, R_BITS);
  store<u32>(H_OPEN_CHUNKS, load<u32>(H_OPEN_CHUNKS) - 1);
  store<u32>(H_SEALED, load<u32>(H_SEALED) + 1);
  store<f64>(H_SEALED_BYTES, load<f64>(H_SEALED_BYTES) + <f64>bytes);
  return true;
}

/** Puts a full chunk at the end of a series' list. */
function link(record: u32, chunk: u32): void {
  const last = load<u32>(record, R_LAST_SEALED);
  atomic.store<u32>(last == 0 ? record + R_FIRST_SEALED : last + S_NEXT, chunk);
  store<u32>(record, chunk, R_LAST_SEALED);
}

/** Begins a chunk with its first sample. */
function start(record: u32, timeMs: f64, value: u64): bool {
  const bytes = capacityOf(FIRST_BYTES);
  const open = allocate(bytes);
  if (open == 0) return false;
  store<u32>(open, ENCODING_XOR, O_ENCODING);
  store<f64>(open, timeMs, O_MIN_MS);
  const chunk = open + O_CHUNK;
  store<u16>(chunk, 0x0100);
  const time = <i64>timeMs;
  let at = putUvarint(chunk + COUNT_BYTES, <u64>((time << 1) ^ (time >> 63)));
  store<u64>(at, bswap<u64>(value));
  at += 8;
  store<u8>(record, 0, R_TAIL);
  store<u32>(record, (at - chunk) << 3, R_BITS);
  store<f64>(record, timeMs, R_LAST_MS);
  store<i64>(record, 0, R_LAST_DELTA_MS);
  store<u64>(record, value, R_LAST_VALUE);
  store<u16>(record, 1, R_CHUNK_SAMPLES);
  store<u8>(record, NO_WINDOW, R_LEADING);
  store<u8>(record, 0, R_TRAILING);
  store<f64>(record, (Math.floor(timeMs / CHUNK_RANGE_MS) + 1) * CHUNK_RANGE_MS, R_CHUNK_END_MS);
  atomic.store<u32>(record + R_COUNT, 0);
  replaceOpen(record, open, bytes);
  store<u32>(H_OPEN_CHUNKS, load<u32>(H_OPEN_CHUNKS) + 1);
  return true;
}

export function replaceOpen(record: u32, open: u32, bytes: u32): void {
  const old = load<u32>(record, R_OPEN);
  let oldBytes = <u32>load<u16>(record, R_OPEN_BYTES);
  if (oldBytes == LARGE_OPEN) oldBytes = <u32>O_CHUNK + (load<u32>(old, O_ENCODING) >> CAPACITY_SHIFT);
  store<u16>(record, <u16>min<u32>(bytes, LARGE_OPEN), R_OPEN_BYTES);
  atomic.store<u32>(record + R_OPEN, open);
  if (old != 0) releaseBlock(old, oldBytes);
}

function extend(record: u32, timeMs: f64, value: u64): bool {
  const used = usedBytes(record);
  if (<u32>O_CHUNK + used + O_ROOM_BYTES > <u32>load<u16>(record, R_OPEN_BYTES) && !growOpen(record, used)) return false;
  chunk = load<u32>(record, R_OPEN) + O_CHUNK;
  bit = load<u32>(record, R_BITS);
  tail = <u64>load<u8>(record, R_TAIL);
  const samples = <u32>load<u16>(record, R_CHUNK_SAMPLES);
  const deltaMs = <i64>(timeMs - load<f64>(record, R_LAST_MS));
  if (samples == 1) {
    const from = chunk + (bit >> 3);
    bit += (putUvarint(from, deltaMs) - from) << 3;
  } else putDeltaOfDelta(deltaMs - load<i64>(record, R_LAST_DELTA_MS));
  putValue(record, value);
  store<u32>(record, bit, R_BITS);
  store<u8>(record, <u8>tail, R_TAIL);
  store<u16>(record, <u16>(samples + 1), R_CHUNK_SAMPLES);
  store<f64>(record, timeMs, R_LAST_MS);
  store<i64>(record, deltaMs, R_LAST_DELTA_MS);
  return true;
}

function growOpen(record: u32, used: u32): bool {
  const bytes = capacityOf(<u32>O_CHUNK + used + O_ROOM_BYTES + max<u32>(16, used >> 2));
  const grown = allocate(bytes);
  if (grown == 0) return false;
  memory.copy(grown, load<u32>(record, R_OPEN), <u32>O_CHUNK + used);
  replaceOpen(record, grown, bytes);
  return true;
}

/** Where bits are put: the chunk, its bits in use, and the byte that the last of them is in (0 when it is full). */
let chunk: u32 = 0;
let bit: u32 = 0;
let tail: u64 = 0;

function putDeltaOfDelta(dod: i64): void {
  if (dod == 0) put(0, 1);
  else if (dod >= -8191 && dod <= 8192) put((0b10 << 14) | (dod & 0x3fff), 16);
  else if (dod >= -65535 && dod <= 65536) put((0b110 << 17) | (dod & 0x1ffff), 20);
  else if (dod >= -524287 && dod <= 524288) put((0b1110 << 20) | (dod & 0xfffff), 24);
  else {
    put(0b1111, 4);
    put(dod, 64);
  }
}

function putValue(record: u32, value: u64): void {
  const xor = value ^ load<u64>(record, R_LAST_VALUE);
  if (xor == 0) {
    put(0, 1);
    return;
  }
  store<u64>(record, value, R_LAST_VALUE);
  let leading = min<u64>(clz<u64>(xor), 31);
  let trailing = ctz<u64>(xor);
  if (leading >= <u64>load<u8>(record, R_LEADING) && trailing >= <u64>load<u8>(record, R_TRAILING)) {
    leading = <u64>load<u8>(record, R_LEADING);
    trailing = <u64>load<u8>(record, R_TRAILING);
    put(0b10, 2);
  } else {
    store<u8>(record, <u8>leading, R_LEADING);
    store<u8>(record, <u8>trailing, R_TRAILING);
    // Five bits of leading zeros, six of width, in which 64 is written as 0.
    put((0b11 << 11) | (leading << 6) | ((64 - leading - trailing) & 63), 13);
  }
  put(xor >> trailing, <u32>(64 - leading - trailing));
}

/** Writes the low `count` (1 to 64) bits of `value`; what follows them becomes zero. */
function put(value: u64, count: u32): void {
  const at = chunk + (bit >> 3);
  const shift = <u64>(bit & 7);
  const top = value << (64 - <u64>count);
  const first = tail | (top >> (56 + shift));
  const rest = top << (8 - shift);
  store<u8>(at, <u8>first);
  store<u64>(at + 1, bswap<u64>(rest));
  const end = <u32>shift + count;
  bit += count;
  // The byte that is begun now: the first one, or one of the rest.
  tail = end < 8 ? first : end == 72 ? 0 : (rest >> (56 - <u64>(((end >> 3) - 1) << 3))) & 0xff;
}
