// One walk over a Remote-Write 1.0 WriteRequest; the twin is src/write-request-decoder.ts.
//
// 1. Labels stay where they are: of each series the run of well-spelled labels is found, which is all that
//    known senders write. A run that is broken or spelled otherwise is given up to the twin.
// 2. Samples go into the columns, values as 64 bits that are never a float.
// 3. Metadata, exemplars and histograms are not walked: where they lie is noted.

import {
  CLUSTER_SAMPLES,
  DONE,
  EXEMPLAR_RANGE,
  FIRST_SAMPLE,
  GIVE_UP,
  HISTOGRAM_RANGE,
  LABELS_FROM,
  LABELS_TO,
  MESSAGE,
  MESSAGE_END,
  METADATA_RANGE,
  RANGE_BYTES,
  RANGE_COUNT,
  RANGES,
  RANGES_CAPACITY,
  RANGES_FULL,
  REPLICA_SERIES,
  SAMPLE_COUNT,
  SAMPLES_CAPACITY,
  SAMPLES_FULL,
  SERIES_CAPACITY,
  SERIES_COUNT,
  SERIES_FULL,
  TIMES,
  VALUES,
} from './context';
import { HAS_CLUSTER, HAS_REPLICA, pairLabel } from './pair-labels';
import { addressBehind, behindInt64, fits, int64At, lengthAt, valueOf } from './wire';

// Tags with their wire types.
const TIMESERIES: u32 = 0x0a;
const METADATA: u32 = 0x1a;
const LABELS: u32 = 0x0a;
const SAMPLES: u32 = 0x12;
const EXEMPLARS: u32 = 0x1a;
const HISTOGRAMS: u32 = 0x22;
const NAME: u32 = 0x0a;
const VALUE: u32 = 0x12;
const SAMPLE_VALUE: u32 = 0x09;
const SAMPLE_TIMESTAMP: u32 = 0x10;

/** Of the series being walked: HAS_CLUSTER, HAS_REPLICA. */
let pairLabels: u32 = 0;

/** Fills the columns of a context; says how it ended (context.ts). */
export function walkWriteRequest(context: usize): u32 {
  const message = load<u32>(context, MESSAGE);
  const end = load<u32>(context, MESSAGE_END);
  store<u32>(context, 0, SERIES_COUNT);
  store<u32>(context, 0, SAMPLE_COUNT);
  store<u32>(context, 0, RANGE_COUNT);
  store<u32>(context, 0, CLUSTER_SAMPLES);
  store<u32>(context, 0, REPLICA_SERIES);
  store<u32>(load<u32>(context, FIRST_SAMPLE), 0);
  for (let at = message; at < end; ) {
    const tag = <u32>load<u8>(at);
    const size = lengthAt(at + 1);
    const from = addressBehind(size);
    if (size == 0 || !fits(from, valueOf(size), end)) return GIVE_UP;
    at = from + valueOf(size);
    let status = GIVE_UP;
    if (tag == TIMESERIES) status = timeSeries(context, message, from, at);
    else if (tag == METADATA) status = noteRange(context, METADATA_RANGE, from - message, at - message);
    if (status != DONE) return status;
  }
  return DONE;
}

function timeSeries(context: usize, message: u32, at: u32, end: u32): u32 {
  const firstSample = load<u32>(context, SAMPLE_COUNT);
  const capacity = load<u32>(context, SAMPLES_CAPACITY);
  const times = load<u32>(context, TIMES);
  const values = load<u32>(context, VALUES);
  let sample = firstSample;
  let labelsFrom: u32 = 0;
  let labelsTo: u32 = 0;
  let hasRanges = false;
  pairLabels = 0;
  while (at < end) {
    const tag = <u32>load<u8>(at);
    if (tag == LABELS) {
      if (labelsFrom == 0) labelsFrom = at;
      else if (labelsTo != at) return GIVE_UP;
      labelsTo = at = labelRun(at, end);
      if (at == 0) return GIVE_UP;
      continue;
    }
    const size = lengthAt(at + 1);
    const from = addressBehind(size);
    if (size == 0 || !fits(from, valueOf(size), end)) return GIVE_UP;
    at = from + valueOf(size);
    if (tag == SAMPLES) {
      if (sample == capacity) return SAMPLES_FULL;
      if (!readSample(from, at, times + 8 * sample, values + 8 * sample)) return GIVE_UP;
      sample++;
    } else if (tag == EXEMPLARS || tag == HISTOGRAMS) {
      const kind = tag == EXEMPLARS ? EXEMPLAR_RANGE : HISTOGRAM_RANGE;
      const status = noteRange(context, kind, from - message, at - message);
      if (status != DONE) return status;
      hasRanges = true;
    } else {
      return GIVE_UP;
    }
  }
  if (labelsFrom != 0) {
    labelsFrom -= message;
    labelsTo -= message;
  }
  if (sample == firstSample && !hasRanges) return DONE;
  if (pairLabels != 0) countPairLabels(context, pairLabels, sample - firstSample);
  return addSeries(context, labelsFrom, labelsTo, sample);
}

