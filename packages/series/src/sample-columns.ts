/**
 * Samples of one series in columns, ascending by time. Grows, never shrinks, and is reused from
 * series to series: the arrays are replaced when it grows, so take them afresh after `reserve`.
 *
 * A sample is a float unless `histograms` has something at its index; its value is then unused.
 */
export class SampleColumns<Histogram = unknown> {
  /** How many samples there are. */
  length = 0;
  /** Milliseconds since 1970. */
  timesMs: Float64Array;
  values: Float64Array;
  /** The same memory as `values`, two words a value, low word first: for stale markers. */
  words: Uint32Array;
  /** Native histograms by index, or null while there is none. */
  histograms: (Histogram | undefined)[] | null = null;

  constructor(capacity = 128) {
    this.timesMs = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.words = new Uint32Array(this.values.buffer);
  }

  /** Forgets all samples and keeps the memory. */
  clear(): void {
    this.length = 0;
    this.histograms = null;
  }

  /** Makes room for `capacity` samples in all, keeping those that are there. */
  reserve(capacity: number): void {
    if (capacity <= this.timesMs.length) return;
    const grown = Math.max(capacity, 2 * this.timesMs.length);
    const timesMs = new Float64Array(grown);
    timesMs.set(this.timesMs.subarray(0, this.length));
    const words = new Uint32Array(2 * grown);
    // Copied as words: a float copy could rewrite a stale marker.
    words.set(this.words.subarray(0, 2 * this.length));
    this.timesMs = timesMs;
    this.words = words;
    this.values = new Float64Array(words.buffer);
  }
}
