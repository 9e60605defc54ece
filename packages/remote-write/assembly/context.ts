// The record through which src/kernel-context.ts tells a walk where its message and columns are, and is told
// what was found: one word a field, numbered here and there alike.

/** How a walk ended. Of a column that is full there is a bigger one next time, and the walk begins again. */
export const DONE: u32 = 0;
/** Broken, or spelled in a way that no sender is known to: the twin decides. */
export const GIVE_UP: u32 = 1;
export const SERIES_FULL: u32 = 2;
export const SAMPLES_FULL: u32 = 3;
export const RANGES_FULL: u32 = 4;
export const SYMBOLS_FULL: u32 = 5;
export const LABEL_BYTES_FULL: u32 = 6;
export const ENTRIES_FULL: u32 = 7;

// What a range is of: bytes of the message that are left to TypeScript.
export const METADATA_RANGE: u32 = 0;
export const EXEMPLAR_RANGE: u32 = 1;
export const HISTOGRAM_RANGE: u32 = 2;
export const RANGE_BYTES: u32 = 16;

// Field numbers, times the four bytes of a word. Addresses, and capacities in entries.
export const MESSAGE: usize = 0 << 2;
export const MESSAGE_END: usize = 1 << 2;
export const LABELS_FROM: usize = 2 << 2;
export const LABELS_TO: usize = 3 << 2;
export const FIRST_SAMPLE: usize = 4 << 2;
export const SERIES_CAPACITY: usize = 5 << 2;
export const TIMES: usize = 6 << 2;
export const VALUES: usize = 7 << 2;
export const SAMPLES_CAPACITY: usize = 8 << 2;
export const RANGES: usize = 9 << 2;
export const RANGES_CAPACITY: usize = 10 << 2;
export const SYMBOLS_FROM: usize = 11 << 2;
export const SYMBOLS_TO: usize = 12 << 2;
export const LAST_OF_NAME: usize = 13 << 2;
export const SYMBOLS_CAPACITY: usize = 14 << 2;
export const LABEL_BYTES: usize = 15 << 2;
export const LABEL_BYTES_CAPACITY: usize = 16 << 2;
export const LABEL_BYTES_MAX: usize = 17 << 2;
export const ENTRIES: usize = 18 << 2;
export const ENTRIES_CAPACITY: usize = 19 << 2;

// What was found.
export const SERIES_COUNT: usize = 20 << 2;
export const SAMPLE_COUNT: usize = 21 << 2;
export const RANGE_COUNT: usize = 22 << 2;
export const SYMBOL_COUNT: usize = 23 << 2;
export const ENTRY_COUNT: usize = 24 << 2;
export const CREATED_COUNT: usize = 25 << 2;
/** Samples of series with a label `cluster`. */
export const CLUSTER_SAMPLES: usize = 26 << 2;
/** Series with a label `__replica__`. */
export const REPLICA_SERIES: usize = 27 << 2;
