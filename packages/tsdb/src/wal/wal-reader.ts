// Reads the log back when a database is opened, repairing and reporting what is damaged.
//
// 1. The newest checkpoint comes first, then the segments that it doesn't cover, in order.
// 2. How far a segment counts is said by the header of the one after it; the last one counts to its
//    end, where a torn record is what a crash leaves behind.
// 3. The last batch may have been written but not synced when the process died, or its sync may have
//    failed: what programs read then isn't what a power failure leaves. It is handed to the writer,
//    which writes it again before anything else is acknowledged.
// 4. At any other bad record the next good one is sought by the file's mark, and the bytes between are
//    copied to quarantine.
//
// Nothing but those copies is written. A file that can't be read at all (EIO) fails the opening:
// going on without it would let retention delete what a second try may bring back.

import type { Disk } from '@ampere/platform';
import type { ReplayFacts, TsdbEvent } from '../options.ts';
import { ByteBuffer } from './byte-buffer.ts';
import {
  payloadFrom,
  RECORD_BATCH,
  RECORD_EXEMPLARS,
  RECORD_FLOOR,
  RECORD_HISTOGRAMS,
  RECORD_LATE_FLOOR,
  RECORD_LATE_HISTOGRAMS,
  RECORD_LATE_SAMPLES,
  RECORD_SAMPLES,
  RECORD_SERIES,
  type RecordSink,
  recordEnd,
  recordType,
} from './records.ts';
import {
  checkpointName,
  checkpointNumber,
  decodeHeader,
  HEADER_BYTES,
  type SegmentHeader,
  segmentName,
  segmentNumber,
} from './segment-file.ts';

/** A segment that nothing will be written to any more. */
export interface ClosedSegment {
  readonly number: number;
  readonly bytes: number;
  /** -Infinity when it holds no sample. */
  readonly maxTimeMs: number;
}

/** Where writing goes on. */
export interface WalEnd {
  readonly segments: ClosedSegment[];
  /** Number of the next segment. A half-made file may lie there: it holds nothing. */
  readonly nextNumber: number;
  /** How much of the segment before that counts, and how much of it was surely synced. */
  readonly previousTrustedBytes: number;
  readonly previousProvenBytes: number;
  /** The records between the two, to be written again, and the newest time in them. */
  readonly unproven: Uint8Array;
  readonly unprovenMaxTimeMs: number;
}

interface SegmentOnDisk {
  readonly number: number;
  readonly name: string;
  readonly length: number;
  readonly header: SegmentHeader | undefined;
}

export class WalReader {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #sink: RecordSink;
  readonly #facts: ReplayFacts;
  readonly #log: (event: TsdbEvent) => void;
  #maxTimeMs = Number.NEGATIVE_INFINITY;
  /** The batch that was begun last: where, its records and its newest time. */
  #batchFrom = HEADER_BYTES;
  readonly #batch = new ByteBuffer();
  #batchMaxTimeMs = Number.NEGATIVE_INFINITY;

  /** `facts` is counted up: segments, records, torn tails and corruptions. */
  constructor(
    disk: Disk,
    folder: string,
    sink: RecordSink,
    facts: ReplayFacts,
    log: (event: TsdbEvent) => void,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#facts = facts;
    this.#log = log;
    this.#sink = sink;
  }

