// Opens all files of a database that may be in use, so that together they are a state that it was in.
//
// Files of the log first, then those of the blocks. What is moved from log to block in between is in both, which
// opening the copy settles by the block's end; what is compacted or cut away after it was opened can still be read.
// When a file goes before it could be opened, all are opened afresh.

import { type Disk, DiskError, type DiskFile } from '@ampere/platform';

const WAL = 'wal';
const TRIES_MAX = 20;

/** Half-made and half-removed things, SQLite's files beside the database. */
export const PASSING = /\.tmp(-for-(creation|deletion))?$|-(wal|shm|journal)$|^\.deleted-/;

/** Open files by their path relative to the database's folder; the caller closes them. */
export async function openStorage(disk: Disk, folder: string): Promise<Map<string, DiskFile>> {
  for (let tries = 1; ; tries++) {
    const open = new Map<string, DiskFile>();
    try {
      await openFolder(disk, folder, WAL, open);
      await openFolder(disk, folder, '', open, WAL);
      return open;
    } catch (error) {
      for (const file of open.values()) await file.close();
      if (!(error instanceof DiskError && error.code === 'not-found') || tries === TRIES_MAX) throw error;
    }
  }
}

/** Rejects when a file is gone meanwhile. */
async function openFolder(
  disk: Disk,
  folder: string,
  path: string,
  into: Map<string, DiskFile>,
  leftOut?: string,
): Promise<void> {
  const names = (await disk.list(`${folder}/${path}`)).filter(
    (name) => !PASSING.test(name) && name !== leftOut,
  );
  for (const name of names) {
    const file = path === '' ? name : `${path}/${name}`;
    const info = await disk.info(`${folder}/${file}`);
    if (info === undefined) throw new DiskError('not-found', file, 'removed while it was copied');
    if (info.isFolder) await openFolder(disk, folder, file, into);
    else into.set(file, await disk.openRead(`${folder}/${file}`));
  }
  const after = await disk.list(`${folder}/${path}`);
  if (names.some((name) => !after.includes(name))) {
    throw new DiskError('not-found', path, 'changed while it was copied');
  }
}
