// Copies a data folder, while a server works on it or not, so that a server started on the copy has every sample
// that had been acknowledged when the copying of its workspace began.
//
// 1. The control plane's database first, through SQLite's own online backup: a workspace that is created later is
//    in neither part of the copy.
// 2. Of each workspace the database, as one state that it was in (open-storage.ts).
// 3. Everything else (elected replicas, metadata, audit trail, …) is replaced whole or appended to, and is copied
//    as it is. The files with keys for clients are left out: a server writes them at its start.

import type { Clock, Disk, DiskFile } from '@ampere/platform';
import Database from 'better-sqlite3';
import { BackupError, type BackupFile, formatManifest, MANIFEST_FILE } from './backup-manifest.ts';
import { hashFile, TreeCopy } from './file-copy.ts';
import { openStorage, PASSING } from './open-storage.ts';

const DATABASE = 'control-plane.sqlite';
const WORKSPACES = 'workspaces';
const TSDB = 'tsdb';
/** Of the running server, or made anew at the start. */
const LEFT_OUT: ReadonlySet<string> = new Set(['lock', 'credentials', 'config', DATABASE, WORKSPACES]);

export interface BackupOptions {
  /** The data folder. */
  readonly from: string;
  /** A folder that isn't there yet, or is empty. */
  readonly to: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly nativeBinding: string | undefined;
  /** Told how many bytes are copied of how many that are known so far. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Makes a backup. Rejects with a BackupError or DiskError; what was copied then has no manifest. */
export async function makeBackup(options: BackupOptions): Promise<{ files: number; bytes: number }> {
  return new Backup(options).make();
}

class Backup {
  readonly #options: BackupOptions;
  readonly #files: BackupFile[] = [];
  readonly #copy: TreeCopy;
  #done = 0;
  #total = 0;

  constructor(options: BackupOptions) {
    this.#options = options;
    this.#copy = new TreeCopy(options.disk, (bytes) => this.#count(bytes));
  }

  async make(): Promise<{ files: number; bytes: number }> {
    const { disk, from, to, clock } = this.#options;
    if ((await disk.info(`${from}/${DATABASE}`)) === undefined) {
      throw new BackupError(`${from} is no data folder: it has no ${DATABASE}`);
    }
    if ((await disk.list(to)).length > 0) throw new BackupError(`${to} is not empty`);
    await disk.makeFolder(to);
    await this.#copyDatabase();
    for (const name of await disk.list(`${from}/${WORKSPACES}`)) {
      if (!PASSING.test(name)) await this.#copyWorkspace(`${WORKSPACES}/${name}`);
    }
    await this.#copyFolder('', LEFT_OUT);
    await this.#copy.sync();
    await disk.syncFolder(to);
    const createdAt = new Date(clock.nowMs()).toISOString();
    await disk.replaceFile(`${to}/${MANIFEST_FILE}`, formatManifest({ createdAt, files: this.#files }));
    return { files: this.#files.length, bytes: this.#done };
  }

  async #copyDatabase(): Promise<void> {
    const { from, to, disk, nativeBinding } = this.#options;
    const path = `${to}/${DATABASE}`;
    // SQLite gives the copy the mode of a file that is there: readable by its owner alone.
    await (await disk.openAppend(path, 'create')).close();
    const source = new Database(`${from}/${DATABASE}`, {
      readonly: true,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    });
    try {
      await source.backup(path);
    } catch (error) {
      throw new BackupError(`${from}/${DATABASE} can't be copied: ${(error as Error).message}`);
    } finally {
      source.close();
    }
    const { bytes } = (await disk.info(path))!;
    this.#total += bytes;
    const sha256 = await hashFile(disk, path, (read) => this.#count(read));
    this.#files.push({ path: DATABASE, bytes, sha256 });
  }

  async #copyWorkspace(path: string): Promise<void> {
    const { disk, from } = this.#options;
    for (const [file, handle] of await openStorage(disk, `${from}/${path}/${TSDB}`)) {
      await this.#copyOpen(`${path}/${TSDB}/${file}`, handle);
    }
    await this.#copyFolder(path, new Set([TSDB]));
  }

  /** Copies what lies below a folder; a file that goes meanwhile is left out. */
  async #copyFolder(path: string, leaveOut: ReadonlySet<string> = new Set()): Promise<void> {
    const { disk, from } = this.#options;
    const folder = path === '' ? from : `${from}/${path}`;
    for (const name of await disk.list(folder)) {
      if (PASSING.test(name) || leaveOut.has(name)) continue;
      const file = path === '' ? name : `${path}/${name}`;
      const info = await disk.info(`${from}/${file}`);
      if (info === undefined) continue;
      if (info.isFolder) await this.#copyFolder(file);
      else await this.#copyOpen(file, await disk.openRead(`${from}/${file}`));
    }
  }

  async #copyOpen(path: string, source: DiskFile): Promise<void> {
    this.#total += source.size();
    const { bytes, sha256 } = await this.#copy.add(source, `${this.#options.to}/${path}`);
    this.#files.push({ path, bytes, sha256 });
  }

  #count(bytes: number): void {
    this.#done += bytes;
    this.#options.onProgress(this.#done, this.#total);
  }
}