  async read(): Promise<WalEnd> {
    const names = await this.#disk.list(this.#folder);
    const checkpoint = names.map(checkpointNumber).filter(isNumber).sort(ascending).at(-1);
    if (checkpoint !== undefined) await this.#readCheckpoint(checkpoint);
    const numbers = names
      .map(segmentNumber)
      .filter(isNumber)
      .filter((number) => number >= (checkpoint ?? 0))
      .sort(ascending);

    const segments: ClosedSegment[] = [];
    let nextNumber = checkpoint ?? 1;
    let goodBytes = 0;
    // One segment is read ahead: its header says where the one before it ends.
    let current = await this.#open(numbers[0]);
    for (let i = 0; current !== undefined; i++) {
      const following = await this.#open(numbers[i + 1]);
      const isLast = following === undefined;
      if (isLast && isHalfMade(current)) {
        nextNumber = current.number;
        break;
      }
      if (i > 0 && current.number !== nextNumber) this.#reportGap(nextNumber, current.number);
      const isEnd = isLast || (numbers.length === i + 2 && isHalfMade(following));
      this.#maxTimeMs = Number.NEGATIVE_INFINITY;
      goodBytes = await this.#readSegment(current, following, isEnd);
      segments.push({ number: current.number, bytes: current.length, maxTimeMs: this.#maxTimeMs });
      nextNumber = current.number + 1;
      current = following;
    }
    return {
      segments,
      nextNumber,
      previousTrustedBytes: goodBytes,
      previousProvenBytes: Math.min(goodBytes, this.#batchFrom),
      unproven: this.#batch.content(),
      unprovenMaxTimeMs: this.#batchMaxTimeMs,
    };
  }

  async #open(number: number | undefined): Promise<SegmentOnDisk | undefined> {
    if (number === undefined) return undefined;
    return this.#loadHead(number, segmentName(number));
  }

  /** Length and header of a file; the records are read when it is their turn. */
  async #loadHead(number: number, name: string): Promise<SegmentOnDisk> {
    const path = `${this.#folder}/${name}`;
    const file = await this.#disk.openRead(path);
    try {
      const head = new Uint8Array(HEADER_BYTES);
      const bytes = await file.read(head, 0);
      return { number, name, length: file.size(), header: decodeHeader(head.subarray(0, bytes), path) };
    } finally {
      await file.close();
    }
  }

  async #load(segment: SegmentOnDisk): Promise<Uint8Array> {
    const file = await this.#disk.openRead(`${this.#folder}/${segment.name}`);
    try {
      const bytes = new Uint8Array(segment.length);
      await file.read(bytes, 0);
      return bytes;
    } finally {
      await file.close();
    }
  }

