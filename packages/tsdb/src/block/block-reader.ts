// One block on disk, opened to be read on this thread.
//
// A block never changes but for its tombstones, for which it is opened anew. Readers are counted: the
// files are closed when the owner and every querier have let go, so that a block can be taken away under
// a running query.

import { assert, type Disk } from '@ampere/platform';
import { type Labels, type Matcher, SampleColumns } from '@ampere/series';
import { AliveCheck } from '../alive-check.ts';
import { type BlockMeta, META_FILE, parseMeta } from './block-meta.ts';
import { decodeChunk, dropDeleted, isTouched } from './chunk-decode.ts';
import { CHUNKS_FOLDER, ChunkSegments } from './chunk-segments.ts';
import { IndexReader, SeriesEntry } from './index-reader.ts';
import { INDEX_FILE } from './index-sections.ts';
import { PageCache } from './page-cache.ts';
import { PagedFile } from './paged-file.ts';
import { findSeries } from './series-lists.ts';
import { readTombstones, TOMBSTONES_FILE, type Tombstones } from './tombstones.ts';

export interface BlockReaderOptions {
  readonly disk: Disk;
  /** Shared by all readers of the thread; one of its own otherwise. */
  readonly cache?: PageCache;
}

export class BlockReader {
  readonly folder: string;
  readonly meta: BlockMeta;
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
  readonly #entry = new SeriesEntry();
  readonly #scratch = new SampleColumns();
  #holders = 1;

  /**
   * Opens a block folder, checking the headers and tombstones; everything else is checked when it is read.
   * Throws a BlockError that names the file and place of what is wrong, as all reading does.
   */
  static open(folder: string, options: BlockReaderOptions): BlockReader {
    return new BlockReader(folder, options);
  }

  private constructor(folder: string, options: BlockReaderOptions) {
    const { disk, cache = new PageCache() } = options;
    this.folder = folder;
    this.meta = readMeta(disk, folder, cache);
    this.tombstones = readTombstones(disk, `${folder}/${TOMBSTONES_FILE}`);
    this.index = new IndexReader(disk, `${folder}/${INDEX_FILE}`, cache);
    try {
      this.chunks = new ChunkSegments(disk, `${folder}/${CHUNKS_FOLDER}`, cache);
    } catch (error) {
      this.index.close();
      throw error;
    }
  }

  get ulid(): string {
    return this.meta.ulid;
  }

  /** Of index and chunks on disk. */
  get bytes(): number {
    return this.index.bytes + this.chunks.bytesOnDisk;
  }

  /** Reads and checks the tables of the index, which reading does otherwise when it first needs them. */
  verify(): void {
    this.index.verify();
  }

  /** Whether it can have samples in [startMs, endMs]. */
  overlaps(startMs: number, endMs: number): boolean {
    return this.meta.minTime <= endMs && startMs < this.meta.maxTime;
  }

  /** Series that every matcher takes, in the order of their labels; owned by the caller. */
  find(matchers: readonly Matcher[], alive = new AliveCheck(undefined)): Uint32Array {
    return findSeries(this.index, matchers, alive);
  }

  /** The labels of a series. */
  labelsOf(series: number): Labels {
    this.index.readSeries(series, this.#entry);
    return this.index.labelsOf(this.#entry);
  }

  /** Whether a series has a sample in the range; decodes only where its chunks' times don't tell. */
  hasSampleIn(series: number, entry: SeriesEntry, startMs: number, endMs: number): boolean {
    const deleted = this.tombstones.of(series);
    for (let i = 0; i < entry.chunkCount; i++) {
      const minMs = entry.minTimesMs[i]!;
      const maxMs = entry.maxTimesMs[i]!;
      if (minMs > endMs) return false;
      if (maxMs < startMs) continue;
      // A chunk has samples at both its ends.
      if (deleted === undefined && (minMs >= startMs || maxMs <= endMs)) return true;
      this.#scratch.clear();
      this.#readChunk(series, entry, i, startMs, endMs, this.#scratch);
      if (this.#scratch.length > 0) return true;
    }
    return false;
  }

  /**
   * Replaces `into` with a series' samples in the range, without those that are deleted; returns how many bytes of
   * chunks were decoded.
   */
  read(series: number, entry: SeriesEntry, startMs: number, endMs: number, into: SampleColumns): number {
    into.clear();
    let bytes = 0;
    for (let i = 0; i < entry.chunkCount; i++) {
      if (entry.minTimesMs[i]! > endMs) break;
      if (entry.maxTimesMs[i]! < startMs) continue;
      this.#readChunk(series, entry, i, startMs, endMs, into);
      bytes += this.chunks.length;
    }
    return bytes;
  }

  #readChunk(
    series: number,
    entry: SeriesEntry,
    chunk: number,
    startMs: number,
    endMs: number,
    into: SampleColumns,
  ): void {
    const before = into.length;
    decodeChunk(this.chunks, entry.chunkRefs[chunk]!, startMs, endMs, into);
    const deleted = this.tombstones.of(series);
    if (isTouched(entry.minTimesMs[chunk]!, entry.maxTimesMs[chunk]!, deleted)) {
      dropDeleted(into, before, deleted!);
    }
  }

  /** Keeps the files open until as many `release` calls. */
  retain(): void {
    assert(this.#holders > 0, 'a closed block is read');
    this.#holders++;
  }

  release(): void {
    assert(this.#holders > 0, 'a block is released more often than held');
    if (--this.#holders > 0) return;
    this.index.close();
    this.chunks.close();
  }
}

/** Reads a block folder's meta.json. Throws a BlockError. */
export function readMeta(disk: Disk, folder: string, cache: PageCache): BlockMeta {
  const path = `${folder}/${META_FILE}`;
  const file = PagedFile.open(disk, path, cache);
  try {
    return parseMeta(path, new TextDecoder().decode(file.read(0, file.size)));
  } finally {
    file.close();
  }
}
