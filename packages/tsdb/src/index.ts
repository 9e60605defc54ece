export { BlockError, type BlockErrorCode } from './block/block-error.ts';
export { type BlockMeta, type BlockParent, type BlockStats, parseMeta } from './block/block-meta.ts';
export { BlockQuerier } from './block/block-querier.ts';
export { BlockReader, type BlockReaderOptions } from './block/block-reader.ts';
export { BlockWriter, type BlockWriterOptions } from './block/block-writer.ts';
export type { ChunkData } from './block/chunk-writer.ts';
export { SeriesEntry } from './block/index-reader.ts';
export { PageCache } from './block/page-cache.ts';
export type { StoredSeriesSet } from './block/stored-series-set.ts';
export { isUlid } from './block/ulid.ts';
export { BlockStore, type BlockStoreOptions, type DamagedBlock } from './compact/block-store.ts';
export { ChunkPacker } from './compact/chunk-packer.ts';
export { type CompactionOptions, compactBlocks, SAMPLES_PER_CHUNK } from './compact/compact-blocks.ts';
export { mergeQueriers } from './compact/merge-querier.ts';
export { BLOCK_RANGE_MS, blockRanges, planCompaction } from './compact/planner.ts';
export { TsdbError, type TsdbErrorCode } from './errors.ts';
export type { Exemplar, SeriesExemplars } from './exemplars/exemplar-ring.ts';
export { ImportError } from './import/block-import.ts';
export type { Lease, LeaseDescriptor, LeasedBlock, TsdbShare } from './lease.ts';
export {
  type FsyncPolicy,
  type NamedCount,
  type ReplayFacts,
  type SeriesLimits,
  type TsdbEvent,
  type TsdbOptions,
  type TsdbStats,
  type TsdbStatus,
  UNLIMITED,
} from './options.ts';
export { Tsdb } from './tsdb.ts';
export { TsdbReader, type TsdbReaderOptions } from './tsdb-reader.ts';
export { crc32c } from './wal/crc32c.ts';
