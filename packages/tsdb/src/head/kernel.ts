// The kernels of the head (assembly/), bound to one memory.

import { KERNEL_WASM } from '../kernel.wasm.ts';

/** What assembly/index.ts exports. Addresses and series numbers come back signed where TypeScript must not mind. */
export interface Kernel {
  allocate(bytes: number): number;
  capacityOf(bytes: number): number;
  free(address: number, bytes: number): void;
  /** Gives back what was freed before an epoch, so many blocks at most; returns how many wait. */
  reclaim(beforeEpoch: number, most: number): number;
  /** The tag of a run of bytes. */
  tagOf(from: number, bytes: number): number;
  /** Goes on with a CRC-32C from the state before its final inversion. */
  crc32c(state: number, from: number, bytes: number): number;
  findKey(from: number, to: number): number;
  addAlias(series: number, from: number, to: number): void;
  makeSeries(from: number, to: number, number: number): number;
  findOrMakeSeries(from: number, to: number, number: number): number;
  appendRows(): number;
  /** While the log is read: the series with a number of its, or -1. */
  seriesOf(number: number): number;
  /** Gives a block back when nobody reads it any more. */
  releaseBlock(address: number, bytes: number): void;
  sealOpen(series: number): number;
  setOpen(series: number, open: number, bytes: number): void;
  /** Of a record's address. */
  touch(record: number, minute: number): void;
  /** Has readers see what `appendRows` has stored. */
  publishRows(): void;
  appendOne(series: number, timeMs: number, low: number, high: number): number;
  /** As `appendRows` logs a sample. */
  logOne(number: number, timeMs: number, low: number, high: number): void;
  logSeries(number: number, from: number, to: number): void;
  replaySeries(to: number): number;
  noteNumber(number: number, series: number): number;
  replaySamples(from: number, to: number): number;
  endReplay(): void;
  dropChunks(beforeMs: number, from: number, to: number): number;
  takeOutEmpty(): number;
  activeCount(minute: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** One module serves all memories of a thread. */
export function bindKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(KERNEL_WASM);
  return new WebAssembly.Instance(compiled, { env: { memory, abort: aborted } }).exports as unknown as Kernel;
}

/** The kernels are compiled without checks that end here. */
function aborted(): never {
  throw new Error('BUG: a kernel was aborted');
}
