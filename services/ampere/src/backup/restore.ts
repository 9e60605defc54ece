// Brings a backup back into an empty data folder.
//
// 1. Every file of the backup is compared with the manifest before anything is written.
// 2. All of it is copied into a folder beside its place, made durable, and moved there in the end: a restore that
//    is cut off leaves no half of a data folder.

import type { Disk } from '@ampere/platform';
import { BackupError, type BackupManifest, MANIFEST_FILE, parseManifest } from './backup-manifest.ts';
import { hashFile, TreeCopy } from './file-copy.ts';

const STAGING = '.restoring';

export interface RestoreOptions {
  /** The backup's folder. */
  readonly from: string;
  /** The data folder; missing or empty. */
  readonly to: string;
  readonly disk: Disk;
  /** Told how many bytes are checked or copied of how many there are to be. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Rejects with a BackupError for a backup that is not whole or a folder that isn't empty, with a DiskError. */
export async function restoreBackup(options: RestoreOptions): Promise<BackupManifest> {
  const { from, to, disk, onProgress } = options;
  if ((await disk.info(`${from}/${MANIFEST_FILE}`)) === undefined) {
    throw new BackupError(`${from} is no finished backup: it has no ${MANIFEST_FILE}`);
  }
  const manifest = parseManifest(await disk.readFile(`${from}/${MANIFEST_FILE}`));
  const staging = `${to}/${STAGING}`;
  const there = (await disk.list(to)).filter((name) => name !== STAGING);
  if (there.length > 0) throw new BackupError(`the data folder ${to} is not empty: it has ${there[0]}`);
  // Of a restore that was cut off.
  await disk.remove(staging);

  const total = 2 * manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const count = (bytes: number): void => onProgress((done += bytes), total);
  await check(from, manifest, disk, count);
  await disk.makeFolder(staging);
  const copy = new TreeCopy(disk, count);
  for (const { path } of manifest.files) {
    await copy.add(await disk.openRead(`${from}/${path}`), `${staging}/${path}`);
  }
  await copy.sync();
  await disk.syncFolder(staging);
  for (const name of await disk.list(staging)) await disk.rename(`${staging}/${name}`, `${to}/${name}`);
  await disk.remove(staging);
  await disk.syncFolder(to);
  return manifest;
}

async function check(
  from: string,
  manifest: BackupManifest,
  disk: Disk,
  count: (bytes: number) => void,
): Promise<void> {
  for (const { path, bytes, sha256 } of manifest.files) {
    const info = await disk.info(`${from}/${path}`);
    if (info === undefined) throw new BackupError(`the backup is not whole: ${path} is missing`);
    if (info.bytes !== bytes || (await hashFile(disk, `${from}/${path}`, count)) !== sha256) {
      throw new BackupError(`the backup is damaged: ${path} is not what was backed up`);
    }
  }
}
