// The machine's file system behind the Disk interface.
//
// Every failure becomes a DiskError with a code that callers can act on. An append that fails half-way
// doesn't move the end of the file as this handle knows it, so the next one overwrites what it left.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Disk,
  DiskError,
  type DiskErrorCode,
  type DiskFile,
  type FileInfo,
  type SyncDiskFile,
} from './disk.ts';

/** The machine's file system through node:fs. */
export class NodeDisk implements Disk {
  openReadSync(path: string): SyncDiskFile {
    return translateSync(path, () => {
      const descriptor = openSync(path, 'r');
      return new NodeSyncFile(path, descriptor, fstatSync(descriptor).size);
    });
  }

  async openRead(path: string): Promise<DiskFile> {
    return translate(path, async () => {
      const handle = await open(path, 'r');
      return new NodeFile(path, handle, (await handle.stat()).size);
    });
  }

  async openAppend(path: string, mode: 'create' | 'existing'): Promise<DiskFile> {
    const { O_RDWR, O_CREAT, O_EXCL } = constants;
    return translate(path, async () => {
      const handle = await open(path, mode === 'create' ? O_RDWR | O_CREAT | O_EXCL : O_RDWR, 0o600);
      return new NodeFile(path, handle, (await handle.stat()).size);
    });
  }

  async readFile(path: string): Promise<Uint8Array> {
    return translate(path, () => readFile(path));
  }

  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.tmp`;
    await translate(path, async () => {
      const handle = await open(temporary, 'w', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    });
    await this.syncFolder(dirname(path));
  }

  async list(folder: string): Promise<string[]> {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      if (codeOf(error) === 'not-found') return [];
      throw wrap(folder, error);
    }
  }

  async info(path: string): Promise<FileInfo | undefined> {
    try {
      const found = await stat(path);
      return { bytes: found.size, modifiedMs: found.mtimeMs, isFolder: found.isDirectory() };
    } catch (error) {
      if (codeOf(error) === 'not-found') return undefined;
      throw wrap(path, error);
    }
  }

  async makeFolder(path: string): Promise<void> {
    await translate(path, () => mkdir(path, { recursive: true, mode: 0o700 }));
  }

  async rename(from: string, to: string): Promise<void> {
    await translate(from, () => rename(from, to));
  }

  async remove(path: string): Promise<void> {
    await translate(path, () => rm(path, { recursive: true, force: true }));
  }

  async syncFolder(path: string): Promise<void> {
    await translate(path, async () => {
      const handle = await open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }
}

class NodeFile implements DiskFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #size: number;

  constructor(path: string, handle: FileHandle, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return translate(this.#path, async () => {
      let filled = 0;
      while (filled < into.length) {
        const { bytesRead } = await this.#handle.read(into, filled, into.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    });
  }

  async append(bytes: Uint8Array): Promise<void> {
    await translate(this.#path, async () => {
      let written = 0;
      while (written < bytes.length) {
        const result = await this.#handle.write(bytes, written, bytes.length - written, this.#size + written);
        written += result.bytesWritten;
      }
      // Only a complete append moves the end, so that a failed one is overwritten by the next.
      this.#size += bytes.length;
    });
  }

  async sync(): Promise<void> {
    await translate(this.#path, () => this.#handle.datasync());
  }

  async truncate(bytes: number): Promise<void> {
    await translate(this.#path, () => this.#handle.truncate(bytes));
    this.#size = bytes;
  }

  size(): number {
    return this.#size;
  }

  async close(): Promise<void> {
    await translate(this.#path, () => this.#handle.close());
  }
}

class NodeSyncFile implements SyncDiskFile {
  readonly size: number;
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number, size: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.size = size;
  }

  readSync(into: Uint8Array, position: number): number {
    return translateSync(this.#path, () => {
      let filled = 0;
      while (filled < into.length) {
        const bytes = readSync(this.#descriptor, into, filled, into.length - filled, position + filled);
        if (bytes === 0) break;
        filled += bytes;
      }
      return filled;
    });
  }

  closeSync(): void {
    translateSync(this.#path, () => closeSync(this.#descriptor));
  }
}

const CODES: Record<string, DiskErrorCode> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EEXIST: 'exists',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EIO: 'io',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
};

function codeOf(error: unknown): DiskErrorCode {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return CODES[code] ?? 'other';
}

function wrap(path: string, error: unknown): DiskError {
  const message = error instanceof Error ? error.message : String(error);
  return new DiskError(codeOf(error), path, message, { cause: error });
}

async function translate<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw error instanceof DiskError ? error : wrap(path, error);
  }
}

function translateSync<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw error instanceof DiskError ? error : wrap(path, error);
  }
}
