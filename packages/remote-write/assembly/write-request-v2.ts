// Two passes over a Remote-Write 2.0 Request; the twin is src/write-request-v2-decoder.ts.
//
// 1. Where in the message each symbol lies is noted, wherever the symbols stand.
// 2. Each series' references become label bytes in a buffer of their own, in the one spelling that storage
//    knows. Samples go into the columns; where exemplars and histograms lie is noted.
// 3. What the series say of their metrics is gathered once per name and content, as numbers of symbols.

import {
  CLUSTER_SAMPLES,
  CREATED_COUNT,
  DONE,
  ENTRIES,
  ENTRIES_CAPACITY,
  ENTRIES_FULL,
  ENTRY_COUNT,
  EXEMPLAR_RANGE,
  FIRST_SAMPLE,
  GIVE_UP,
  HISTOGRAM_RANGE,
  LABEL_BYTES,
  LABEL_BYTES_CAPACITY,
  LABEL_BYTES_FULL,
  LABEL_BYTES_MAX,
  LAST_OF_NAME,
  MESSAGE,
  MESSAGE_END,
  RANGE_COUNT,
  REPLICA_SERIES,
  SAMPLE_COUNT,
  SAMPLES_CAPACITY,
  SAMPLES_FULL,
  SERIES_COUNT,
  SYMBOL_COUNT,
  SYMBOLS_CAPACITY,
  SYMBOLS_FROM,
  SYMBOLS_FULL,
  SYMBOLS_TO,
  TIMES,
  VALUES,
} from './context';
import { pairLabel } from './pair-labels';
import { addressBehind, behindInt64, fits, int64At, lengthAt, valueOf } from './wire';
import { addSeries, countPairLabels, noteRange } from './write-request';

// Tags with their wire types.
const SYMBOLS: u32 = 0x22;
const TIMESERIES: u32 = 0x2a;
const LABELS_REFS: u32 = 0x0a;
const SAMPLES: u32 = 0x12;
const HISTOGRAMS: u32 = 0x1a;
const EXEMPLARS: u32 = 0x22;
const METADATA: u32 = 0x2a;
const CREATED_TIMESTAMP: u32 = 0x30;
const SAMPLE_VALUE: u32 = 0x09;
const SAMPLE_TIMESTAMP: u32 = 0x10;
const SAMPLE_START: u32 = 0x18;
const METADATA_TYPE: u32 = 0x08;
const METADATA_HELP: u32 = 0x18;
const METADATA_UNIT: u32 = 0x20;

/** `__name__` as a little-endian number. */
const METRIC_NAME: u64 = 0x5f5f656d616e5f5f;
const NOWHERE: u32 = 0xffffffff;
/** Three tags and lengths of up to five bytes, and what a copy in steps of 16 writes too much. */
const LABEL_FRAME_BYTES_MAX: u32 = 18 + 16;
/** Types 1 to 7 are known ones. */
const TYPE_MAX: f64 = 7;
/** How many entries of one name are compared with the next. */
const LOOK_BACK_MAX: u32 = 8;
/** Type as a double, then help, unit, name, and the number plus one of the entry before it of that name. */
const ENTRY_BYTES: u32 = 24;

// Of the series being walked: its metadata, how far its label bytes go, and HAS_CLUSTER, HAS_REPLICA.
let metadataType: f64 = 0;
let metadataHelp: u32 = 0;
let metadataUnit: u32 = 0;
let metricName: u32 = 0;
let labelsEnd: u32 = 0;
let pairLabels: u32 = 0;
/** Of the message. */
let metricNameFrom: u32 = NOWHERE;

/** Fills the columns of a context; says how it ended (context.ts). */
export function walkWriteRequestV2(context: usize): u32 {
  store<u32>(context, 0, SERIES_COUNT);
  store<u32>(context, 0, SAMPLE_COUNT);
  store<u32>(context, 0, RANGE_COUNT);
  store<u32>(context, 0, SYMBOL_COUNT);
  store<u32>(context, 0, ENTRY_COUNT);
  store<u32>(context, 0, CREATED_COUNT);
  store<u32>(context, 0, CLUSTER_SAMPLES);
  store<u32>(context, 0, REPLICA_SERIES);
  store<u32>(load<u32>(context, FIRST_SAMPLE), 0);
  const status = readSymbols(context);
  return status == DONE ? readSeries(context) : status;
}

