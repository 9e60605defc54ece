// Where everything lies in the memory of a head. The kernels and the TypeScript that reads beside them both
// import this file, so that there is one truth. Everything here is a plain number: byte addresses and offsets.
//
//   0        words of the head, arguments of the kernels
//   8 KiB    tables of the checksum
//   64 KiB   directories: where the pages of series, label pairs and label names are
//   256 KiB  what each page of the memory is used for
//   1.25 MiB pages
//
// Readers on other threads see words and lists change under them. What they follow is published by atomic
// stores, in this order: content first, then the word that leads to it.

export const PAGE_BYTES = 65536;
/** One page short of 4 GiB: typed arrays end there. */
export const MEMORY_PAGES_MAX = 65535;
export const HEADER_PAGES = 20;

// The allocator.
/** First page that was never used. */
export const H_TOP = 64;
/** Pages below the top that are free, and one below which none is. */
export const H_FREE_PAGES = 68;
export const H_FIRST_FREE = 72;
/** Where full chunks are put: page, and how much of it is used. */
export const H_ARENA_PAGE = 76;
export const H_ARENA_USED = 80;
/** First page with free blocks, by size class (40 words). */
export const H_CLASSES = 256;

// Freed blocks that a reader may still look at.
export const H_LEASES = 84;
export const H_EPOCH = 88;
export const H_LIMBO_FIRST = 92;
export const H_LIMBO_LAST = 96;
export const H_LIMBO_AT = 100;
export const H_LIMBO_END = 104;
/** How many blocks are waiting. */
export const H_LIMBO_COUNT = 108;
/** Blocks lost because there was no memory left to note them. */
export const H_LIMBO_LOST = 112;

// Slots of records: above all used ones, how many are in use, and the first free one plus one.
export const H_SERIES_BOUND = 116;
export const H_SERIES_COUNT = 120;
export const H_SERIES_FREE = 124;
export const H_PAIR_BOUND = 128;
export const H_PAIR_COUNT = 132;
export const H_PAIR_FREE = 136;
export const H_NAME_BOUND = 140;
export const H_NAME_COUNT = 144;
export const H_NAME_FREE = 148;
/** Counted up when series or pairs are taken out: slots may mean something else now. */
export const H_GENERATION = 152;

// Hash tables, and the seed of their hash. The mask of tags is all ones but in tests.
export const H_KEY_TABLE = 156;
export const H_PAIR_TABLE = 160;
export const H_NAME_TABLE = 164;
export const H_TAG_MASK = 168;
export const H_SEED = 176;

// Keys: the one found last, what follows when there was none, the first alias, how many of them.
export const H_PREVIOUS = 184;
export const H_START = 188;
export const H_ALIASES = 192;
export const H_ALIAS_COUNT = 196;
/** Labels that are being taken apart. */
export const H_SCRATCH = 200;
export const H_SCRATCH_BYTES = 204;

// Samples.
export const H_MIN_MS = 208;
export const H_MAX_MS = 216;
export const H_SAMPLES = 224;
export const H_SEALED = 232;
export const H_OPEN_CHUNKS = 236;
export const H_SEALED_BYTES = 240;
/** While chunks are dropped: the oldest time of those that stay. */
export const H_KEPT_MS = 248;

/** Samples out of order. */
export const H_OUT_OF_ORDER = 416;

/** Series by the minute of their last sample: 8 counters and which minutes they are of. */
export const H_ACTIVE = 448;
export const H_ACTIVE_MINUTES = 480;
export const ACTIVE_RING = 8;
/** The current minute and the five before it. */
export const MINUTES_ACTIVE = 6;

// Arguments and results of `appendRows`.
export const A_LABELS = 512;
export const A_LABELS_FROM = 516;
export const A_LABELS_TO = 520;
export const A_FIRST_SAMPLE = 524;
export const A_TIMES = 528;
export const A_VALUES = 532;
export const A_ROWS = 536;
/** Where it is: row, sample, and the row's series or -1 while it isn't known. */
export const A_ROW = 540;
export const A_SAMPLE = 544;
export const A_SERIES = 548;
export const A_APPENDED = 552;
export const A_NEW_SERIES = 556;
export const A_EARLIEST_MS = 560;
export const A_LATEST_MS = 568;
export const A_MINUTE = 576;
export const A_ACTIVE_MAX = 580;
export const A_METRIC_MAX = 584;
export const A_LABELS_MAX = 588;
export const A_NAME_BYTES_MAX = 592;
export const A_VALUE_BYTES_MAX = 596;
/** A word for each row, and how many are filled: series whose samples are still to be published. */
export const A_TOUCHED = 600;
export const A_TOUCHED_COUNT = 604;

// What `appendRows` ends with: done, or what the caller has to see to before it goes on.
export const DONE = 0;
export const MEET_SERIES = 1;
export const ACTIVATE_SERIES = 2;
export const WRONG_TIME = 3;
export const FLUSH_LOG = 4;

// What becomes of a sample.
export const STORED = 16;
export const REPEATED = 17;
export const OUT_OF_ORDER = 18;
export const OTHER_VALUE = 19;
/** No memory is left. */
export const FULL = 20;

// Records of the log that are being built: where, how long, how much room; numbers and times that deltas are to.
export const W_SAMPLES = 640;
export const W_SAMPLES_LENGTH = 644;
export const W_SERIES = 648;
export const W_SERIES_LENGTH = 652;
export const W_NUMBER = 656;
export const W_NEXT_NUMBER = 660;
export const W_TIME_MS = 664;
export const W_MAX_TIME_MS = 672;
/** A record is closed when it is so long. */
export const RECORD_BYTES_MAX = 1048576;
/** Room behind that for the last sample or series: a request's bytes are bounded long before. */
export const SAMPLE_ROOM_BYTES = 32;

