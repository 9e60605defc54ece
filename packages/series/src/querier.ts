// The reading contract between storage and query evaluation. It is synchronous: evaluation runs where
// the data can be reached without waiting (memory, mapped or positioned reads).

import type { Labels } from './labels.ts';
import type { Matcher } from './matcher.ts';
import type { SampleColumns } from './sample-columns.ts';

export interface SelectHints {
  /** First millisecond wanted, inclusive. */
  readonly startMs: number;
  /** Last millisecond wanted, inclusive. */
  readonly endMs: number;
  /** Step of the query, 0 for an instant one. A hint only: all samples in the range are returned. */
  readonly stepMs?: number;
  /** Called now and then while series are sought, at least once in some thousands; throws to end the reading. */
  readonly checkAlive?: () => void;
}

export interface LabelHints {
  readonly startMs: number;
  readonly endMs: number;
  /** Stop after so many; 0 for all. */
  readonly limit: number;
  /** As in SelectHints. */
  readonly checkAlive?: () => void;
}

/**
 * Series one after another; in no promised order, no label set twice.
 *
 *   while (set.next()) { set.labels(); set.read(columns); }
 */
export interface SeriesSet {
  /** Moves to the next series that has at least one sample in the range; false after the last. */
  next(): boolean;
  /** The current series' labels; immutable, the caller may keep them. */
  labels(): Labels;
  /**
   * Replaces `into` with the current series' samples in the hinted range, stale markers included.
   * Nothing of the set's own memory is handed out, so `into` stays valid after `next()`.
   */
  read(into: SampleColumns): void;
}

export interface Querier {
  /** Bytes of chunks that were decoded for its readers so far; left out by queriers that have no chunks. */
  readonly chunkBytes?: number;
  /** All series that every matcher takes and that have a sample in the range. */
  select(hints: SelectHints, matchers: readonly Matcher[]): SeriesSet;
  /** Label names of the series that every matcher takes, sorted. */
  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[];
  /** Values of one label over the series that every matcher takes, sorted. */
  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[];
  /** Label sets of the series that every matcher takes, unsorted. */
  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[];
  /** Ends the reading; what was held for it is freed. */
  close(): void;
}
