import type { Disk } from '@ampere/platform';
import { PageCache, TsdbReader, type TsdbShare } from '@ampere/tsdb';
import type { Log } from '../log.ts';

/** Opens databases as another thread reads them; all of the thread share one cache of pages. */
export function storageReaders(disk: Disk, cacheBytes: number, log: Log): (share: TsdbShare) => TsdbReader {
  const cache = new PageCache(cacheBytes);
  return (share) =>
    TsdbReader.open(share, {
      disk,
      cache,
      log: ({ level, message, fields }) => log(level === 'info' ? 'debug' : level, message, fields),
    });
}
