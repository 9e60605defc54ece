// Writes a workspace's data out as Prometheus blocks, while a server works on it or not.
//
// A consistent copy of the database is made beside where the blocks are to go, all of its head is moved into blocks,
// and the blocks that have a part of the wanted time range are moved to their place.

import type { Clock, Disk, Random } from '@ampere/platform';
import { isUlid, parseMeta, Tsdb } from '@ampere/tsdb';
import { TreeCopy } from '../backup/file-copy.ts';
import { openStorage } from '../backup/open-storage.ts';
import { TransferError } from './transfer-error.ts';

export interface ExportOptions {
  readonly workspaceFolder: string;
  /** Made when it is missing; blocks that are in there stay. */
  readonly to: string;
  /** Milliseconds since 1970, inclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly onProgress: (done: number, total: number) => void;
}

/** Resolves with the ULIDs of what was written. Rejects with a TransferError or DiskError. */
export async function exportBlocks(options: ExportOptions): Promise<string[]> {
  const { workspaceFolder, to, disk } = options;
  if ((await disk.info(`${workspaceFolder}/tsdb`)) === undefined) {
    throw new TransferError(`there is no such workspace in the data folder: ${workspaceFolder}`);
  }
  const scratch = `${to}/.exporting`;
  await disk.makeFolder(to);
  await disk.remove(scratch);
  try {
    await copyDatabase(options, scratch);
    const tsdb = await Tsdb.open({ folder: scratch, ...options, fsync: 'off' });
    try {
      await tsdb.flush();
    } finally {
      await tsdb.close();
    }
    return await moveBlocks(options, scratch);
  } finally {
    await disk.remove(scratch);
  }
}

async function copyDatabase(
  { workspaceFolder, disk, onProgress }: ExportOptions,
  scratch: string,
): Promise<void> {
  const files = await openStorage(disk, `${workspaceFolder}/tsdb`);
  const total = [...files.values()].reduce((sum, file) => sum + file.size(), 0);
  let done = 0;
  const copy = new TreeCopy(disk, (bytes) => onProgress((done += bytes), total));
  for (const [path, file] of files) await copy.add(file, `${scratch}/${path}`);
}

async function moveBlocks({ to, fromMs, untilMs, disk }: ExportOptions, scratch: string): Promise<string[]> {
  const moved: string[] = [];
  for (const ulid of (await disk.list(scratch)).filter(isUlid)) {
    const file = `${scratch}/${ulid}/meta.json`;
    const { minTime, maxTime } = parseMeta(file, Buffer.from(await disk.readFile(file)).toString());
    if (maxTime <= fromMs || minTime > untilMs) continue;
    if ((await disk.info(`${to}/${ulid}`)) === undefined) {
      await disk.rename(`${scratch}/${ulid}`, `${to}/${ulid}`);
    }
    moved.push(ulid);
  }
  await disk.syncFolder(to);
  return moved;
}
