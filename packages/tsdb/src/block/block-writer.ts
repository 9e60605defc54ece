// Writes a new block, series by series, so that it is either wholly there or not at all.
//
// 1. Everything is written into a folder with the ending `.tmp-for-creation`: chunks, index, meta.json,
//    tombstones; each file is synced, then the folders.
// 2. The folder is renamed to the block's ULID and the folder above is synced. What a crash before that
//    leaves behind is removed when the store is opened.

import { assert, type Clock, type Disk, type Random } from '@ampere/platform';
import type { Labels } from '@ampere/series';
import { type BlockMeta, type BlockParent, formatMeta, META_FILE } from './block-meta.ts';
import { CHUNKS_FOLDER } from './chunk-segments.ts';
import { type ChunkData, ChunkWriter, SEGMENT_BYTES_MAX } from './chunk-writer.ts';
import { FileOutput } from './file-output.ts';
import { type ChunkPlace, IndexWriter } from './index-writer.ts';
import { encodeTombstones, TOMBSTONES_FILE, Tombstones } from './tombstones.ts';
import { makeUlid } from './ulid.ts';

export const CREATION_SUFFIX = '.tmp-for-creation';

export interface BlockWriterOptions {
  /** The folder that holds the blocks; must be there. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** The range that the block stands for, the end exclusive; that of its samples when left out. */
  readonly rangeMs?: { readonly minTime: number; readonly maxTime: number };
  /** How it came to be; a block of level 1, made from itself, when left out. */
  readonly compaction?: {
    readonly level: number;
    readonly sources: readonly string[];
    readonly parents: readonly BlockParent[];
  };
  readonly segmentBytesMax?: number;
}

export class BlockWriter {
  readonly ulid: string;
  readonly #options: BlockWriterOptions;
  readonly #folder: string;
  readonly #chunks: ChunkWriter;
  readonly #index: IndexWriter;
  /** Whether the folder has the block's own name. */
  #isNamed = false;
  #samples = 0;
  #seriesCount = 0;
  #chunkCount = 0;
  #minMs = Infinity;
  #maxMs = -Infinity;

  private constructor(options: BlockWriterOptions, ulid: string, chunks: ChunkWriter, index: IndexWriter) {
    this.#options = options;
    this.ulid = ulid;
    this.#folder = `${options.folder}/${ulid}${CREATION_SUFFIX}`;
    this.#chunks = chunks;
    this.#index = index;
  }

  /** Starts a block. Rejects with a DiskError, as every method does. */
  static async create(options: BlockWriterOptions): Promise<BlockWriter> {
    const { disk, clock, random } = options;
    const ulid = makeUlid(clock, random);
    const folder = `${options.folder}/${ulid}${CREATION_SUFFIX}`;
    const chunksFolder = `${folder}/${CHUNKS_FOLDER}`;
    await disk.makeFolder(chunksFolder);
    const chunks = new ChunkWriter(disk, chunksFolder, options.segmentBytesMax ?? SEGMENT_BYTES_MAX);
    return new BlockWriter(options, ulid, chunks, await IndexWriter.create(disk, folder, options.clock));
  }

  /**
   * Adds a series with at least one chunk. Labels must come in their order (Labels.compare), chunks in that
   * of their times without overlap.
   */
  async add(labels: Labels, chunks: readonly ChunkData[]): Promise<void> {
    assert(chunks.length > 0, 'a series without chunks');
    const places: ChunkPlace[] = [];
    for (const chunk of chunks) {
      const { minTimeMs, maxTimeMs } = chunk;
      places.push({ minTimeMs, maxTimeMs, ref: await this.#chunks.write(chunk) });
      this.#samples += 256 * chunk.bytes[chunk.from]! + chunk.bytes[chunk.from + 1]!;
    }
    this.#seriesCount++;
    this.#chunkCount += chunks.length;
    this.#minMs = Math.min(this.#minMs, chunks[0]!.minTimeMs);
    this.#maxMs = Math.max(this.#maxMs, chunks.at(-1)!.maxTimeMs);
    await this.#index.add(labels, places);
  }

  /**
   * Completes the block: when it resolves, the block is durable under its name. Undefined when no series
   * was added; then nothing is left on disk. When it rejects, call `abandon`.
   */
  async finish(): Promise<BlockMeta | undefined> {
    const { disk, folder, rangeMs, compaction } = this.#options;
    if (this.#seriesCount === 0) {
      await this.abandon();
      return undefined;
    }
    if (rangeMs !== undefined) {
      assert(rangeMs.minTime <= this.#minMs && this.#maxMs < rangeMs.maxTime, 'samples outside the range');
    }
    const meta: BlockMeta = {
      ulid: this.ulid,
      minTime: rangeMs?.minTime ?? this.#minMs,
      maxTime: rangeMs?.maxTime ?? this.#maxMs + 1,
      stats: {
        numSamples: this.#samples,
        numSeries: this.#seriesCount,
        numChunks: this.#chunkCount,
        numTombstones: 0,
      },
      compaction: {
        level: compaction?.level ?? 1,
        sources: compaction?.sources ?? [this.ulid],
        parents: compaction?.parents ?? [],
        deletable: false,
        failed: false,
      },
    };
    await this.#chunks.finish();
    await this.#index.finish();
    await this.#writeFile(META_FILE, new TextEncoder().encode(formatMeta(meta)));
    await this.#writeFile(TOMBSTONES_FILE, encodeTombstones(new Tombstones()));
    await disk.syncFolder(this.#folder);
    await disk.rename(this.#folder, `${folder}/${this.ulid}`);
    this.#isNamed = true;
    await disk.syncFolder(folder);
    return meta;
  }

  /** Gives the block up and removes what was written of it. */
  async abandon(): Promise<void> {
    const { disk, folder } = this.#options;
    await this.#chunks.abandon();
    await this.#index.abandon();
    // Half-removed it must not look like a block.
    if (this.#isNamed) await disk.rename(`${folder}/${this.ulid}`, this.#folder);
    this.#isNamed = false;
    await disk.remove(this.#folder);
  }

  async #writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const output = await FileOutput.create(this.#options.disk, `${this.#folder}/${name}`);
    output.buffer.append(bytes);
    await output.finish();
  }
}