function readSymbols(context: usize): u32 {
  const message = load<u32>(context, MESSAGE);
  const end = load<u32>(context, MESSAGE_END);
  const froms = load<u32>(context, SYMBOLS_FROM);
  const tos = load<u32>(context, SYMBOLS_TO);
  const capacity = load<u32>(context, SYMBOLS_CAPACITY);
  let count: u32 = 0;
  let hasSeries = false;
  metricNameFrom = NOWHERE;
  for (let at = message; at < end; ) {
    const tag = <u32>load<u8>(at);
    const size = lengthAt(at + 1);
    let from = addressBehind(size);
    if (size == 0 || !fits(from, valueOf(size), end)) return GIVE_UP;
    at = from + valueOf(size);
    if (tag == TIMESERIES) {
      hasSeries = true;
      continue;
    }
    if (tag != SYMBOLS || (count == 0 && at != from)) return GIVE_UP;
    if (count == capacity) return SYMBOLS_FULL;
    from -= message;
    if (at - message - from == 8 && load<u64>(message + from) == METRIC_NAME) {
      if (metricNameFrom == NOWHERE) metricNameFrom = from;
      from = metricNameFrom;
      store<u32>(tos + 4 * count, from + 8);
    } else {
      store<u32>(tos + 4 * count, at - message);
    }
    store<u32>(froms + 4 * count, from);
    count++;
  }
  if (hasSeries && count == 0) return GIVE_UP;
  store<u32>(context, count, SYMBOL_COUNT);
  memory.fill(load<u32>(context, LAST_OF_NAME), 0, 4 * count);
  return DONE;
}

function readSeries(context: usize): u32 {
  const end = load<u32>(context, MESSAGE_END);
  labelsEnd = load<u32>(context, LABEL_BYTES);
  for (let at = load<u32>(context, MESSAGE); at < end; ) {
    const tag = <u32>load<u8>(at);
    const size = lengthAt(at + 1);
    const from = addressBehind(size);
    at = from + valueOf(size);
    if (tag != TIMESERIES) continue;
    const status = timeSeries(context, from, at);
    if (status != DONE) return status;
  }
  return DONE;
}

function timeSeries(context: usize, at: u32, end: u32): u32 {
  const message = load<u32>(context, MESSAGE);
  const labels = load<u32>(context, LABEL_BYTES);
  const firstSample = load<u32>(context, SAMPLE_COUNT);
  const capacity = load<u32>(context, SAMPLES_CAPACITY);
  const labelsFrom = labelsEnd;
  let sample = firstSample;
  let hasLabels = false;
  let hasHistograms = false;
  let hasExemplars = false;
  metadataType = 0;
  metadataHelp = 0;
  metadataUnit = 0;
  metricName = 0;
  pairLabels = 0;
  while (at < end) {
    const tag = <u32>load<u8>(at);
    if (tag == CREATED_TIMESTAMP) {
      const createdMs = int64At(at + 1, end);
      if (createdMs != createdMs) return GIVE_UP;
      if (createdMs != 0) countCreated(context);
      at = behindInt64;
      continue;
    }
    const size = lengthAt(at + 1);
    const from = addressBehind(size);
    if (size == 0 || !fits(from, valueOf(size), end)) return GIVE_UP;
    at = from + valueOf(size);
    let status = DONE;
    if (tag == LABELS_REFS) {
      if (hasLabels) return GIVE_UP;
      hasLabels = true;
      status = labelRefs(context, message, from, at);
    } else if (tag == SAMPLES) {
      if (sample == capacity) return SAMPLES_FULL;
      if (!readSample(context, from, at, sample)) return GIVE_UP;
      sample++;
    } else if (tag == METADATA) {
      if (!readMetadata(context, from, at)) return GIVE_UP;
    } else if (tag == EXEMPLARS) {
      hasExemplars = true;
      status = noteRange(context, EXEMPLAR_RANGE, from - message, at - message);
    } else if (tag == HISTOGRAMS) {
      hasHistograms = true;
      status = noteRange(context, HISTOGRAM_RANGE, from - message, at - message);
    } else {
      return GIVE_UP;
    }
    if (status != DONE) return status;
  }
  const status = endMetadata(context, message);
  if (status != DONE) return status;
  const hasSamples = sample > firstSample;
  if (hasSamples && hasHistograms) return GIVE_UP;
  if (!hasSamples && !hasHistograms && !hasExemplars) {
    labelsEnd = labelsFrom;
    return DONE;
  }
  if (pairLabels != 0) countPairLabels(context, pairLabels, sample - firstSample);
  return addSeries(context, labelsFrom - labels, labelsEnd - labels, sample);
}

