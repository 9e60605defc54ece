// The memory of a head on the thread that owns it: kernels, allocator, and the records of the log that the kernels
// build in it.

import { assert, type LinearMemory, type Random } from '@ampere/platform';
import {
  CRC_TABLES,
  H_FIRST_FREE,
  H_FREE_PAGES,
  H_MAX_MS,
  H_MIN_MS,
  H_SEED,
  H_TAG_MASK,
  H_TOP,
  HEADER_PAGES,
  MEMORY_PAGES_MAX,
  PAGE_BYTES,
  RECORD_BYTES_MAX,
  SAMPLE_ROOM_BYTES,
  W_MAX_TIME_MS,
  W_NUMBER,
  W_SAMPLES,
  W_SAMPLES_LENGTH,
  W_SERIES,
  W_SERIES_LENGTH,
  W_TIME_MS,
} from '../../assembly/layout.ts';
import { TsdbError } from '../errors.ts';
import { makeTables } from '../wal/crc32c.ts';
import { bindKernel, type Kernel } from './kernel.ts';
import { MemoryView } from './memory-view.ts';

export interface HeadMemoryOptions {
  /** How large it may become, in pages of 64 KiB; default and most: one short of 4 GiB. */
  readonly pagesMax?: number;
  /** For tests: bits of a key's hash that count, so that equal hashes come about. */
  readonly tagMask?: number;
}

export class HeadMemory implements LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly kernel: Kernel;
  readonly view: MemoryView;
  #staged = 0;
  #stagedBytes = 0;

  constructor(random: Random, options: HeadMemoryOptions = {}) {
    const { pagesMax = MEMORY_PAGES_MAX, tagMask = 0xffffffff } = options;
    this.memory = new WebAssembly.Memory({ initial: HEADER_PAGES + 1, maximum: pagesMax, shared: true });
    this.kernel = bindKernel(this.memory);
    this.view = new MemoryView(this.memory);
    const { view } = this;
    view.setWord(H_TOP, HEADER_PAGES);
    view.setWord(H_FIRST_FREE, HEADER_PAGES);
    view.setWord(H_TAG_MASK, tagMask);
    view.bytes.set(random.bytes(8), H_SEED);
    view.setFloat(H_MIN_MS, Number.POSITIVE_INFINITY);
    view.setFloat(H_MAX_MS, Number.NEGATIVE_INFINITY);
    view.setWord(W_SAMPLES, this.allocate(RECORD_BYTES_MAX + 2 * SAMPLE_ROOM_BYTES));
    view.setWord(W_SERIES, this.allocate(RECORD_BYTES_MAX));
    this.clearLog();
    makeTables(8).forEach((table, t) => {
      view.words.set(table, (CRC_TABLES >>> 2) + 256 * t);
    });
  }

  /** Goes on with a CRC-32C over bytes of this memory. */
  readonly checksum = (state: number, bytes: Uint8Array): number =>
    this.kernel.crc32c(state, bytes.byteOffset, bytes.length);

  /** Memory in use, in whole pages. */
  get bytes(): number {
    return (this.view.word(H_TOP) - this.view.word(H_FREE_PAGES)) * PAGE_BYTES;
  }

  /** Throws a TsdbError 'memory-full'. */
  allocate(bytes: number): number {
    const address = this.kernel.allocate(bytes) >>> 0;
    if (address === 0) throw memoryFull();
    this.view.reach(address + bytes);
    return address;
  }

  free(address: number, bytes: number): void {
    assert(address !== 0, 'freeing no block');
    this.kernel.free(address, bytes);
  }

  /** Memory for arguments, valid until it is asked for again. */
  stage(bytes: number): number {
    if (bytes > this.#stagedBytes) {
      const grownBytes = Math.max(4096, bytes + (bytes >>> 1));
      const grown = this.allocate(grownBytes);
      if (this.#staged !== 0) this.free(this.#staged, this.#stagedBytes);
      this.#staged = grown;
      this.#stagedBytes = grownBytes;
    }
    return this.#staged;
  }

  /** The payloads that were built since the last `clearLog`; valid until the next append. */
  seriesPayload(): Uint8Array {
    return this.#content(W_SERIES, W_SERIES_LENGTH);
  }

  samplesPayload(): Uint8Array {
    return this.#content(W_SAMPLES, W_SAMPLES_LENGTH);
  }

  get loggedMaxTimeMs(): number {
    return this.view.float(W_MAX_TIME_MS);
  }

  clearLog(): void {
    const { view } = this;
    view.setWord(W_SERIES_LENGTH, 0);
    view.setWord(W_SAMPLES_LENGTH, 0);
    view.setWord(W_NUMBER, 0);
    view.setFloat(W_TIME_MS, 0);
    view.setFloat(W_MAX_TIME_MS, Number.NEGATIVE_INFINITY);
  }

  #content(at: number, length: number): Uint8Array {
    const from = this.view.word(at);
    return this.view.bytes.subarray(from, from + this.view.word(length));
  }
}

export function memoryFull(): TsdbError {
  return new TsdbError(
    'memory-full',
    'the memory of the newest samples is full (4 GiB a workspace): nothing more is taken until older ones are in blocks',
  );
}
