// One process at a time: a lock file with the holder's pid and start mark.
//
// 1. The file is made with "must be new". When it is there, its holder is looked up: it counts as alive
//    only when a process with that pid runs and began when the lock says, so that a pid that was given
//    to another process after a crash or in a new container doesn't keep the folder closed.
// 2. A lock whose holder is gone is removed, and the file made anew. So is one of our own process when
//    the caller vouches that it has the folder open nowhere else: threads die alone.
//
// Two processes that find the same dead lock at the same instant could both take it: the lock guards
// against a second server by mistake, not against an adversary.

import { type Disk, DiskError, type DiskFile } from '@ampere/platform';
import { TsdbError } from './errors.ts';
import type { TsdbEvent } from './options.ts';

export interface ProcessProbe {
  /** Our own process. */
  readonly pid: number;
  /** What tells a process from others that had or will have its pid, '' when the system doesn't say; undefined when no such process runs. */
  startMark(pid: number): Promise<string | undefined>;
}

/** The machine's processes. Start marks are there on Linux: boot id and start time from /proc. */
export class SystemProcesses implements ProcessProbe {
  readonly pid = process.pid;
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async startMark(pid: number): Promise<string | undefined> {
    try {
      process.kill(pid, 0);
    } catch (error) {
      // EPERM: it runs, as another user.
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
    }
    try {
      const boot = text(await this.#disk.readFile('/proc/sys/kernel/random/boot_id')).trim();
      const stat = text(await this.#disk.readFile(`/proc/${pid}/stat`));
      // Field 22; the second one, the name in parentheses, may contain anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return `${boot}/${fields[19] ?? ''}`;
    } catch (error) {
      if (error instanceof DiskError) return '';
      throw error;
    }
  }
}

/** A held lock. */
export class FolderLock {
  readonly #disk: Disk;
  readonly #path: string;

  private constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** Throws a TsdbError 'locked' that names the holder. On a full disk it goes on without a lock, and says so. */
  static async acquire(
    folder: string,
    disk: Disk,
    processes: ProcessProbe,
    log: (event: TsdbEvent) => void,
    isOnlyOwnerInProcess = false,
  ): Promise<FolderLock> {
    const path = `${folder}/lock`;
    const mark = (await processes.startMark(processes.pid)) ?? '';
    try {
      const file =
        (await create(disk, path)) ?? (await takeOver(disk, path, processes, log, isOnlyOwnerInProcess));
      await writeHolder(file, `${processes.pid}\n${mark}\n`);
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'full')) throw error;
      log({ level: 'warn', message: 'the disk is full: going on without a lock file', fields: { path } });
    }
    return new FolderLock(disk, path);
  }

  async release(): Promise<void> {
    await this.#disk.remove(this.#path);
  }
}

async function create(disk: Disk, path: string): Promise<DiskFile | undefined> {
  try {
    return await disk.openAppend(path, 'create');
  } catch (error) {
    if (error instanceof DiskError && error.code === 'exists') return undefined;
    throw error;
  }
}

async function takeOver(
  disk: Disk,
  path: string,
  processes: ProcessProbe,
  log: (event: TsdbEvent) => void,
  isOnlyOwnerInProcess: boolean,
): Promise<DiskFile> {
  const [pidText = '', mark = ''] = text(await disk.readFile(path)).split('\n');
  const pid = /^\d+$/.test(pidText) ? Number(pidText) : undefined;
  // A lock of our own that our caller knows nothing of was left by a thread of ours that died.
  const isLeftover = pid === undefined || (isOnlyOwnerInProcess && pid === processes.pid);
  const running = isLeftover ? undefined : await processes.startMark(pid);
  if (running !== undefined && (running === mark || running === '' || mark === '')) {
    throw new TsdbError(
      'locked',
      `${path}: process ${pid} has this folder open; stop it first, or give this server another data folder`,
    );
  }
  log({
    level: 'warn',
    message: 'took over the lock of an owner that is gone',
    fields: { path, pid: pidText },
  });
  await disk.remove(path);
  const file = await create(disk, path);
  if (file === undefined) throw new TsdbError('locked', `${path}: another process took this folder just now`);
  return file;
}

async function writeHolder(file: DiskFile, holder: string): Promise<void> {
  try {
    await file.append(new TextEncoder().encode(holder));
  } finally {
    await file.close();
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
