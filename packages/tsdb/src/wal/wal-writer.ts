// Writes the log: gathers records in memory, writes and syncs them a batch at a time.
//
// 1. `add` puts records, which the head's kernels have built, into the gathering batch.
// 2. `commit` waits for the batch that holds everything appended so far. One batch is under way at a
//    time; what comes meanwhile gathers for the next, so that many commits share one sync.
// 3. A batch that failed stays in front of everything later, and is written whole to a new segment
//    by the next attempt. FORMAT.md says why, under "Writing it".
// 4. A segment that has reached its size is closed before the next batch.

import { assert, type Clock, type Disk, type DiskFile, type Random, type Timer } from '@ampere/platform';
import type { FsyncPolicy, TsdbEvent } from '../options.ts';
import { ByteBuffer } from './byte-buffer.ts';
import {
  BATCH_RECORD_BYTES,
  type Checksum,
  floorPayload,
  frameRecord,
  RECORD_BATCH,
  RECORD_FLOOR,
  RECORD_SAMPLES,
  RECORD_SERIES,
  stampMark,
} from './records.ts';
import { encodeHeader, HEADER_BYTES, segmentName } from './segment-file.ts';
import type { ClosedSegment, WalEnd } from './wal-reader.ts';

export interface WalWriterOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Must exist. */
  readonly folder: string;
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  readonly segmentBytesMax: number;
  readonly log: (event: TsdbEvent) => void;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

export class WalWriter {
  readonly #options: WalWriterOptions;
  readonly #closed: ClosedSegment[];
  /** What gathers, and what is being written or waits to be written again. */
  #gathering = new ByteBuffer();
  #batch = new ByteBuffer();
  #gatheringMaxTimeMs = Number.NEGATIVE_INFINITY;
  #batchMaxTimeMs = Number.NEGATIVE_INFINITY;
  #waiters: Waiter[] = [];
  #isRunning = false;
  #isClosed = false;
  #tryAgain = false;
  #startNext = false;

  /** The open segment, if any, and how much of it counts. */
  #file: DiskFile | undefined;
  #number: number;
  #mark = 0;
  #trustedBytes = 0;
  #segmentMaxTimeMs = Number.NEGATIVE_INFINITY;
  /** Set when a write or sync failed: the file is not used again. */
  #isBroken = false;
  /** Number of a segment whose making may have left a file behind, or 0. */
  #halfMade: number;
  #previousTrustedBytes: number;
  #previousProvenBytes: number;

  #syncTimer: Timer | undefined;
  #syncing: Promise<void> | undefined;
  #unsyncedBytes = 0;
  syncs = 0;
  failures = 0;

  constructor(options: WalWriterOptions, end: WalEnd) {
    this.#options = options;
    this.#closed = [...end.segments];
    this.#number = end.nextNumber - 1;
    this.#halfMade = end.nextNumber;
    this.#previousTrustedBytes = end.previousTrustedBytes;
    this.#previousProvenBytes = end.previousProvenBytes;
    this.#batch.append(end.unproven);
    this.#batchMaxTimeMs = end.unprovenMaxTimeMs;
  }

  /** Takes the payloads of a series record and of a samples record after it; empty ones are left out. */
  add(series: Uint8Array, samples: Uint8Array, maxTimeMs: number, checksum?: Checksum): void {
    if (series.length > 0) this.#gather(RECORD_SERIES, series, checksum);
    if (samples.length > 0) this.#gather(RECORD_SAMPLES, samples, checksum);
    this.#gatheringMaxTimeMs = Math.max(this.#gatheringMaxTimeMs, maxTimeMs);
  }

  /** Takes the payload of a record of another type; an empty one is left out. */
  record(type: number, payload: Uint8Array, maxTimeMs: number): void {
    if (payload.length === 0) return;
    this.#gather(type, payload);
    this.#gatheringMaxTimeMs = Math.max(this.#gatheringMaxTimeMs, maxTimeMs);
  }