// Reading the log: the table of numbers, the place in a series record and what was found there, the floor, counts.
export const G_TABLE = 704;
export const G_AT = 708;
export const G_NUMBER = 712;
export const G_SERIES = 716;
export const G_FLOOR_MS = 720;
export const G_MAX_TIME_MS = 728;
export const G_HIGHEST_NUMBER = 736;
export const G_STORED = 740;
export const G_SKIPPED = 744;
export const G_UNKNOWN = 748;
export const G_LABELS = 752;
/** Why `replaySeries` stops: labels that aren't canonical; a series that has another number too. */
export const FOREIGN_SERIES = 32;
export const FURTHER_NUMBER = 33;

export const CRC_TABLES = 8192;
export const SERIES_PAGES = 65536;
export const PAIR_PAGES = 131072;
export const NAME_PAGES = 196608;
/** How many pages the directories have room for. */
export const SERIES_PAGES_MAX = 16384;
export const PAIR_PAGES_MAX = 16384;
export const NAME_PAGES_MAX = 16384;
export const PAGE_TABLE = 262144;

/** Records are in pages of 2^11. */
export const SLOT_SHIFT = 11;
export const SLOT_MASK = 2047;

// A series. An append touches the first 64 bytes, and writes behind the last bit of its open chunk.
export const SERIES_BYTES = 96;
/** The open chunk's block, or 0. */
export const R_OPEN = 0;
/** Bits of it that are in use; 0 when the next sample begins another one. */
export const R_BITS = 4;
export const R_LAST_MS = 8;
export const R_LAST_DELTA_MS = 16;
export const R_LAST_VALUE = 24;
/** Samples of the open chunk that readers may decode; 0 = they leave it out. */
export const R_COUNT = 32;
/** Samples in it. */
export const R_CHUNK_SAMPLES = 36;
export const R_LEADING = 38;
export const R_TRAILING = 39;
/** First time that is not of the open chunk's two hours. */
export const R_CHUNK_END_MS = 40;
/** Of its block; with LARGE_OPEN it is said in the block. */
export const R_OPEN_BYTES = 48;
/** The byte that the last bit is in, so that appending reads nothing of the chunk. */
export const R_TAIL = 50;
export const R_NUMBER = 52;
export const R_ACTIVE_MINUTE = 56;
export const R_SUCCESSOR = 60;
export const R_KEY_BYTES = 64;
/** Block of its pairs, u32 each, sorted by name. */
export const R_PAIRS = 68;
export const R_PAIR_COUNT = 72;
export const R_FIRST_SEALED = 76;
export const R_LAST_SEALED = 80;
/** The pair with the metric's name. */
export const R_METRIC = 84;
/** Chunks of samples out of order, linked as full chunks are but in no order; 0 = none. */
export const R_EXTENSION = 88;
export const R_STATE = 92;

export const UNUSED = 0;
export const USED = 1;
export const GONE = 2;

// A label pair: its label field as on the wire (`0a len 0a len name 12 len value`).
export const PAIR_BYTES = 32;
export const P_FIELD = 0;
export const P_FIELD_BYTES = 4;
export const P_NAME = 8;
/** The series that have it, see lists. */
export const P_SERIES = 12;
/** Where in the field the value begins. */
export const P_VALUE_FROM = 16;
export const P_GONE = 20;
export const P_STATE = 24;

// A label name and the list of its pairs.
export const NAME_BYTES = 32;
export const N_TEXT = 0;
export const N_TEXT_BYTES = 4;
export const N_PAIRS = 8;
export const N_GONE = 12;
export const N_STATE = 24;

// A list of numbers. Its word is 0 (empty), 2 × number + 1 (that one alone), or a block's address.
export const L_LENGTH = 0;
export const L_CAPACITY = 4;
export const L_ITEMS = 8;

// A hash table: entries of number + 1 and tag (the low half of the hash).
export const T_MASK = 0;
export const T_LIVE = 4;
export const T_USED = 8;
export const T_ENTRIES = 16;
/** Stands for a removed entry; never a number. */
export const T_REMOVED = 0xffffffff;

/** Instead of more bytes than fit: then the word of the encoding has the room for the chunk above it. */
export const LARGE_OPEN = 0xffff;
export const CAPACITY_SHIFT = 8;

// An open chunk's block: encoding, first time, then the chunk, whose own count is written when it is sealed.
export const O_ENCODING = 0;
export const O_MIN_MS = 8;
export const O_CHUNK = 16;
/** Room behind the last bit in use: 145 bits for a sample, and what writing 64 bits at once clears. */
export const O_ROOM_BYTES = 32;

// A full chunk: the one after it, length (24 bits) and encoding (8 bits), first and last time, the chunk.
export const S_NEXT = 0;
export const S_LENGTH = 4;
export const S_MIN_MS = 8;
export const S_MAX_MS = 16;
export const S_CHUNK = 24;
export const ENCODING_SHIFT = 24;

// Another encoding of a series' labels: a block of series slot, length, successor, next alias, bytes.
export const K_SERIES = 0;
export const K_BYTES = 4;
export const K_SUCCESSOR = 8;
export const K_NEXT = 12;
export const K_KEY = 16;

export const SAMPLES_PER_CHUNK_MAX = 120;
/** Prometheus' bound of a chunk, less the most that a sample can take. */
export const CHUNK_FULL_BYTES = 1005;
export const CHUNK_RANGE_MS = 7200000;
