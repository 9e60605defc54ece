// A file that is written from its beginning to its end, gathered in memory between writes.

import type { Disk, DiskFile } from '@ampere/platform';
import { ByteBuffer } from '../wal/byte-buffer.ts';

/** Written out when so much has gathered. */
const FLUSH_BYTES = 1 << 20;

export class FileOutput {
  /** What isn't written yet; append to it, then call `drain`. */
  readonly buffer = new ByteBuffer(FLUSH_BYTES + (64 << 10));
  readonly path: string;
  readonly #file: DiskFile;
  #written = 0;
  #isOpen = true;

  private constructor(path: string, file: DiskFile) {
    this.path = path;
    this.#file = file;
  }

  static async create(disk: Disk, path: string): Promise<FileOutput> {
    return new FileOutput(path, await disk.openAppend(path, 'create'));
  }

  /** Where in the file the next byte goes. */
  get position(): number {
    return this.#written + this.buffer.length;
  }

  /** Whether `drain` should be awaited. */
  get isFull(): boolean {
    return this.buffer.length >= FLUSH_BYTES;
  }

  u32(value: number): void {
    this.buffer.reserve(4);
    this.buffer.view.setUint32(this.buffer.length, value);
    this.buffer.length += 4;
  }

  /** Zero bytes up to a multiple of `bytes`. */
  align(bytes: number): void {
    const missing = (bytes - (this.position % bytes)) % bytes;
    this.buffer.reserve(missing);
    this.buffer.bytes.fill(0, this.buffer.length, this.buffer.length + missing);
    this.buffer.length += missing;
  }

  /** Writes out what has gathered. The buffer must not be touched until it resolves. */
  async drain(): Promise<void> {
    if (this.buffer.length === 0) return;
    await this.#file.append(this.buffer.content());
    this.#written += this.buffer.length;
    this.buffer.length = 0;
  }

  /** Writes out the rest, makes all of it durable and closes. */
  async finish(): Promise<void> {
    await this.drain();
    await this.#file.sync();
    await this.abandon();
  }

  /** Closes without making anything durable; nothing happens when it is closed. */
  async abandon(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#file.close();
  }
}
