export { TsdbError, type TsdbErrorCode } from './errors.ts';
export type { ProcessProbe } from './lock.ts';
export {
  type FsyncPolicy,
  type ReplayFacts,
  type SeriesLimits,
  type TsdbEvent,
  type TsdbOptions,
  type TsdbStats,
  UNLIMITED,
} from './options.ts';
export { Tsdb } from './tsdb.ts';