  /** Has the next batch begin a segment, so that the open one grows old however little comes. */
  startSegment(): void {
    this.#startNext = true;
  }

  floor(beforeMs: number): void {
    this.#gather(RECORD_FLOOR, floorPayload(beforeMs));
  }

  #gather(type: number, payload: Uint8Array, checksum?: Checksum): void {
    if (this.#gathering.length === 0) frameRecord(this.#gathering, RECORD_BATCH, new Uint8Array(0));
    frameRecord(this.#gathering, type, payload, checksum);
  }

  /** Bytes that are not in the log yet. */
  get backlogBytes(): number {
    return this.#gathering.length + this.#batch.length;
  }

  /** Whether the last attempt to write failed. */
  get isFailing(): boolean {
    return this.#isBroken;
  }

  get bytes(): number {
    return this.#closed.reduce(
      (sum, segment) => sum + segment.bytes,
      this.#file === undefined ? 0 : this.#file.size(),
    );
  }

  get segments(): number {
    return this.#closed.length + (this.#file === undefined ? 0 : 1);
  }

  /** Resolves when everything logged before the call is on disk, as the policy has it; rejects with the disk's error. */
  async commit(): Promise<void> {
    assert(!this.#isClosed, 'commit on a closed log');
    if (this.backlogBytes === 0 && !this.#isRunning) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#wake();
    });
  }

  /** Tries to write what is waiting, for nobody in particular. */
  retry(): void {
    this.#tryAgain = true;
    this.#wake();
  }

  /** Writes and syncs what is left and closes the file. Rejects when that fails; the log is closed all the same. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.commit();
      this.#syncTimer?.cancel();
      await this.#syncing;
      if (this.#unsyncedBytes > 0) await this.#sync();
    } finally {
      this.#isClosed = true;
      this.#syncTimer?.cancel();
      await this.#file?.close();
      this.#file = undefined;
    }
  }

  /** The oldest segments as far as all their samples are before a time; never the open one. */
  segmentsBefore(beforeMs: number): ClosedSegment[] {
    const kept = this.#closed.findIndex((segment) => segment.maxTimeMs >= beforeMs);
    return kept < 0 ? [...this.#closed] : this.#closed.slice(0, kept);
  }

  /** Number of the oldest segment that would be left without these. */
  numberAfter(segments: readonly ClosedSegment[]): number {
    return segments.at(-1)!.number + 1;
  }

  /** Takes segments off the list; their files are the caller's to remove. */
  forget(segments: readonly ClosedSegment[]): void {
    this.#closed.splice(0, segments.length);
  }

  #wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiters.length > 0 || this.#tryAgain) {
      this.#tryAgain = false;
      const waiters = this.#waiters;
      this.#waiters = [];
      this.#takeGathered();
      try {
        if (this.#batch.length > 0) await this.#writeBatch();
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        this.failures++;
        this.#options.log({
          level: 'error',
          message: 'writing the write-ahead log failed; it is tried again with the next write',
          fields: { folder: this.#options.folder, reason: textOf(error), waitingBytes: this.backlogBytes },
        });
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    this.#isRunning = false;
  }

  #takeGathered(): void {
    if (this.#batch.length === 0) {
      const empty = this.#batch;
      this.#batch = this.#gathering;
      this.#gathering = empty;
    } else {
      this.#batch.append(this.#gathering.content().subarray(BATCH_RECORD_BYTES));
    }
    this.#gathering.length = 0;
    this.#batchMaxTimeMs = Math.max(this.#batchMaxTimeMs, this.#gatheringMaxTimeMs);
    this.#gatheringMaxTimeMs = Number.NEGATIVE_INFINITY;
  }

