// The columns that a kernel fills: WriteColumns whose arrays are views of a linear memory, so that another
// kernel over the same memory can take them in place (an array's byteOffset is its address there).
//
// The views cover all of their blocks and are made anew only when a block or the memory has changed; which
// part of them counts is said by seriesCount and sampleCount, as with the arrays of ColumnsBuffer.

import type { LinearMemory } from '@ampere/platform';
import type { WriteColumns, WriteExemplar, WriteHistogram } from '@ampere/series';
import { MemoryRegion } from './memory-region.ts';

const SERIES_MIN = 1024;
const SAMPLES_MIN = 1024;
const WORD_BYTES = 4;
const DOUBLE_BYTES = 8;

export class KernelColumns implements WriteColumns {
  bytes: Uint8Array = new Uint8Array(0);
  seriesCount = 0;
  labelsFrom: Uint32Array = new Uint32Array(0);
  labelsTo: Uint32Array = new Uint32Array(0);
  firstSample: Uint32Array = new Uint32Array(0);
  sampleCount = 0;
  timesMs: Float64Array = new Float64Array(0);
  valueWords: Uint32Array = new Uint32Array(0);
  startsMs: Float64Array | undefined;
  readonly histograms: WriteHistogram[] = [];
  readonly exemplars: WriteExemplar[] = [];
  /** How many fit into the blocks. */
  seriesCapacity = 0;
  samplesCapacity = 0;
  readonly #memory: LinearMemory;
  readonly #labelsFrom: MemoryRegion;
  readonly #labelsTo: MemoryRegion;
  readonly #firstSample: MemoryRegion;
  readonly #times: MemoryRegion;
  readonly #values: MemoryRegion;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#labelsFrom = new MemoryRegion(memory);
    this.#labelsTo = new MemoryRegion(memory);
    this.#firstSample = new MemoryRegion(memory);
    this.#times = new MemoryRegion(memory);
    this.#values = new MemoryRegion(memory);
  }

  /** Makes room; what the columns held is lost where they grow. Throws what the memory throws when it is full. */
  reserve(series: number, samples: number): void {
    // firstSample has one entry more than there are series.
    const seriesBytes = WORD_BYTES * (Math.max(series, SERIES_MIN - 1) + 1);
    this.#labelsFrom.reserve(seriesBytes);
    this.#labelsTo.reserve(seriesBytes);
    this.#firstSample.reserve(seriesBytes);
    // An allocation that failed may have left them unequal.
    const { capacity } = smallest(this.#labelsFrom, this.#labelsTo, this.#firstSample);
    this.seriesCapacity = capacity / WORD_BYTES - 1;
    const samplesBytes = DOUBLE_BYTES * Math.max(samples, SAMPLES_MIN);
    this.#times.reserve(samplesBytes);
    this.#values.reserve(samplesBytes);
    this.samplesCapacity = smallest(this.#times, this.#values).capacity / DOUBLE_BYTES;
  }

  get addresses(): {
    labelsFrom: number;
    labelsTo: number;
    firstSample: number;
    times: number;
    values: number;
  } {
    return {
      labelsFrom: this.#labelsFrom.address,
      labelsTo: this.#labelsTo.address,
      firstSample: this.#firstSample.address,
      times: this.#times.address,
      values: this.#values.address,
    };
  }

  /** Points the arrays at the blocks; label ranges count from `bytes`' beginning. */
  show(bytes: MemoryRegion): void {
    const { buffer } = this.#memory.memory;
    if (!isViewOf(this.bytes, buffer, bytes)) {
      this.bytes = new Uint8Array(buffer, bytes.address, bytes.capacity);
    }
    if (!isViewOf(this.labelsFrom, buffer, this.#labelsFrom)) {
      this.labelsFrom = words(buffer, this.#labelsFrom);
    }
    if (!isViewOf(this.labelsTo, buffer, this.#labelsTo)) this.labelsTo = words(buffer, this.#labelsTo);
    if (!isViewOf(this.firstSample, buffer, this.#firstSample)) {
      this.firstSample = words(buffer, this.#firstSample);
    }
    if (!isViewOf(this.timesMs, buffer, this.#times)) {
      this.timesMs = new Float64Array(buffer, this.#times.address, this.#times.capacity / DOUBLE_BYTES);
    }
    if (!isViewOf(this.valueWords, buffer, this.#values)) this.valueWords = words(buffer, this.#values);
  }

  /** Takes over what a twin has decoded; `bytes` is where the label bytes go, unless they lie there already. */
  adopt(from: WriteColumns, bytes: MemoryRegion): void {
    const { seriesCount, sampleCount } = from;
    this.reserve(seriesCount, sampleCount);
    const isInPlace =
      from.bytes.byteOffset === bytes.address && from.bytes.buffer === this.#memory.memory.buffer;
    if (!isInPlace) bytes.reserve(from.bytes.length);
    this.show(bytes);
    if (!isInPlace) this.bytes.set(from.bytes);
    this.labelsFrom.set(from.labelsFrom.subarray(0, seriesCount));
    this.labelsTo.set(from.labelsTo.subarray(0, seriesCount));
    this.firstSample.set(from.firstSample.subarray(0, seriesCount + 1));
    this.timesMs.set(from.timesMs.subarray(0, sampleCount));
    this.valueWords.set(from.valueWords.subarray(0, 2 * sampleCount));
    this.seriesCount = seriesCount;
    this.sampleCount = sampleCount;
    // The twin that made it is used once.
    this.startsMs = from.startsMs;
    this.histograms.length = 0;
    this.exemplars.length = 0;
    for (const histogram of from.histograms) this.histograms.push(histogram);
    for (const exemplar of from.exemplars) this.exemplars.push(exemplar);
  }

  /** Gives back large blocks of which the last request used little. */
  shrink(): void {
    const seriesBytes = WORD_BYTES * (this.seriesCount + 1);
    for (const region of [this.#labelsFrom, this.#labelsTo, this.#firstSample]) region.shrink(seriesBytes);
    for (const region of [this.#times, this.#values]) region.shrink(DOUBLE_BYTES * this.sampleCount);
  }

  release(): void {
    for (const region of [this.#labelsFrom, this.#labelsTo, this.#firstSample, this.#times, this.#values]) {
      region.release();
    }
  }
}

function smallest(...regions: MemoryRegion[]): MemoryRegion {
  return regions.reduce((one, other) => (other.capacity < one.capacity ? other : one));
}

function words(buffer: ArrayBufferLike, region: MemoryRegion): Uint32Array {
  return new Uint32Array(buffer, region.address, region.capacity / WORD_BYTES);
}

function isViewOf(view: ArrayBufferView, buffer: ArrayBufferLike, region: MemoryRegion): boolean {
  return view.byteOffset === region.address && view.byteLength === region.capacity && view.buffer === buffer;
}