/** Where the run of well-spelled labels that begins at `at` ends; 0 when a label in it isn't. */
function labelRun(at: u32, end: u32): u32 {
  while (at < end) {
    // Nearly always three lengths of one byte: 0a L 0a n name 12 v value.
    const head = load<u32>(at);
    if ((head & 0x80ff80ff) == 0x000a000a) {
      const labelEnd = at + 2 + ((head >>> 8) & 0xff);
      const valueAt = at + 4 + (head >>> 24);
      const value = <u32>load<u16>(valueAt);
      const length = value >>> 8;
      if ((value & 0x80ff) == VALUE && length != 0 && valueAt + 2 + length == labelEnd && labelEnd <= end) {
        pairLabels |= pairLabel(at + 4, head >>> 24);
        at = labelEnd;
        continue;
      }
    } else if ((head & 0xff) != LABELS) {
      return at;
    }
    at = longLabel(at, end);
    if (at == 0) return 0;
  }
  return at;
}

/** The end of the label at `at` when it is spelled the one way; else 0. */
function longLabel(at: u32, end: u32): u32 {
  const size = lengthAt(at + 1);
  const from = addressBehind(size);
  if (size == 0 || !fits(from, valueOf(size), end)) return 0;
  const labelEnd = from + valueOf(size);
  if (from == labelEnd || load<u8>(from) != NAME) return 0;
  const name = lengthAt(from + 1);
  if (name == 0 || !fits(addressBehind(name), valueOf(name), labelEnd)) return 0;
  const valueAt = addressBehind(name) + valueOf(name);
  if (valueAt == labelEnd || load<u8>(valueAt) != VALUE) return 0;
  const value = lengthAt(valueAt + 1);
  if (value == 0 || valueOf(value) == 0 || addressBehind(value) > labelEnd) return 0;
  if (valueOf(value) != labelEnd - addressBehind(value)) return 0;
  pairLabels |= pairLabel(addressBehind(name), valueOf(name));
  return labelEnd;
}

function readSample(at: u32, end: u32, time: u32, value: u32): bool {
  store<f64>(time, 0);
  store<u64>(value, 0);
  while (at < end) {
    const tag = <u32>load<u8>(at);
    if (tag == SAMPLE_VALUE) {
      if (end - at < 9) return false;
      store<u64>(value, load<u64>(at + 1));
      at += 9;
    } else if (tag == SAMPLE_TIMESTAMP) {
      const timeMs = int64At(at + 1, end);
      if (timeMs != timeMs) return false;
      store<f64>(time, timeMs);
      at = behindInt64;
    } else {
      return false;
    }
  }
  return true;
}

/** Notes bytes [from, to) of the message for TypeScript, with the number that their series has in the columns. */
export function noteRange(context: usize, kind: u32, from: u32, to: u32): u32 {
  const index = load<u32>(context, RANGE_COUNT);
  if (index == load<u32>(context, RANGES_CAPACITY)) return RANGES_FULL;
  const range = load<u32>(context, RANGES) + index * RANGE_BYTES;
  store<u32>(range, kind);
  store<u32>(range, load<u32>(context, SERIES_COUNT), 4);
  store<u32>(range, from, 8);
  store<u32>(range, to, 12);
  store<u32>(context, index + 1, RANGE_COUNT);
  return DONE;
}

/** Counts a series that has one or both of these labels. */
export function countPairLabels(context: usize, labels: u32, samples: u32): void {
  if ((labels & HAS_CLUSTER) != 0) {
    store<u32>(context, load<u32>(context, CLUSTER_SAMPLES) + samples, CLUSTER_SAMPLES);
  }
  if ((labels & HAS_REPLICA) != 0) {
    store<u32>(context, load<u32>(context, REPLICA_SERIES) + 1, REPLICA_SERIES);
  }
}

/** Closes a series that has every sample since the one before. */
export function addSeries(context: usize, labelsFrom: u32, labelsTo: u32, sampleCount: u32): u32 {
  const index = load<u32>(context, SERIES_COUNT);
  if (index == load<u32>(context, SERIES_CAPACITY)) return SERIES_FULL;
  store<u32>(load<u32>(context, LABELS_FROM) + 4 * index, labelsFrom);
  store<u32>(load<u32>(context, LABELS_TO) + 4 * index, labelsTo);
  store<u32>(load<u32>(context, FIRST_SAMPLE) + 4 * index, sampleCount, 4);
  store<u32>(context, index + 1, SERIES_COUNT);
  store<u32>(context, sampleCount, SAMPLE_COUNT);
  return DONE;
}
