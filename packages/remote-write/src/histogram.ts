// A native histogram message of either version of the protocol as the histogram that storage takes.
//
// 1. One walk over the fields gathers spans and numbers; what is given twice has its last value, repeated
//    fields may come packed or one by one, in as many pieces as they like.
// 2. Of an integer histogram the buckets are sent as differences between neighbours: they are added up to
//    counts. Which of the two kinds it is, the count's field tells; without a count it is an integer one.
//
// Whether the histogram makes sense (spans that fit the buckets, counts that add up) is not asked here:
// storage does, and refuses it alone. A stale marker is known by the bits of the sum.

import { type FloatHistogram, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { DELIMITED, FIXED64, VARINT, WireReader } from './wire-reader.ts';

/** A decoded Histogram message. */
export interface DecodedHistogram {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly histogram: FloatHistogram;
  readonly kind: 'integer' | 'float';
  /** The series has ended: nothing else of the histogram counts. */
  readonly isStale: boolean;
  /** When its counter began, in milliseconds since 1970; 0 when it isn't said. */
  readonly startMs: number;
}

interface Span {
  offset: number;
  length: number;
}

const FIELDS = [
  '',
  'count_int',
  'count_float',
  'sum',
  'schema',
  'zero_threshold',
  'zero_count_int',
  'zero_count_float',
  'negative_spans',
  'negative_deltas',
  'negative_counts',
  'positive_spans',
  'positive_deltas',
  'positive_counts',
  'reset_hint',
  'timestamp',
  'custom_values',
  'start_timestamp',
];
const START_TIMESTAMP = 17;
const RESET_HINTS = ['unknown', 'reset', 'not-reset', 'gauge'] as const;

const shared = new WireReader();

/**
 * Reads the content of a Histogram message at [from, to) of a body. 1.0 and 2.0 have the same fields, but
 * for the start timestamp, which is none of 1.0.
 * @throws DecodeError with the offset in `bytes`
 */
export function decodeHistogram(
  bytes: Uint8Array,
  from: number,
  to: number,
  version: 1 | 2,
): DecodedHistogram {
  const reader = shared;
  reader.bytes = bytes;
  reader.at = from;
  const fields = new HistogramFields(reader, version);
  while (reader.at < to) fields.read(to);
  return fields.finish();
}

class HistogramFields {
  readonly #reader: WireReader;
  readonly #fieldMax: number;
  #isFloat = false;
  #count = 0;
  #isZeroFloat = false;
  #zeroCount = 0;
  #sum = 0;
  #isStale = false;
  #schema = 0;
  #zeroThreshold = 0;
  readonly #negativeSpans: Span[] = [];
  readonly #negativeDeltas: number[] = [];
  readonly #negativeCounts: number[] = [];
  readonly #positiveSpans: Span[] = [];
  readonly #positiveDeltas: number[] = [];
  readonly #positiveCounts: number[] = [];
  readonly #customValues: number[] = [];
  #hint = 0;
  #timeMs = 0;
  #startMs = 0;

  constructor(reader: WireReader, version: 1 | 2) {
    this.#reader = reader;
    this.#fieldMax = version === 2 ? START_TIMESTAMP : START_TIMESTAMP - 1;
  }

  read(end: number): void {
    const reader = this.#reader;
    const tagAt = reader.at;
    const tag = reader.tag(end, 'Histogram');
    const field = tag >>> 3;
    if (field > this.#fieldMax) {
      reader.skip(tag, end, 'Histogram');
      return;
    }
    const name = FIELDS[field]!;
    const wire = tag & 7;
    const packed = packedOf(field);
    if (packed !== undefined && wire === DELIMITED) {
      const packedEnd = reader.contentEnd(end, `Histogram.${name}`);
      while (reader.at < packedEnd) this.#repeated(field, name, packedEnd);
    } else if (wire === (packed ?? wireOf(field))) {
      if (packed !== undefined) this.#repeated(field, name, end);
      else this.#single(field, name, end);
    } else {
      throw reader.malformed(tagAt, `Histogram.${name}`, `unexpected wire type ${wire}`);
    }
  }

  finish(): DecodedHistogram {
    const isFloat = this.#isFloat;
    const customValues = this.#customValues;
    return {
      timeMs: this.#timeMs,
      kind: isFloat ? 'float' : 'integer',
      isStale: this.#isStale,
      startMs: this.#startMs,
      histogram: {
        schema: this.#schema,
        zeroThreshold: this.#zeroThreshold,
        zeroCount: this.#isZeroFloat === isFloat ? this.#zeroCount : 0,
        count: this.#count,
        sum: this.#sum,
        positiveSpans: this.#positiveSpans,
        negativeSpans: this.#negativeSpans,
        positiveBuckets: isFloat ? Float64Array.from(this.#positiveCounts) : countsOf(this.#positiveDeltas),
        negativeBuckets: isFloat ? Float64Array.from(this.#negativeCounts) : countsOf(this.#negativeDeltas),
        customValues: customValues.length === 0 ? null : Float64Array.from(customValues),
        counterReset: RESET_HINTS[this.#hint] ?? 'unknown',
      },
    };
  }

  #single(field: number, name: string, end: number): void {
    const reader = this.#reader;
    const text = `Histogram.${name}`;
    switch (field) {
      case 1:
        this.#isFloat = false;
        this.#count = reader.uint64(end, text);
        return;
      case 2:
        this.#isFloat = true;
        this.#count = reader.double(end, text);
        return;
      case 3:
        this.#isStale = reader.word(end, 4) === STALE_HIGH_WORD && reader.word(end, 0) === STALE_LOW_WORD;
        this.#sum = reader.double(end, text);
        return;
      case 4:
        this.#schema = reader.sint32(end, text);
        return;
      case 5:
        this.#zeroThreshold = reader.double(end, text);
        return;
      case 6:
        this.#isZeroFloat = false;
        this.#zeroCount = reader.uint64(end, text);
        return;
      case 7:
        this.#isZeroFloat = true;
        this.#zeroCount = reader.double(end, text);
        return;
      case 8:
        this.#negativeSpans.push(readSpan(reader, reader.contentEnd(end, text)));
        return;
      case 11:
        this.#positiveSpans.push(readSpan(reader, reader.contentEnd(end, text)));
        return;
      case 14:
        this.#hint = reader.int64(end, text);
        return;
      case 15:
        this.#timeMs = reader.int64(end, text);
        return;
      default:
        this.#startMs = reader.int64(end, text);
    }
  }

  #repeated(field: number, name: string, end: number): void {
    const reader = this.#reader;
    const text = `Histogram.${name}`;
    if (field === 9) this.#negativeDeltas.push(reader.sint64(end, text));
    else if (field === 12) this.#positiveDeltas.push(reader.sint64(end, text));
    else if (field === 10) this.#negativeCounts.push(reader.double(end, text));
    else if (field === 13) this.#positiveCounts.push(reader.double(end, text));
    else this.#customValues.push(reader.double(end, text));
  }
}

/** The wire type of a repeated field's items, undefined for one that isn't packed. */
function packedOf(field: number): number | undefined {
  if (field === 9 || field === 12) return VARINT;
  return field === 10 || field === 13 || field === 16 ? FIXED64 : undefined;
}

function wireOf(field: number): number {
  if (field === 8 || field === 11) return DELIMITED;
  return field === 2 || field === 3 || field === 5 || field === 7 ? FIXED64 : VARINT;
}

function countsOf(deltas: readonly number[]): Float64Array {
  const counts = new Float64Array(deltas.length);
  let count = 0;
  for (let i = 0; i < counts.length; i++) {
    count += deltas[i]!;
    counts[i] = count;
  }
  return counts;
}

function readSpan(reader: WireReader, end: number): Span {
  let offset = 0;
  let length = 0;
  while (reader.at < end) {
    const tagAt = reader.at;
    const tag = reader.tag(end, 'BucketSpan');
    if (tag === ((1 << 3) | VARINT)) offset = reader.sint32(end, 'BucketSpan.offset');
    else if (tag === ((2 << 3) | VARINT)) length = reader.uint32(end, 'BucketSpan.length');
    else reader.skipUnknown(tag, tagAt, end, 'BucketSpan', ['', 'offset', 'length']);
  }
  return { offset, length };
}
