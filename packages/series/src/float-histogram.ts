/**
 * A native histogram with float counts, as storage hands it out and PromQL computes with it (Prometheus'
 * FloatHistogram). Immutable: operations make new ones.
 */
export interface FloatHistogram {
  /** -4 … 8, or -53 for custom buckets. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  /** Runs of buckets: offset from the end of the one before (the first: from index 0), length. */
  readonly positiveSpans: readonly { readonly offset: number; readonly length: number }[];
  readonly negativeSpans: readonly { readonly offset: number; readonly length: number }[];
  /** Absolute counts, one for each bucket of the spans. */
  readonly positiveBuckets: Float64Array;
  readonly negativeBuckets: Float64Array;
  /** Upper bounds when the schema is -53, without +Inf. */
  readonly customValues: Float64Array | null;
  readonly counterReset: 'unknown' | 'reset' | 'not-reset' | 'gauge';
}
