// One server a data folder.
//
// The lock is SQLite's exclusive lock on an otherwise empty database, which is the operating system's
// own lock on a file: it ends with the process however that ends, so there is no stale lock to clean
// up after a crash, and no process id to be mistaken for another program's.

import { join } from 'node:path';
import Database from 'better-sqlite3';

/** The folder is in use, or can't be locked; the message says which folder and what to do. */
export class FolderLockError extends Error {
  override name = 'FolderLockError';
}

export interface FolderLock {
  release(): void;
}

/** Locks a data folder for this process. The folder must exist. */
export function lockFolder(folder: string, nativeBinding: string | undefined): FolderLock {
  const path = join(folder, 'lock');
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
    database.pragma('locking_mode = EXCLUSIVE');
    // Nothing is ever written to it, and no journal: the lock is to be had on a full disk too.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new FolderLockError(
        `the data folder ${folder} is in use by another running server; stop that one, or set AMPERE_DATA_DIR`,
      );
    }
    throw new FolderLockError(`the data folder ${folder} can't be locked: ${(error as Error).message}`);
  }
  const held = database;
  return { release: () => held.close() };
}