function countCreated(context: usize): void {
  store<u32>(context, load<u32>(context, CREATED_COUNT) + 1, CREATED_COUNT);
}

/** Writes the label of each two references behind those of the series before. */
function labelRefs(context: usize, message: u32, at: u32, end: u32): u32 {
  const labels = load<u32>(context, LABEL_BYTES);
  const full = labels + load<u32>(context, LABEL_BYTES_CAPACITY);
  const bytesMax = load<u32>(context, LABEL_BYTES_MAX);
  const count = load<u32>(context, SYMBOL_COUNT);
  const froms = load<u32>(context, SYMBOLS_FROM);
  const tos = load<u32>(context, SYMBOLS_TO);
  while (at < end) {
    const name = lengthAt(at);
    const value = lengthAt(addressBehind(name));
    at = addressBehind(value);
    // An odd number of references has its last value behind the end.
    if (name == 0 || value == 0 || at > end || valueOf(name) >= count || valueOf(value) >= count) return GIVE_UP;
    if (labelsEnd - labels > bytesMax) return GIVE_UP;
    const nameFrom = load<u32>(froms + 4 * valueOf(name));
    const nameLength = load<u32>(tos + 4 * valueOf(name)) - nameFrom;
    const valueFrom = load<u32>(froms + 4 * valueOf(value));
    const valueLength = load<u32>(tos + 4 * valueOf(value)) - valueFrom;
    if (nameFrom == metricNameFrom) metricName = valueOf(value);
    if (valueLength == 0) continue;
    if (full - labelsEnd < LABEL_FRAME_BYTES_MAX + nameLength + valueLength) return LABEL_BYTES_FULL;
    pairLabels |= pairLabel(message + nameFrom, nameLength);
    appendLabel(message + nameFrom, nameLength, message + valueFrom, valueLength);
  }
  return DONE;
}

function appendLabel(name: u32, nameLength: u32, value: u32, valueLength: u32): void {
  let to = labelsEnd;
  const content = nameLength + valueLength + 4;
  if (content < 0x80) {
    // 0a L 0a n name 12 v value
    store<u32>(to, 0x000a000a | (content << 8) | (nameLength << 24));
    copy(name, nameLength, to + 4);
    to += 4 + nameLength;
    store<u16>(to, 0x12 | (valueLength << 8));
    to += 2;
  } else {
    to = head(to, 0x0a, 2 + lengthBytes(nameLength) + nameLength + lengthBytes(valueLength) + valueLength);
    to = head(to, 0x0a, nameLength);
    copy(name, nameLength, to);
    to = head(to + nameLength, 0x12, valueLength);
  }
  copy(value, valueLength, to);
  labelsEnd = to + valueLength;
}

