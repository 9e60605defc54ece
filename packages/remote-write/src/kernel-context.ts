// The record through which a walk of the kernel is told where its message and columns are, and tells what it
// found: one word a field. The numbers here and in assembly/context.ts are the same; the fuzz tests would
// notice if they were not.

/** How a walk ended. */
export const STATUS = {
  done: 0,
  giveUp: 1,
  seriesFull: 2,
  samplesFull: 3,
  rangesFull: 4,
  symbolsFull: 5,
  labelBytesFull: 6,
  entriesFull: 7,
} as const;

/** What a range of the message is of; 16 bytes each: kind, number of the series, from, to. */
export const RANGE = { metadata: 0, exemplar: 1, histogram: 2, bytes: 16 } as const;

/** Metadata of a 2.0 series: type as a double, then help, unit and name as numbers of symbols. */
export const ENTRY_BYTES = 24;

/** Addresses, and capacities in entries. */
export const FIELD = {
  message: 0,
  messageEnd: 1,
  labelsFrom: 2,
  labelsTo: 3,
  firstSample: 4,
  seriesCapacity: 5,
  times: 6,
  values: 7,
  samplesCapacity: 8,
  ranges: 9,
  rangesCapacity: 10,
  symbolsFrom: 11,
  symbolsTo: 12,
  lastOfName: 13,
  symbolsCapacity: 14,
  labelBytes: 15,
  labelBytesCapacity: 16,
  labelBytesMax: 17,
  entries: 18,
  entriesCapacity: 19,
  // What was found.
  seriesCount: 20,
  sampleCount: 21,
  rangeCount: 22,
  symbolCount: 23,
  entryCount: 24,
  createdCount: 25,
  clusterSamples: 26,
  replicaSeries: 27,
} as const;

export const CONTEXT_WORDS = 32;
