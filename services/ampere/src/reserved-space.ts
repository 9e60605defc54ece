// Room on disk for a start without any: a file in the data folder that exists for this alone. It is removed before what
// needs room is opened (SQLite makes an index of its log, and a log), and made again afterwards.

import { join } from 'node:path';
import { type Disk, DiskError } from '@ampere/platform';
import type { Logger } from 'pino';

const FILE = 'reserved';
const RESERVED_BYTES = 1 << 20;

export async function freeReservedSpace(disk: Disk, dataFolder: string): Promise<void> {
  await disk.remove(join(dataFolder, FILE));
}

/** Reserves it anew; as much of it as there is when the disk is full, which is logged. */
export async function reserveSpace(
  disk: Disk,
  dataFolder: string,
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  try {
    const file = await disk.openAppend(join(dataFolder, FILE), 'create');
    try {
      await file.append(new Uint8Array(RESERVED_BYTES));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    logger.warn({ err: error }, 'the disk is nearly full: no room can be reserved for the next start');
  }
}