/** In steps of 16, so that up to 15 bytes more are read and written. */
// @ts-ignore: decorator
@inline
function copy(from: u32, length: u32, to: u32): void {
  v128.store(to, v128.load(from));
  for (let i: u32 = 16; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

function head(to: u32, tag: u32, length: u32): u32 {
  store<u8>(to++, tag);
  for (; length >= 0x80; length >>>= 7) store<u8>(to++, (length & 0x7f) | 0x80);
  store<u8>(to++, length);
  return to;
}

function lengthBytes(length: u32): u32 {
  let bytes: u32 = 1;
  for (; length >= 0x80; length >>>= 7) bytes++;
  return bytes;
}

function readSample(context: usize, at: u32, end: u32, sample: u32): bool {
  const time = load<u32>(context, TIMES) + 8 * sample;
  const value = load<u32>(context, VALUES) + 8 * sample;
  let startMs: f64 = 0;
  store<f64>(time, 0);
  store<u64>(value, 0);
  while (at < end) {
    const tag = <u32>load<u8>(at);
    if (tag == SAMPLE_VALUE) {
      if (end - at < 9) return false;
      store<u64>(value, load<u64>(at + 1));
      at += 9;
    } else if (tag == SAMPLE_TIMESTAMP || tag == SAMPLE_START) {
      const timeMs = int64At(at + 1, end);
      if (timeMs != timeMs) return false;
      if (tag == SAMPLE_START) startMs = timeMs;
      else store<f64>(time, timeMs);
      at = behindInt64;
    } else {
      return false;
    }
  }
  if (startMs != 0) countCreated(context);
  return true;
}

function readMetadata(context: usize, at: u32, end: u32): bool {
  const count = load<u32>(context, SYMBOL_COUNT);
  while (at < end) {
    const tag = <u32>load<u8>(at);
    if (tag == METADATA_TYPE) {
      metadataType = int64At(at + 1, end);
      if (metadataType != metadataType) return false;
      at = behindInt64;
    } else if (tag == METADATA_HELP || tag == METADATA_UNIT) {
      const symbol = lengthAt(at + 1);
      at = addressBehind(symbol);
      if (symbol == 0 || at > end || valueOf(symbol) >= count) return false;
      if (tag == METADATA_HELP) metadataHelp = valueOf(symbol);
      else metadataUnit = valueOf(symbol);
    } else {
      return false;
    }
  }
  return true;
}

/** Adds what was read of a series unless one of the last entries of its name says just that. */
function endMetadata(context: usize, message: u32): u32 {
  if (metadataType == 0 && metadataHelp == 0 && metadataUnit == 0) return DONE;
  const froms = load<u32>(context, SYMBOLS_FROM);
  const tos = load<u32>(context, SYMBOLS_TO);
  const isKnownType = metadataType >= 1 && metadataType <= TYPE_MAX;
  if (!isKnownType && isEmpty(froms, tos, metadataHelp) && isEmpty(froms, tos, metadataUnit)) return DONE;
  const entries = load<u32>(context, ENTRIES);
  const last = load<u32>(context, LAST_OF_NAME) + 4 * metricName;
  let entry = load<u32>(last);
  for (let looked: u32 = 0; entry != 0 && looked < LOOK_BACK_MAX; looked++) {
    const known = entries + (entry - 1) * ENTRY_BYTES;
    if (
      load<f64>(known) == metadataType &&
      load<u32>(known, 8) == metadataHelp &&
      load<u32>(known, 12) == metadataUnit
    ) {
      return DONE;
    }
    entry = load<u32>(known, 20);
  }
  const index = load<u32>(context, ENTRY_COUNT);
  if (index == load<u32>(context, ENTRIES_CAPACITY)) return ENTRIES_FULL;
  const made = entries + index * ENTRY_BYTES;
  store<f64>(made, metadataType);
  store<u32>(made, metadataHelp, 8);
  store<u32>(made, metadataUnit, 12);
  store<u32>(made, metricName, 16);
  store<u32>(made, load<u32>(last), 20);
  store<u32>(last, index + 1);
  store<u32>(context, index + 1, ENTRY_COUNT);
  return DONE;
}

function isEmpty(froms: u32, tos: u32, symbol: u32): bool {
  return load<u32>(froms + 4 * symbol) == load<u32>(tos + 4 * symbol);
}
