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
