// What a backup holds: every file with its length and SHA-256, in `manifest.json`, which is written last. A
// folder without one is no backup, or one that was not finished.

export const MANIFEST_FILE = 'manifest.json';
const FORMAT = 1;

export interface BackupFile {
  /** Relative to the backup's folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackupManifest {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly files: readonly BackupFile[];
}

/** A backup can't be made or brought back; the text says why. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export function formatManifest(manifest: BackupManifest): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...manifest }, null, 1)}\n`);
}

/** Throws BackupError for what isn't one. */
export function parseManifest(bytes: Uint8Array): BackupManifest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw new BackupError(`${MANIFEST_FILE} is damaged: it is not JSON`);
  }
  const { format, createdAt, files } = (value ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) {
    throw new BackupError(`${MANIFEST_FILE} has format ${format}; this program knows format ${FORMAT}`);
  }
  if (typeof createdAt !== 'string' || !Array.isArray(files) || !files.every(isFile)) {
    throw new BackupError(`${MANIFEST_FILE} is damaged`);
  }
  return { createdAt, files };
}

function isFile(value: unknown): value is BackupFile {
  const { path, bytes, sha256 } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    isInside(path) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** A path that leads nowhere but below the folder it is for. */
function isInside(path: string): boolean {
  return path !== '' && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