  async #writeBatch(): Promise<void> {
    const isFull = this.#startNext || this.#trustedBytes >= this.#options.segmentBytesMax;
    if (this.#file === undefined || this.#isBroken || isFull) await this.#openSegment();
    const file = this.#file!;
    stampMark(this.#batch, this.#mark);
    try {
      await file.append(this.#batch.content());
      this.#unsyncedBytes += this.#batch.length;
      if (this.#options.fsync === 'always') await this.#sync();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    this.#trustedBytes = file.size();
    this.#segmentMaxTimeMs = Math.max(this.#segmentMaxTimeMs, this.#batchMaxTimeMs);
    this.#batch.length = 0;
    this.#batchMaxTimeMs = Number.NEGATIVE_INFINITY;
    if (this.#options.fsync === 'interval') this.#syncLater();
  }

  async #sync(): Promise<void> {
    const bytes = this.#unsyncedBytes;
    await this.#file!.sync();
    this.syncs++;
    this.#unsyncedBytes -= bytes;
  }

  #syncLater(): void {
    this.#syncTimer ??= this.#options.clock.after(this.#options.fsyncIntervalMs, () => {
      this.#syncTimer = undefined;
      this.#syncing = this.#syncInBackground();
    });
  }

  /** A sync that nobody waits for. When it fails the file is left, and what was acknowledged stays as it is. */
  async #syncInBackground(): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#isBroken) return;
    try {
      await this.#sync();
    } catch (error) {
      this.failures++;
      if (this.#file === file) this.#isBroken = true;
      this.#options.log({
        level: 'error',
        message:
          'syncing the write-ahead log failed: samples of the last moments would not survive a power failure',
        fields: { folder: this.#options.folder, reason: textOf(error), unsyncedBytes: this.#unsyncedBytes },
      });
    }
  }

  /** Makes the next segment. Nothing changes when it fails, but that a file may be left behind. */
  async #openSegment(): Promise<void> {
    await this.#leaveSegment();
    const { disk, folder, random } = this.#options;
    const number = this.#number + 1;
    const path = `${folder}/${segmentName(number)}`;
    if (this.#halfMade === number) await disk.remove(path);
    this.#halfMade = number;
    const mark = new DataView(random.bytes(4).slice().buffer).getUint32(0, true);
    const file = await disk.openAppend(path, 'create');
    try {
      await file.append(
        encodeHeader({
          number,
          mark,
          previousTrustedBytes: this.#previousTrustedBytes,
          previousProvenBytes: this.#previousProvenBytes,
        }),
      );
      await file.sync();
      await disk.syncFolder(folder);
    } catch (error) {
      await this.#closeQuietly(file);
      throw error;
    }
    this.#halfMade = 0;
    this.#startNext = false;
    this.#file = file;
    this.#number = number;
    this.#mark = mark;
    this.#trustedBytes = HEADER_BYTES;
    this.#segmentMaxTimeMs = Number.NEGATIVE_INFINITY;
    this.#unsyncedBytes = 0;
    this.#isBroken = false;
  }

  /** Closes the open segment, be it full or broken. */
  async #leaveSegment(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await this.#syncing;
    if (!this.#isBroken && this.#unsyncedBytes > 0 && this.#options.fsync === 'interval')
      await this.#syncInBackground();
    this.#file = undefined;
    await this.#closeQuietly(file);
    if (this.#trustedBytes === HEADER_BYTES) {
      // Nothing in it counts: its number is used again, and what was trusted before it still is.
      this.#halfMade = this.#number;
      this.#number--;
      return;
    }
    this.#closed.push({ number: this.#number, bytes: this.#trustedBytes, maxTimeMs: this.#segmentMaxTimeMs });
    this.#previousTrustedBytes = this.#trustedBytes;
    this.#previousProvenBytes = this.#trustedBytes;
  }

  /** The file is left anyway, and all that counts in it has been synced: a failure to close changes nothing. */
  async #closeQuietly(file: DiskFile): Promise<void> {
    try {
      await file.close();
    } catch (error) {
      this.#options.log({
        level: 'warn',
        message: 'closing a segment of the write-ahead log failed',
        fields: { folder: this.#options.folder, reason: textOf(error) },
      });
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
