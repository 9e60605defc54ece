// A disk in memory that forgets and fails like a real one. For tests.
//
// 1. Every file has the content that programs see and the content that is on stable storage; `sync`
//    copies the first to the second. A folder's entries work the same way: creations, renames and
//    removals are kept in order in a journal until `syncFolder`.
// 2. `crash` takes all back that was not synced, except for a random beginning of it: some of the
//    journal, and for every file some of the unsynced bytes, possibly with nonsense at their end.
//    Handles from before the crash fail ever after.
// 3. `failures` are asked before every call. A failed append leaves a random part of its bytes behind.
//    After a failed sync, what it should have written counts as clean but never gets to storage, as on
//    Linux: a later successful sync of the same file doesn't bring it there.

import { type Disk, DiskError, type DiskErrorCode, type DiskFile, type FileInfo } from './disk.ts';
import type { Random } from './random.ts';

/** One call about to be made: its number (from 1), its name as in Disk and DiskFile, its path. */
export type DiskCall = { readonly number: number; readonly name: string; readonly path: string };

/** Which calls fail, and how. */
export type DiskFailures = (call: DiskCall) => DiskErrorCode | undefined;

const CODE_TEXTS: Record<DiskErrorCode, string> = {
  'not-found': 'ENOENT: no such file or directory',
  exists: 'EEXIST: file already exists',
  full: 'ENOSPC: no space left on device',
  io: 'EIO: i/o error',
  denied: 'EACCES: permission denied',
  other: 'EINVAL: invalid argument',
};

interface Inode {
  bytes: Uint8Array;
  length: number;
  durable: Uint8Array;
  /** Ranges that a failed sync has lost: [from, to) pairs. */
  lost: [number, number][];
}

type JournalEntry =
  | { kind: 'link'; path: string; inode: Inode }
  | { kind: 'unlink'; path: string }
  | { kind: 'rename'; from: string; to: string };

