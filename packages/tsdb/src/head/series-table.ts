// What is known of each series, one column a field.
//
// A series is a number from 0 on. Numbers follow the order in which series came, and change only when
// those that are gone are taken out (`renumber`).

import { grow, XorStates } from '../chunk/xor-encode.ts';
import { GONE } from '../index/label-index.ts';
import { NO_CHUNK } from './sealed-chunks.ts';

export class SeriesTable {
  count = 0;
  /** The open chunk: where it is (0 = no memory yet), how much room it has, its first time. */
  readonly open = new XorStates();
  openAddress = new Uint32Array(0);
  openCapacity = new Uint16Array(0);
  openMinMs = new Float64Array(0);
  /** The list of full chunks. */
  firstSealed = new Uint32Array(0);
  lastSealed = new Uint32Array(0);
  /** Number in the log. */
  walNumber = new Uint32Array(0);
  /** The canonical label set's bytes. */
  keyAddress = new Uint32Array(0);
  keyBytes = new Uint32Array(0);
  /** The label pairs, sorted by name: u32 each. */
  pairsAddress = new Uint32Array(0);
  pairs = new Uint32Array(0);
  /** The pair with the metric's name. */
  metric = new Uint32Array(0);
  /** Minute of the last append on the monotonic clock, from 1 on; 0 = never. */
  activeMinute = new Uint32Array(0);

  /** Adds a series without samples; its columns are zero but for a time before all others. */
  add(): number {
    if (this.count === this.openAddress.length) this.#reserve(Math.max(64, 2 * this.count));
    const series = this.count++;
    this.open.bits[series] = 0;
    this.open.lastMs[series] = Number.NEGATIVE_INFINITY;
    this.openAddress[series] = 0;
    this.openCapacity[series] = 0;
    this.firstSealed[series] = NO_CHUNK;
    this.lastSealed[series] = NO_CHUNK;
    this.activeMinute[series] = 0;
    return series;
  }

  /** Whether a series has a sample in memory. */
  hasSamples(series: number): boolean {
    return this.open.bits[series] !== 0 || this.firstSealed[series] !== NO_CHUNK;
  }

  /** Moves every series to its number in `map`, which keeps their order; GONE ones are overwritten. */
  renumber(map: Uint32Array): void {
    let count = 0;
    for (let from = 0; from < this.count; from++) {
      const to = map[from]!;
      if (to === GONE) continue;
      count++;
      if (to === from) continue;
      this.open.move(from, to);
      this.openAddress[to] = this.openAddress[from]!;
      this.openCapacity[to] = this.openCapacity[from]!;
      this.openMinMs[to] = this.openMinMs[from]!;
      this.firstSealed[to] = this.firstSealed[from]!;
      this.lastSealed[to] = this.lastSealed[from]!;
      this.walNumber[to] = this.walNumber[from]!;
      this.keyAddress[to] = this.keyAddress[from]!;
      this.keyBytes[to] = this.keyBytes[from]!;
      this.pairsAddress[to] = this.pairsAddress[from]!;
      this.pairs[to] = this.pairs[from]!;
      this.metric[to] = this.metric[from]!;
      this.activeMinute[to] = this.activeMinute[from]!;
    }
    this.count = count;
  }

  #reserve(capacity: number): void {
    this.open.reserve(capacity);
    this.openAddress = grow(this.openAddress, new Uint32Array(capacity));
    this.openCapacity = grow(this.openCapacity, new Uint16Array(capacity));
    this.openMinMs = grow(this.openMinMs, new Float64Array(capacity));
    this.firstSealed = grow(this.firstSealed, new Uint32Array(capacity));
    this.lastSealed = grow(this.lastSealed, new Uint32Array(capacity));
    this.walNumber = grow(this.walNumber, new Uint32Array(capacity));
    this.keyAddress = grow(this.keyAddress, new Uint32Array(capacity));
    this.keyBytes = grow(this.keyBytes, new Uint32Array(capacity));
    this.pairsAddress = grow(this.pairsAddress, new Uint32Array(capacity));
    this.pairs = grow(this.pairs, new Uint32Array(capacity));
    this.metric = grow(this.metric, new Uint32Array(capacity));
    this.activeMinute = grow(this.activeMinute, new Uint32Array(capacity));
  }
}
