import { join } from 'node:path';
import { type Disk, DiskError } from '@ampere/platform';
import type { Logger } from 'pino';

const FILE = 'reserved';
/** More than what SQLite needs to open a database: an index of its log, and the first pages of that. */
const RESERVED_BYTES = 1 << 20;

/**
 * Opens something that needs room on disk, also when there is none: a file in the data folder that exists for this alone
 * makes room, and is there again afterwards, or when there is room again.
 */
export async function withReservedSpace<T>(
  disk: Disk,
  dataFolder: string,
  logger: Pick<Logger, 'warn'>,
  open: () => Promise<T>,
): Promise<T> {
  const path = join(dataFolder, FILE);
  await disk.remove(path);
  const opened = await open();
  try {
    const file = await disk.openAppend(path, 'create');
    try {
      await file.append(new Uint8Array(RESERVED_BYTES));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    logger.warn({ err: error }, 'the disk is nearly full: no room can be reserved for the next start');
  }
  return opened;
}