  async #readCheckpoint(number: number): Promise<void> {
    const file = await this.#loadHead(number, checkpointName(number));
    await this.#readRecords(file, await this.#load(file), file.length, Number.POSITIVE_INFINITY);
  }

  /** Reads what counts of a segment; returns the end of its last good record. */
  async #readSegment(
    segment: SegmentOnDisk,
    following: SegmentOnDisk | undefined,
    isEnd: boolean,
  ): Promise<number> {
    this.#facts.segments++;
    const header = following?.number === segment.number + 1 ? following.header : undefined;
    const trusted = header?.previousTrustedBytes ?? segment.length;
    const proven = header?.previousProvenBytes ?? (isEnd ? 0 : Number.POSITIVE_INFINITY);
    const bytes = await this.#load(segment);
    const end = Math.min(trusted, segment.length);
    if (Math.min(trusted, proven) > end) await this.#quarantine(segment, bytes, end, end, trusted - end);
    return this.#readRecords(segment, bytes, end, proven);
  }

  /** Returns the end of the last good record before `end`. From `tornFrom` on, a bad end is a torn one. */
  async #readRecords(file: SegmentOnDisk, bytes: Uint8Array, end: number, tornFrom: number): Promise<number> {
    const view = new DataView(bytes.buffer);
    // With a damaged header the mark can still be taken from the first record.
    const mark = file.header?.mark ?? (end >= HEADER_BYTES + 4 ? view.getUint32(HEADER_BYTES, true) : 0);
    if (file.header === undefined) await this.#quarantine(file, bytes, 0, Math.min(HEADER_BYTES, end), 0);

    let at = Math.min(HEADER_BYTES, end);
    let good = at;
    this.#beginBatch(at);
    while (at < end) {
      const to = recordEnd(bytes, view, at, end, mark);
      if (to !== 0) {
        if (recordType(bytes, at) === RECORD_BATCH) this.#beginBatch(at);
        this.#batch.append(bytes.subarray(at, to));
        if (!this.#take(bytes, view, at, to)) await this.#quarantine(file, bytes, at, to, 0);
        this.#facts.records++;
        at = to;
        good = to;
        continue;
      }
      const next = nextRecord(bytes, view, at + 1, end, mark);
      if (next === 0 && at >= tornFrom) {
        this.#reportTornTail(file, at, end);
        break;
      }
      at = next === 0 ? end : next;
      await this.#quarantine(file, bytes, good, at, 0);
    }
    return good;
  }

  /** Hands a valid record on; false when it is of a kind that we don't know. */
  #take(bytes: Uint8Array, view: DataView, at: number, to: number): boolean {
    const from = payloadFrom(at);
    switch (recordType(bytes, at)) {
      case RECORD_SERIES:
        this.#sink.series(bytes, from, to);
        return true;
      case RECORD_SAMPLES:
        this.#noteTime(this.#sink.samples(bytes, from, to));
        return true;
      case RECORD_HISTOGRAMS:
        this.#noteTime(this.#sink.histograms(bytes, from, to));
        return true;
      case RECORD_EXEMPLARS:
        this.#sink.exemplars(bytes, from, to);
        return true;
      // The segments of these are kept by what the sink knows of them.
      case RECORD_LATE_SAMPLES:
        this.#sink.lateSamples(bytes, view, from, to);
        return true;
      case RECORD_LATE_HISTOGRAMS:
        this.#sink.lateHistograms(bytes, from, to);
        return true;
      case RECORD_LATE_FLOOR:
        this.#sink.lateFloor(view.getFloat64(from, true));
        return true;
      case RECORD_FLOOR:
        this.#sink.floor(view.getFloat64(from, true));
        return true;
      case RECORD_BATCH:
        return true;
      default:
        return false;
    }
  }

  #noteTime(timeMs: number): void {
    this.#maxTimeMs = Math.max(this.#maxTimeMs, timeMs);
    this.#batchMaxTimeMs = Math.max(this.#batchMaxTimeMs, timeMs);
  }

  #beginBatch(at: number): void {
    this.#batchFrom = at;
    this.#batch.length = 0;
    this.#batchMaxTimeMs = Number.NEGATIVE_INFINITY;
  }

  #reportTornTail(file: SegmentOnDisk, from: number, to: number): void {
    this.#facts.tornTails++;
    this.#facts.tornBytes += to - from;
    this.#log({
      level: 'warn',
      message: 'cut a half-written record off the end of the write-ahead log',
      fields: { folder: this.#folder, file: file.name, offset: from, bytes: to - from },
    });
  }

  #reportGap(expected: number, found: number): void {
    this.#facts.corruptions++;
    this.#log({
      level: 'error',
      message: 'segments of the write-ahead log are missing',
      fields: { folder: this.#folder, first: expected, count: found - expected },
    });
  }

  /** Counts a damaged place and keeps a copy of it; `missing` bytes should have been there and aren't. */
  async #quarantine(
    file: SegmentOnDisk,
    content: Uint8Array,
    from: number,
    to: number,
    missing: number,
  ): Promise<void> {
    this.#facts.corruptions++;
    this.#facts.corruptBytes += to - from + missing;
    const fields = { folder: this.#folder, file: file.name, offset: from, bytes: to - from, missing };
    this.#log({ level: 'error', message: 'the write-ahead log is damaged: skipped these bytes', fields });
    if (from === to) return;
    const folder = `${this.#folder}/quarantine`;
    const path = `${folder}/${file.name}-${from}.bad`;
    try {
      if ((await this.#disk.info(path)) !== undefined) return;
      await this.#disk.makeFolder(folder);
      await this.#disk.replaceFile(path, content.subarray(from, to));
    } catch (error) {
      // The damaged bytes stay in the segment; a copy is a convenience that a full disk may refuse.
      const reason = error instanceof Error ? error.message : String(error);
      this.#log({
        level: 'warn',
        message: 'no copy of the damaged bytes could be kept',
        fields: { path, reason },
      });
    }
  }
}

/** Whether nothing but a header was ever written: perhaps its making was interrupted, and what can be read of it isn't on the disk. */
function isHalfMade(segment: SegmentOnDisk): boolean {
  return segment.length <= HEADER_BYTES;
}

function nextRecord(bytes: Uint8Array, view: DataView, from: number, end: number, mark: number): number {
  const needle = Buffer.alloc(4);
  needle.writeUInt32LE(mark);
  const haystack = Buffer.from(bytes.buffer, 0, end);
  let at = haystack.indexOf(needle, from);
  while (at >= 0) {
    if (recordEnd(bytes, view, at, end, mark) !== 0) return at;
    at = haystack.indexOf(needle, at + 1);
  }
  return 0;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function ascending(a: number, b: number): number {
  return a - b;
}
