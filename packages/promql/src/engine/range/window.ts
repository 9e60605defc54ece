/**
 * One step's window over a range vector's series, moved from step to step, and what a kernel may
 * need besides the samples. One object serves a whole range function; kernels must not keep it.
 *
 *     times   … ·  ·  · | ·  ·  ·  ·  · | ·  …
 *                startMs  from …  to-1   endMs      window (startMs, endMs]
 */
export class Window {
  readonly rangeMs: number;
  /** Indices of the samples inside: from inclusive, to exclusive. */
  from = 0;
  to = 0;
  startMs = 0;
  endMs = 0;
  /** The step's own time, which `@` and `offset` don't move. */
  evaluationMs = 0;
  /** Scalar arguments at this step. */
  parameter = 0;
  secondParameter = 0;
  /** Indices of samples that are lower than their predecessor, for counters; `dropCount` of them. */
  drops = new Uint32Array(16);
  dropCount = 0;
  /** The first drop that may lie in this window or a later one. */
  nextDrop = 0;
  scratch = new Float64Array(64);

  constructor(rangeMs: number) {
    this.rangeMs = rangeMs;
  }

  /** Back to the start of another series. */
  reset(): void {
    this.from = 0;
    this.to = 0;
    this.nextDrop = 0;
    this.dropCount = 0;
  }

  /** Moves to the window that ends at `endMs`, which must not go back in time. */
  advance(timesMs: Float64Array, length: number, endMs: number): void {
    const startMs = endMs - this.rangeMs;
    let { from, to } = this;
    while (to < length && timesMs[to]! <= endMs) to++;
    while (from < to && timesMs[from]! <= startMs) from++;
    this.from = from;
    this.to = to;
    this.startMs = startMs;
    this.endMs = endMs;
  }

  /** Notes where a counter series drops, once for all windows. */
  findDrops(values: Float64Array, length: number): void {
    let count = 0;
    for (let i = 1; i < length; i++) {
      if (!(values[i]! < values[i - 1]!)) continue;
      if (count === this.drops.length) {
        const grown = new Uint32Array(2 * count);
        grown.set(this.drops);
        this.drops = grown;
      }
      this.drops[count++] = i;
    }
    this.dropCount = count;
  }

  /** At least `length` numbers to work with. */
  room(length: number): Float64Array {
    if (this.scratch.length < length) this.scratch = new Float64Array(2 * length);
    return this.scratch;
  }
}
