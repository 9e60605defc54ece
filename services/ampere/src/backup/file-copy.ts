// Copying files through the Disk, a piece at a time, with a hash of what was copied.

import { createHash } from 'node:crypto';
import type { Disk, DiskFile } from '@ampere/platform';

const PIECE_BYTES = 1 << 20;

export interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Copies what an open file holds now into a new file, durably but for the folder's entry, and closes the source.
 * What is appended meanwhile isn't copied. Rejects with a DiskError.
 */
export async function copyFile(
  disk: Disk,
  source: DiskFile,
  to: string,
  onBytes: (bytes: number) => void,
): Promise<Copied> {
  try {
    const end = source.size();
    const target = await disk.openAppend(to, 'create');
    try {
      const hash = createHash('sha256');
      const piece = new Uint8Array(PIECE_BYTES);
      for (let at = 0; at < end; ) {
        const read = await source.read(piece.subarray(0, Math.min(PIECE_BYTES, end - at)), at);
        // The log is cut when it is repaired: then there is less than there was.
        if (read === 0) break;
        const content = piece.subarray(0, read);
        hash.update(content);
        await target.append(content);
        at += read;
        onBytes(read);
      }
      await target.sync();
      return { bytes: target.size(), sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Copies files into folders that it makes when they are first needed. */
export class TreeCopy {
  /** Folders that were written into, to be synced. */
  readonly folders = new Set<string>();
  readonly #disk: Disk;
  readonly #onBytes: (bytes: number) => void;

  constructor(disk: Disk, onBytes: (bytes: number) => void) {
    this.#disk = disk;
    this.#onBytes = onBytes;
  }

  /** As `copyFile`. */
  async add(source: DiskFile, to: string): Promise<Copied> {
    const folder = to.slice(0, to.lastIndexOf('/'));
    if (!this.folders.has(folder)) await this.#disk.makeFolder(folder);
    this.folders.add(folder);
    return copyFile(this.#disk, source, to, this.#onBytes);
  }

  /** Makes the entries of all folders durable. */
  async sync(): Promise<void> {
    for (const folder of this.folders) await this.#disk.syncFolder(folder);
  }
}

/** The SHA-256 of a file in hex. Rejects with a DiskError. */
export async function hashFile(disk: Disk, path: string, onBytes: (bytes: number) => void): Promise<string> {
  const file = await disk.openRead(path);
  try {
    const hash = createHash('sha256');
    const piece = new Uint8Array(PIECE_BYTES);
    for (let at = 0; ; ) {
      const read = await file.read(piece, at);
      if (read === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, read));
      at += read;
      onBytes(read);
    }
  } finally {
    await file.close();
  }
}
