export { TsdbError, type TsdbErrorCode } from './errors.ts';
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
