export { assert } from './assert.ts';
export { type Clock, SystemClock, stayAwake, type Timer } from './clock.ts';
export {
  type Disk,
  DiskError,
  type DiskErrorCode,
  type DiskFile,
  type FileInfo,
  type SyncDiskFile,
} from './disk.ts';
export { FakeClock } from './fake-clock.ts';
export type { LinearMemory } from './linear-memory.ts';
export { type DiskCall, type DiskFailures, MemoryDisk } from './memory-disk.ts';
export { NodeDisk } from './node-disk.ts';
export { pause } from './pause.ts';
export { type Random, SeededRandom, SystemRandom } from './random.ts';
