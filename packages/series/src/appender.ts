// The writing contract between protocols (remote write, rules, import) and storage.

import type { FloatHistogram } from './float-histogram.ts';
import type { Labels } from './labels.ts';

/**
 * One write request in columns. Belongs to whoever made it and is valid until that one decodes the
 * next: storage copies what it keeps.
 *
 * Series i has the labels in `bytes[labelsFrom[i], labelsTo[i])` and the samples
 * `firstSample[i] … firstSample[i + 1] - 1`. Labels are kept as they came, as a run of protobuf
 * fields (tag 0x0a, length, then inside 0x0a name 0x12 value), because a series that is known is
 * found by these bytes alone.
 */
export interface WriteColumns {
  readonly bytes: Uint8Array;
  readonly seriesCount: number;
  readonly labelsFrom: Uint32Array;
  readonly labelsTo: Uint32Array;
  /** One more entry than there are series. */
  readonly firstSample: Uint32Array;
  readonly sampleCount: number;
  /** Milliseconds since 1970. */
  readonly timesMs: Float64Array;
  /** Bits of the values, two words each, low word first; never read as floats on the way, for the sake of stale markers. */
  readonly valueWords: Uint32Array;
  /**
   * When the counter of each float sample began, in milliseconds since 1970, 0 where that isn't said. Storage puts a
   * zero there when nothing of the series is newer. Absent when there is none.
   */
  readonly startsMs?: Float64Array | undefined;
  /** Native histogram samples, ascending by series; stored after the floats of their series. */
  readonly histograms: readonly WriteHistogram[];
  /** Ascending by series. */
  readonly exemplars: readonly WriteExemplar[];
}

/** A native histogram sample of one series of a request. */
export interface WriteHistogram {
  /** Index of the series in the request. */
  readonly series: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Counts of integer histograms are whole numbers. */
  readonly histogram: FloatHistogram;
  /** How it came, and is kept in chunks. */
  readonly kind: 'integer' | 'float';
  /** A stale marker, as the bits of its sum have it: nothing else of the histogram counts. */
  readonly isStale: boolean;
  /** As `startsMs` of float samples. */
  readonly startMs?: number | undefined;
}

/** An exemplar of one series of a request. */
export interface WriteExemplar {
  /** Index of the series in the request. */
  readonly series: number;
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** Why a sample was not stored. The names are the `reason` label of the discard metric. */
export type RefusalReason =
  | 'missing_metric_name'
  | 'metric_name_invalid'
  | 'label_invalid'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'max_label_names_per_series'
  | 'duplicate_label_names'
  | 'labels_not_sorted'
  | 'per_user_series_limit'
  | 'per_metric_series_limit'
  | 'per_labelset_series_limit'
  | 'sample_out_of_order'
  | 'new_value_for_timestamp'
  | 'sample_too_old'
  | 'sample_too_far_in_future'
  | 'native_histogram_invalid'
  | 'exemplar_labels_too_long'
  | 'exemplar_out_of_order'
  | 'exemplar_series_unknown'
  | 'too_many_ha_clusters';

export interface Refusal {
  readonly reason: RefusalReason;
  /** How many samples (or exemplars, as the reason has it) of the request were refused for this reason. */
  samples: number;
  /** What to tell the client, naming one example series. */
  readonly message: string;
  /** That series as `name{label="value"}`; empty when there is none to name. */
  readonly example: string;
}

export interface AppendOutcome {
  /** Float samples that were stored, or were there already with the same value. */
  appended: number;
  /** Native histogram samples of which that is so. */
  histograms: number;
  /** Exemplars of which that is so. */
  exemplars: number;
  newSeries: number;
  /** One entry a reason. */
  readonly refusals: Refusal[];
}

/** The single writer of one workspace's storage. */
export interface Appender {
  /**
   * Stores what is good in a request and says what was refused and why. Readers may see the samples
   * at once; they are durable when a later `commit` resolves.
   */
  append(columns: WriteColumns): AppendOutcome;
  /** Resolves when everything appended before the call is durable as the WAL's policy has it. */
  commit(): Promise<void>;
}
