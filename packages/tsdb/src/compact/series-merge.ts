// Makes the chunks of one series out of those that it has in several blocks.
//
// 1. The chunks are put in time order; those that are wholly deleted are left out.
// 2. Chunks that overlap are decoded and merged; of equal times, the sample of the first block counts.
// 3. Small float chunks in a row are decoded and packed into larger ones; what is large already, or holds
//    native histograms, is copied as it is.
// 4. Samples under tombstones are dropped on the way.

import { SampleColumns } from '@ampere/series';
import type { BlockReader } from '../block/block-reader.ts';
import { decodeChunk, dropDeleted, isDeleted, isTouched } from '../block/chunk-decode.ts';
import { ENCODING_XOR } from '../block/chunk-segments.ts';
import type { ChunkData } from '../block/chunk-writer.ts';
import type { SeriesEntry } from '../block/index-reader.ts';
import { ChunkPacker } from './chunk-packer.ts';
import { mergeColumns } from './columns-merge.ts';

/** A series as one block has it. */
export interface SeriesSource {
  readonly block: BlockReader;
  readonly series: number;
  readonly entry: SeriesEntry;
}

/** One chunk of one source. */
interface Piece {
  readonly source: SeriesSource;
  /** Place of the source among them. */
  readonly rank: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly ref: number;
}

/** From this share of the aimed-at size on, a chunk is left as it is. */
const FULL_SHARE = 0.75;

export class SeriesMerge {
  readonly #samplesPerChunk: number;
  readonly #packer: ChunkPacker;
  #merged = new SampleColumns();
  #next = new SampleColumns();
  #spare = new SampleColumns();

  constructor(samplesPerChunk: number) {
    this.#samplesPerChunk = samplesPerChunk;
    this.#packer = new ChunkPacker(samplesPerChunk);
  }

  /**
   * The merged chunks, owned by the caller; none when everything is deleted. Throws a BlockError when a
   * chunk is corrupt.
   */
  merge(sources: readonly SeriesSource[]): ChunkData[] {
    const into: ChunkData[] = [];
    const pieces = inTimeOrder(sources);
    for (let i = 0; i < pieces.length; ) {
      let endMs = pieces[i]!.maxMs;
      let next = i + 1;
      while (next < pieces.length && pieces[next]!.minMs <= endMs) {
        endMs = Math.max(endMs, pieces[next]!.maxMs);
        next++;
      }
      const copied = next === i + 1 ? this.#copy(pieces[i]!, pieces[next]) : undefined;
      if (copied !== undefined) {
        this.#packer.flush(into);
        into.push(copied);
      } else {
        this.#decodeAll(pieces.slice(i, next));
        this.#packer.add(this.#merged, into);
      }
      i = next;
    }
    this.#packer.flush(into);
    return into;
  }

  /** The chunk as it is, or undefined when it should be decoded: for deletions or to be packed anew. */
  #copy(piece: Piece, after: Piece | undefined): ChunkData | undefined {
    const { block, series } = piece.source;
    if (isTouched(piece.minMs, piece.maxMs, block.tombstones.of(series))) return undefined;
    block.chunks.locate(piece.ref);
    const { encoding, bytes, view, at, length } = block.chunks;
    const isAlone = this.#packer.waiting === 0 && after === undefined;
    if (encoding === ENCODING_XOR && !isAlone) {
      if (view.getUint16(at) < FULL_SHARE * this.#samplesPerChunk) return undefined;
    }
    return {
      encoding,
      minTimeMs: piece.minMs,
      maxTimeMs: piece.maxMs,
      bytes: bytes.slice(at, at + length),
      from: 0,
      to: length,
    };
  }

  /** Merges the samples of pieces into `#merged`, those of lower rank first. */
  #decodeAll(pieces: readonly Piece[]): void {
    const ranked = [...pieces].sort((a, b) => a.rank - b.rank);
    this.#merged.clear();
    for (let i = 0; i < ranked.length; i++) {
      if (i === 0) {
        decodePiece(ranked[i]!, this.#merged);
        continue;
      }
      decodePiece(ranked[i]!, this.#next);
      mergeColumns(this.#merged, this.#next, this.#spare);
      [this.#merged, this.#spare] = [this.#spare, this.#merged];
    }
  }
}

function inTimeOrder(sources: readonly SeriesSource[]): Piece[] {
  const pieces: Piece[] = [];
  for (let rank = 0; rank < sources.length; rank++) {
    const source = sources[rank]!;
    const { entry, block, series } = source;
    const deleted = block.tombstones.of(series);
    for (let i = 0; i < entry.chunkCount; i++) {
      const minMs = entry.minTimesMs[i]!;
      const maxMs = entry.maxTimesMs[i]!;
      if (isDeleted(minMs, maxMs, deleted)) continue;
      pieces.push({ source, rank, minMs, maxMs, ref: entry.chunkRefs[i]! });
    }
  }
  return pieces.sort((a, b) => a.minMs - b.minMs || a.rank - b.rank);
}

/** Replaces `into` with the piece's samples that are not deleted. */
function decodePiece(piece: Piece, into: SampleColumns): void {
  const { block, series } = piece.source;
  into.clear();
  decodeChunk(block.chunks, piece.ref, -Infinity, Infinity, into);
  const { length, timesMs } = into;
  let isAscending = length > 0 && timesMs[0] === piece.minMs && timesMs[length - 1] === piece.maxMs;
  for (let i = 1; i < length && isAscending; i++) isAscending = timesMs[i]! > timesMs[i - 1]!;
  if (!isAscending)
    throw block.chunks.failure(piece.ref, 'corrupt', "a chunk's times are not those of the index");
  const deleted = block.tombstones.of(series);
  if (deleted !== undefined) dropDeleted(into, 0, deleted);
}
