import type { SampleColumns, SeriesSet } from '@ampere/series';

/**
 * A series set that can be read out of turn, which lets several be joined without holding samples.
 * The sets of blocks and of the head are such.
 */
export interface StoredSeriesSet extends SeriesSet {
  /** Whether `next` goes through the series in the order of their labels. */
  readonly isSorted: boolean;
  /** A number by which the current series is known for as long as the querier is open. */
  mark(): number;
  /** As `read`, of a series that was marked. */
  readMarked(mark: number, into: SampleColumns): void;
}

export function isStored(set: SeriesSet): set is StoredSeriesSet {
  return 'readMarked' in set;
}
