// The disk as a parameter.
//
// Storage code never calls node:fs: it is handed a Disk, so that tests can give it one that loses
// writes that were not synced, tears them, or fails at the n-th call. Paths are absolute or relative
// to the process; a folder's entries become durable only by `syncFolder`, as POSIX has it.

/** What went wrong, told apart where callers act differently. */
export type DiskErrorCode = 'not-found' | 'exists' | 'full' | 'io' | 'denied' | 'other';

/** A failed disk operation; `cause` carries the system's own error. */
export class DiskError extends Error {
  readonly code: DiskErrorCode;
  readonly path: string;

  constructor(code: DiskErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiskError';
    this.code = code;
    this.path = path;
  }
}

export interface FileInfo {
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly isFolder: boolean;
}

/** An open file. Calls on one file must not overlap unless the method says so. */
export interface DiskFile {
  /** Fills `into` from `position`; returns how many bytes there were (fewer only at the end). */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at the end of what was written so far (or of the file it was opened on). */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything appended before the call is on stable storage. May overlap `append`. */
  sync(): Promise<void>;
  /** Cuts the file; later appends go to the new end. */
  truncate(bytes: number): Promise<void>;
  /** The length as this handle knows it. */
  size(): number;
  close(): Promise<void>;
}

/** A file opened to be read where waiting is allowed: on query and compaction threads. */
export interface SyncDiskFile {
  /** The length when it was opened. */
  readonly size: number;
  /** Fills `into` from `position`; returns how many bytes there were (fewer only at the end). */
  readSync(into: Uint8Array, position: number): number;
  closeSync(): void;
}

export interface Disk {
  /** Opens an existing file to read it synchronously. Not for the thread that accepts requests. */
  openReadSync(path: string): SyncDiskFile;
  /** Opens an existing file to read. */
  openRead(path: string): Promise<DiskFile>;
  /** Opens a file to append to; `create` demands that it is new, `existing` that it is there. */
  openAppend(path: string, mode: 'create' | 'existing'): Promise<DiskFile>;
  /** The whole file, owned by the caller. */
  readFile(path: string): Promise<Uint8Array>;
  /** Replaces the file at once or not at all, and durably: temporary file, sync, rename, folder sync. */
  replaceFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Names in a folder, sorted; an empty list when the folder is missing. */
  list(folder: string): Promise<string[]>;
  /** What a path is, or undefined when nothing is there. */
  info(path: string): Promise<FileInfo | undefined>;
  /** Makes a folder and its missing parents. */
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole folder; nothing happens when it is missing. */
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals inside a folder durable. */
  syncFolder(path: string): Promise<void>;
}
