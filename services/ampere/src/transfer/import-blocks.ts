// Brings Prometheus blocks into a workspace.
//
// 1. Blocks are taken from the oldest on. Those whose samples the workspace has already are passed over, so that an
//    import that was cut off goes on where it was.
// 2. A block is copied beside the workspace's database (files that were copied before are not copied again), and
//    moved into it by who owns the database.

import { type Disk, DiskError } from '@ampere/platform';
import { isUlid, parseMeta } from '@ampere/tsdb';
import { copyFile } from '../backup/file-copy.ts';
import type { BlockTarget } from './block-target.ts';
import { TransferError } from './transfer-error.ts';

export interface ImportOptions {
  /** Folders of blocks. */
  readonly blocks: readonly string[];
  /** The workspace's folder. */
  readonly workspaceFolder: string;
  readonly target: BlockTarget;
  readonly disk: Disk;
  readonly onProgress: (done: number, total: number) => void;
  readonly print: (line: string) => void;
}

export interface ImportOutcome {
  imported: number;
  present: number;
  refused: number;
}

const META = 'meta.json';

/** The blocks that lie in a folder, or the folder itself when it is one. Throws TransferError when there are none. */
export async function findBlocks(disk: Disk, path: string): Promise<string[]> {
  if ((await disk.info(`${path}/${META}`)) !== undefined) return [path];
  const found = (await disk.list(path)).filter(isUlid);
  if (found.length === 0) throw new TransferError(`${path} has no block: no folder named by a ULID is in it`);
  return found.map((name) => `${path}/${name}`);
}

/** One that is refused doesn't keep the others from being taken in. Rejects with a DiskError. */
export async function importBlocks(options: ImportOptions): Promise<ImportOutcome> {
  const { disk, workspaceFolder, target, print, onProgress } = options;
  const known = await sourcesIn(disk, `${workspaceFolder}/tsdb`);
  const blocks = await Promise.all(options.blocks.map((path) => describe(disk, path)));
  blocks.sort((a, b) => a.meta.minTime - b.meta.minTime);
  const total = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  const outcome: ImportOutcome = { imported: 0, present: 0, refused: 0 };
  let done = 0;
  for (const { path, meta, files, bytes } of blocks) {
    const before = done;
    const sources = meta.compaction.sources.length > 0 ? meta.compaction.sources : [meta.ulid];
    if (sources.every((source) => known.has(source))) {
      outcome.present++;
    } else {
      const staged = `${workspaceFolder}/import/${meta.ulid}`;
      await copyBlock(disk, path, staged, files, (copied) => onProgress((done += copied), total));
      try {
        outcome[await target.take(meta.ulid)]++;
      } catch (error) {
        if (!(error instanceof TransferError)) throw error;
        outcome.refused++;
        print(`${meta.ulid} is refused: ${error.message}`);
      }
      // Gone when it was taken in.
      await disk.remove(staged);
    }
    done = before + bytes;
    onProgress(done, total);
  }
  return outcome;
}

async function describe(disk: Disk, path: string) {
  const meta = parseMeta(`${path}/${META}`, Buffer.from(await disk.readFile(`${path}/${META}`)).toString());
  const files: { name: string; bytes: number }[] = [];
  const names = [META, 'index', 'tombstones'];
  for (const name of await disk.list(`${path}/chunks`)) names.push(`chunks/${name}`);
  for (const name of names) {
    const info = await disk.info(`${path}/${name}`);
    if (info !== undefined) files.push({ name, bytes: info.bytes });
    else if (name !== 'tombstones') throw new TransferError(`${path} is no whole block: ${name} is missing`);
  }
  return { path, meta, files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function copyBlock(
  disk: Disk,
  path: string,
  staged: string,
  files: readonly { name: string; bytes: number }[],
  onBytes: (bytes: number) => void,
): Promise<void> {
  await disk.makeFolder(`${staged}/chunks`);
  for (const { name, bytes } of files) {
    const target = `${staged}/${name}`;
    const there = await disk.info(target);
    if (there?.bytes === bytes && name !== META) {
      onBytes(bytes);
      continue;
    }
    if (there !== undefined) await disk.remove(target);
    await copyFile(disk, await disk.openRead(`${path}/${name}`), target, onBytes);
  }
  await disk.syncFolder(`${staged}/chunks`);
  await disk.syncFolder(staged);
}

/** The blocks of level 1 that a database's blocks are made of. */
async function sourcesIn(disk: Disk, folder: string): Promise<Set<string>> {
  const sources = new Set<string>();
  for (const name of (await disk.list(folder)).filter(isUlid)) {
    try {
      const file = `${folder}/${name}/${META}`;
      const meta = parseMeta(file, Buffer.from(await disk.readFile(file)).toString());
      for (const source of [meta.ulid, ...meta.compaction.sources]) sources.add(source);
    } catch (error) {
      // Compacted away meanwhile: what it was made of is found again where it went, or copied in vain.
      if (!(error instanceof DiskError && error.code === 'not-found')) throw error;
    }
  }
  return sources;
}