export class MemoryDisk implements Disk {
  /** Replace it to make calls fail. */
  failures: DiskFailures = () => undefined;
  readonly #random: Random;
  #files = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #journal: JournalEntry[] = [];
  readonly #folders = new Set<string>();
  #calls = 0;
  #generation = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** The power fails: see the head of this file. */
  crash(): void {
    this.#generation++;
    const kept = this.#random.integer(this.#journal.length + 1);
    for (const entry of this.#journal.slice(0, kept)) apply(this.#durable, entry);
    this.#journal = [];
    const survivors = new Map<Inode, Inode>();
    for (const [path, inode] of this.#durable) {
      let survivor = survivors.get(inode);
      if (survivor === undefined) survivors.set(inode, (survivor = this.#afterCrash(inode)));
      this.#durable.set(path, survivor);
    }
    this.#files = new Map(this.#durable);
  }

  /** The process dies and the machine lives on: all that was written stays. */
  kill(): void {
    this.#generation++;
  }

  /** Changes a byte where it lies, as a bad disk does. */
  corrupt(path: string, position: number, xor: number): void {
    const inode = this.#inode(path);
    inode.bytes[position]! ^= xor;
    if (position < inode.durable.length) inode.durable[position]! ^= xor;
  }

  #afterCrash(inode: Inode): Inode {
    const bytes = [...inode.durable];
    // Whatever of the rest happened to be written: whole, in part, or its length without its content.
    const unsynced = inode.length - bytes.length;
    if (unsynced > 0) {
      const kept = this.#random.integer(unsynced + 1);
      for (let i = 0; i < kept; i++) bytes.push(inode.bytes[bytes.length]!);
      if (this.#random.integer(4) === 0) {
        const zeroed = this.#random.integer(kept + 1);
        bytes.fill(0, bytes.length - zeroed);
      }
    }
    for (const [from, to] of inode.lost) bytes.fill(0, from, Math.min(to, bytes.length));
    const survivor = Uint8Array.from(bytes);
    return { bytes: survivor, length: survivor.length, durable: survivor.slice(), lost: [] };
  }

  async openRead(path: string): Promise<DiskFile> {
    this.check('openRead', path);
    return new MemoryFile(this, path, this.#inode(path), this.#generation);
  }

  async openAppend(path: string, mode: 'create' | 'existing'): Promise<DiskFile> {
    this.check('openAppend', path);
    if (mode === 'create') {
      if (this.#files.has(path) || this.#folders.has(path)) throw failure('exists', path);
      this.#requireFolder(path);
      const inode: Inode = { bytes: new Uint8Array(256), length: 0, durable: new Uint8Array(0), lost: [] };
      this.#change({ kind: 'link', path, inode });
    }
    return new MemoryFile(this, path, this.#inode(path), this.#generation);
  }

  async readFile(path: string): Promise<Uint8Array> {
    this.check('readFile', path);
    const inode = this.#inode(path);
    return inode.bytes.slice(0, inode.length);
  }

  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.tmp`;
    await this.remove(temporary);
    const file = await this.openAppend(temporary, 'create');
    await file.append(bytes);
    await file.sync();
    await file.close();
    await this.rename(temporary, path);
    await this.syncFolder(folderOf(path));
  }

  async list(folder: string): Promise<string[]> {
    this.check('list', folder);
    const names = new Set<string>();
    for (const path of [...this.#files.keys(), ...this.#folders]) {
      if (path.startsWith(`${folder}/`)) names.add(path.slice(folder.length + 1).split('/')[0]!);
    }
    return [...names].sort();
  }

  async info(path: string): Promise<FileInfo | undefined> {
    this.check('info', path);
    const inode = this.#files.get(path);
    if (inode !== undefined) return { bytes: inode.length, modifiedMs: 0, isFolder: false };
    return this.#folders.has(path) ? { bytes: 0, modifiedMs: 0, isFolder: true } : undefined;
  }

  /** Folders themselves survive everything: only the entries in them are simulated. */
  async makeFolder(path: string): Promise<void> {
    this.check('makeFolder', path);
    for (let folder = path; folder !== '' && folder !== '.'; folder = folderOf(folder))
      this.#folders.add(folder);
  }

  async rename(from: string, to: string): Promise<void> {
    this.check('rename', from);
    this.#inode(from);
    this.#change({ kind: 'rename', from, to });
  }

  async remove(path: string): Promise<void> {
    this.check('remove', path);
    for (const file of [...this.#files.keys()]) {
      if (file === path || file.startsWith(`${path}/`)) this.#change({ kind: 'unlink', path: file });
    }
    for (const folder of [...this.#folders]) {
      if (folder === path || folder.startsWith(`${path}/`)) this.#folders.delete(folder);
    }
  }

  async syncFolder(path: string): Promise<void> {
    this.check('syncFolder', path);
    const within = (entry: JournalEntry) =>
      folderOf(entry.kind === 'rename' ? entry.to : entry.path) === path;
    for (const entry of this.#journal.filter(within)) apply(this.#durable, entry);
    this.#journal = this.#journal.filter((entry) => !within(entry));
  }

  /** Counts a call and throws what it is to fail with. For MemoryFile too. */
  check(name: string, path: string): void {
    const code = this.failures({ number: ++this.#calls, name, path });
    if (code !== undefined) throw failure(code, path);
  }

  /** For MemoryFile: how many bytes of a failed append are left in the file. */
  tornBytes(bytes: number): number {
    return this.#random.integer(bytes + 1);
  }

  /** For MemoryFile: a handle from before a crash is dead. */
  requireGeneration(generation: number, path: string): void {
    if (generation !== this.#generation) throw failure('other', path);
  }

  #inode(path: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw failure('not-found', path);
    return inode;
  }

  #requireFolder(path: string): void {
    if (!this.#folders.has(folderOf(path))) throw failure('not-found', path);
  }

  #change(entry: JournalEntry): void {
    apply(this.#files, entry);
    this.#journal.push(entry);
  }
}

class MemoryFile implements DiskFile {
  readonly #disk: MemoryDisk;
  readonly #path: string;
  readonly #inode: Inode;
  readonly #generation: number;
  #size: number;

  constructor(disk: MemoryDisk, path: string, inode: Inode, generation: number) {
    this.#disk = disk;
    this.#path = path;
    this.#inode = inode;
    this.#generation = generation;
    this.#size = inode.length;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    this.#disk.requireGeneration(this.#generation, this.#path);
    this.#disk.check('read', this.#path);
    const found = this.#inode.bytes.subarray(position, Math.min(this.#inode.length, position + into.length));
    into.set(found);
    return found.length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    // The caller may not touch the bytes until the promise resolves: what is there then counts.
    await Promise.resolve();
    this.#disk.requireGeneration(this.#generation, this.#path);
    try {
      this.#disk.check('append', this.#path);
    } catch (error) {
      this.#write(bytes.subarray(0, this.#disk.tornBytes(bytes.length)));
      throw error;
    }
    this.#write(bytes);
    this.#size += bytes.length;
  }

  async sync(): Promise<void> {
    await Promise.resolve();
    this.#disk.requireGeneration(this.#generation, this.#path);
    const { durable, length } = this.#inode;
    try {
      this.#disk.check('sync', this.#path);
    } catch (error) {
      if (length > durable.length) this.#inode.lost.push([durable.length, length]);
      throw error;
    }
    const now = this.#inode.bytes.slice(0, length);
    for (const [from, to] of this.#inode.lost) now.fill(0, from, to);
    this.#inode.durable = now;
  }

  async truncate(bytes: number): Promise<void> {
    this.#disk.requireGeneration(this.#generation, this.#path);
    this.#disk.check('truncate', this.#path);
    this.#inode.length = bytes;
    this.#inode.durable = this.#inode.durable.slice(0, bytes);
    this.#size = bytes;
  }

  size(): number {
    return this.#size;
  }

  async close(): Promise<void> {
    this.#disk.check('close', this.#path);
  }

  #write(bytes: Uint8Array): void {
    const inode = this.#inode;
    const end = this.#size + bytes.length;
    if (end > inode.bytes.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(inode.bytes.subarray(0, inode.length));
      inode.bytes = grown;
    }
    inode.bytes.set(bytes, this.#size);
    inode.length = Math.max(inode.length, end);
  }
}

function apply(files: Map<string, Inode>, entry: JournalEntry): void {
  if (entry.kind === 'link') files.set(entry.path, entry.inode);
  else if (entry.kind === 'unlink') files.delete(entry.path);
  else {
    const inode = files.get(entry.from);
    // The file's own creation may have been lost with an earlier crash of the journal.
    if (inode === undefined) return;
    files.delete(entry.from);
    files.set(entry.to, inode);
  }
}

function failure(code: DiskErrorCode, path: string): DiskError {
  return new DiskError(code, path, `${CODE_TEXTS[code]}, '${path}'`);
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}
