// Deletions that a block carries until it is rewritten: intervals of time by series.
//
// The checksum covers what follows the version byte, as Prometheus has it.

import type { Disk } from '@ampere/platform';
import { ByteBuffer } from '../wal/byte-buffer.ts';
import { crc32c } from '../wal/crc32c.ts';
import { BlockError } from './block-error.ts';
import { ByteCursor } from './byte-cursor.ts';
import { readFailure } from './paged-file.ts';

export const TOMBSTONES_FILE = 'tombstones';
const MAGIC = 0x0130ba30;
const VERSION = 1;
const HEADER_BYTES = 5;

/** Deleted times, both ends inclusive. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Intervals of one series ascend and neither overlap nor touch. */
export class Tombstones {
  readonly #bySeries = new Map<number, Interval[]>();

  /** How many intervals there are in all. */
  get count(): number {
    let count = 0;
    for (const intervals of this.#bySeries.values()) count += intervals.length;
    return count;
  }

  of(series: number): readonly Interval[] | undefined {
    return this.#bySeries.get(series);
  }

  add(series: number, fromMs: number, toMs: number): void {
    const kept: Interval[] = [];
    let from = fromMs;
    let to = toMs;
    for (const interval of this.#bySeries.get(series) ?? []) {
      // Times are whole milliseconds, so neighbours are one interval.
      if (interval.toMs < from - 1 || interval.fromMs > to + 1) kept.push(interval);
      else {
        from = Math.min(from, interval.fromMs);
        to = Math.max(to, interval.toMs);
      }
    }
    kept.push({ fromMs: from, toMs: to });
    this.#bySeries.set(
      series,
      kept.sort((a, b) => a.fromMs - b.fromMs),
    );
  }

  *entries(): IterableIterator<[series: number, interval: Interval]> {
    for (const [series, intervals] of this.#bySeries) {
      for (const interval of intervals) yield [series, interval];
    }
  }
}

/** Reads a block's tombstones; none when the file is missing. Throws a BlockError. */
export function readTombstones(disk: Disk, path: string): Tombstones {
  const stones = new Tombstones();
  let bytes: Uint8Array;
  try {
    const file = disk.openReadSync(path);
    try {
      bytes = new Uint8Array(file.size);
      file.readSync(bytes, 0);
    } finally {
      file.closeSync();
    }
  } catch (error) {
    const failure = readFailure(path, 0, error);
    if (failure instanceof BlockError && failure.code === 'missing') return stones;
    throw failure;
  }
  if (bytes.length < HEADER_BYTES + 4)
    throw new BlockError('corrupt', path, 0, 'is too short for tombstones');
  const end = bytes.length - 4;
  const cursor = new ByteCursor().reset(path, 0, bytes, 0, end);
  if (cursor.u32() !== MAGIC) throw new BlockError('corrupt', path, 0, "doesn't begin as tombstones do");
  const version = cursor.u8();
  if (version !== VERSION) {
    throw new BlockError('unsupported', path, 4, `has version ${version}; ${VERSION} is known`);
  }
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end);
  if (stated !== crc32c(bytes, HEADER_BYTES, end)) {
    throw new BlockError('corrupt', path, end, "the tombstones don't match their checksum");
  }
  while (!cursor.isAtEnd) stones.add(cursor.uvarint(), cursor.varint(), cursor.varint());
  return stones;
}

/** The content of a tombstones file. */
export function encodeTombstones(stones: Tombstones): Uint8Array {
  const buffer = new ByteBuffer(64);
  buffer.view.setUint32(0, MAGIC);
  buffer.view.setUint8(4, VERSION);
  buffer.length = HEADER_BYTES;
  for (const [series, { fromMs, toMs }] of stones.entries()) {
    buffer.reserve(24);
    buffer.uvarint(series);
    buffer.varint(fromMs);
    buffer.varint(toMs);
  }
  buffer.reserve(4);
  buffer.view.setUint32(buffer.length, crc32c(buffer.bytes, HEADER_BYTES, buffer.length));
  buffer.length += 4;
  return buffer.content();
}
