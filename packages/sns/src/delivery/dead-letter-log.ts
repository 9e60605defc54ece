import { RotatedLines } from '@ampere/json-lines';
import type { Disk } from '@ampere/platform';

const FILE_BYTES_MAX = 10 * 1024 * 1024;
const FILES_MAX = 5;

/** What could not be delivered, on disk before it leaves the queue. */
export class DeadLetterLog {
  readonly #disk: Disk;
  readonly #folder: string;
  #lines: Promise<RotatedLines> | undefined;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Resolves when the record is on stable storage. Rejects with DiskError. */
  async append(record: object): Promise<void> {
    this.#lines ??= this.#open();
    await (await this.#lines).appendDurably(record);
  }

  async close(): Promise<void> {
    await (await this.#lines)?.close();
  }

  async #open(): Promise<RotatedLines> {
    try {
      return await RotatedLines.open({
        folder: this.#folder,
        disk: this.#disk,
        fileBytesMax: FILE_BYTES_MAX,
        filesMax: FILES_MAX,
        // Told to who appends.
        onError: () => undefined,
      });
    } catch (error) {
      // The next record tries again.
      this.#lines = undefined;
      throw error;
    }
  }
}
