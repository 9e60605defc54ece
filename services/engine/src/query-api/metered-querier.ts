// A querier that counts what a query reads: bytes of chunks beyond the workspace's limit end it. It also hands the
// query's own look at its deadline down into searches, which may take long before they find anything.

import { limitMessage } from '@ampere/limits';
import { QueryError } from '@ampere/promql';
import type {
  LabelHints,
  Labels,
  Matcher,
  Querier,
  SampleColumns,
  SelectHints,
  SeriesSet,
} from '@ampere/series';

/** A query reads more bytes of chunks than it may; the text is AMP's. */
export class ByteLimitError extends QueryError {
  constructor() {
    super(limitMessage('query_bytes'));
  }
}

/** The sum over many blocks is not formed for each of many short series. */
const READS_PER_LOOK = 16;
const SAMPLES_PER_LOOK = 1_000;

/** Counts the chunk bytes that a query reads, refuses too many, and has long searches look whether they are wanted. */
export class MeteredQuerier implements Querier {
  readonly #inner: Querier;
  readonly #bytesMax: number;
  readonly #checkAlive: () => void;

  /** `bytesMax` 0 for no limit. */
  constructor(inner: Querier, bytesMax: number, checkAlive: () => void) {
    this.#inner = inner;
    this.#bytesMax = bytesMax;
    this.#checkAlive = checkAlive;
  }

  get chunkBytes(): number {
    return this.#inner.chunkBytes ?? 0;
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    const set = this.#inner.select({ ...hints, checkAlive: this.#checkAlive }, matchers);
    return this.#bytesMax === 0 ? set : new MeteredSeriesSet(set, this.#inner, this.#bytesMax);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return this.#inner.labelNames({ ...hints, checkAlive: this.#checkAlive }, matchers);
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return this.#inner.labelValues(name, { ...hints, checkAlive: this.#checkAlive }, matchers);
  }

  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    return this.#inner.series({ ...hints, checkAlive: this.#checkAlive }, matchers);
  }

  close(): void {
    this.#inner.close();
  }
}

class MeteredSeriesSet implements SeriesSet {
  readonly #set: SeriesSet;
  readonly #querier: Querier;
  readonly #bytesMax: number;
  #reads = 0;

  constructor(set: SeriesSet, querier: Querier, bytesMax: number) {
    this.#set = set;
    this.#querier = querier;
    this.#bytesMax = bytesMax;
  }

  next(): boolean {
    return this.#set.next();
  }

  labels(): Labels {
    return this.#set.labels();
  }

  read(into: SampleColumns): void {
    this.#set.read(into);
    if (++this.#reads % READS_PER_LOOK !== 0 && into.length < SAMPLES_PER_LOOK) return;
    if ((this.#querier.chunkBytes ?? 0) > this.#bytesMax) throw new ByteLimitError();
  }
}
