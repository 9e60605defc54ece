// Label sets as they come over the wire, taken apart; pairs and names interned.
//
// A label set is canonical when its fields are sorted by name, no name comes twice, nothing is empty and every
// length is written in its shortest form. Then its bytes are those of its pairs, one after the other, and
// a series needs no copy of them. Anything else goes to TypeScript.

import { allocate, free } from './allocator';
import {
  areEqual,
  compare,
  cursor,
  isUtf8,
  NO_LENGTH,
  readLength,
  tagOf,
} from './bytes';
import {
  H_NAME_COUNT,
  H_NAME_TABLE,
  H_PAIR_COUNT,
  H_PAIR_TABLE,
  H_SCRATCH,
  H_SCRATCH_BYTES,
  N_PAIRS,
  N_STATE,
  N_TEXT,
  N_TEXT_BYTES,
  P_FIELD,
  P_FIELD_BYTES,
  P_NAME,
  P_STATE,
  P_VALUE_FROM,
  T_ENTRIES,
  T_MASK,
  T_REMOVED,
  USED,
} from './layout';
import { pushItem, reserveItem } from './lists';
import { nameAt, pairAt, takeNameSlot, takePairSlot } from './slots';
import { addEntry, reserveEntry } from './tables';

/** A label in the scratch block: field, its length, name, its length, value, its length, pair or NO_PAIR, tag. */
export const LABEL_BYTES: u32 = 32;
export const F_FIELD: usize = 0;
export const F_FIELD_BYTES: usize = 4;
export const F_NAME: usize = 8;
export const F_NAME_BYTES: usize = 12;
export const F_VALUE: usize = 16;
export const F_VALUE_BYTES: usize = 20;
export const F_PAIR: usize = 24;
export const F_TAG: usize = 28;

/** `__name__` as one word. */
const METRIC_NAME: u64 = 0x5f5f656d616e5f5f;

export const NOT_CANONICAL: i32 = -1;
export const NO_MEMORY: i32 = -2;

/** Index of the label `__name__` that `takeApart` found, or -1. */
export let metricLabel: i32 = -1;

/** Fills the scratch block with the labels of a canonical set; returns how many, or a negative number. */
export function takeApart(from: u32, to: u32): i32 {
  let labels: i32 = 0;
  let at = from;
  let nameBefore: u32 = 0;
  let nameBytesBefore: u32 = 0;
  metricLabel = -1;
  while (at < to) {
    const field = at;
    if (load<u8>(at) != 0x0a) return NOT_CANONICAL;
    const inner = readLength(at + 1, to);
    if (inner == NO_LENGTH || inner > to - cursor || inner < 6) return NOT_CANONICAL;
    at = cursor;
    const end = at + inner;
    if (load<u8>(at) != 0x0a) return NOT_CANONICAL;
    const nameBytes = readLength(at + 1, end);
    if (nameBytes == NO_LENGTH || nameBytes == 0 || nameBytes >= end - cursor) return NOT_CANONICAL;
    const name = cursor;
    at = name + nameBytes;
    if (load<u8>(at) != 0x12) return NOT_CANONICAL;
    const valueBytes = readLength(at + 1, end);
    if (valueBytes == NO_LENGTH || valueBytes == 0 || valueBytes != end - cursor) return NOT_CANONICAL;
    if (compare(nameBefore, nameBytesBefore, name, nameBytes) >= 0) return NOT_CANONICAL;
    if (nameBytes == 8 && load<u64>(name) == METRIC_NAME) metricLabel = labels;
    const scratch = scratchFor(labels);
    if (scratch == 0) return NO_MEMORY;
    store<u32>(scratch, field, F_FIELD);
    store<u32>(scratch, end - field, F_FIELD_BYTES);
    store<u32>(scratch, name, F_NAME);
    store<u32>(scratch, nameBytes, F_NAME_BYTES);
    store<u32>(scratch, cursor, F_VALUE);
    store<u32>(scratch, valueBytes, F_VALUE_BYTES);
    labels++;
    nameBefore = name;
    nameBytesBefore = nameBytes;
    at = end;
  }
  return labels;
}

export function labelAt(index: i32): u32 {
  return load<u32>(H_SCRATCH) + <u32>index * LABEL_BYTES;
}

function scratchFor(index: i32): u32 {
  const bytes = load<u32>(H_SCRATCH_BYTES);
  if ((<u32>index + 1) * LABEL_BYTES > bytes) {
    const grownBytes = max<u32>(2048, 2 * bytes);
    const grown = allocate(grownBytes);
    if (grown == 0) return 0;
    const old = load<u32>(H_SCRATCH);
    memory.copy(grown, old, bytes);
    if (old != 0) free(old, bytes);
    store<u32>(H_SCRATCH, grown);
    store<u32>(H_SCRATCH_BYTES, grownBytes);
  }
  return labelAt(index);
}

/** Looks the labels' pairs up; false when one that is new isn't valid UTF-8. */
export function findPairs(labels: i32): bool {
  for (let i = 0; i < labels; i++) {
    const label = labelAt(i);
    const field = load<u32>(label, F_FIELD);
    const bytes = load<u32>(label, F_FIELD_BYTES);
    const tag = tagOf(field, bytes);
    const pair = findPair(field, bytes, tag);
    store<u32>(label, tag, F_TAG);
    store<i32>(label, pair, F_PAIR);
    if (pair >= 0) continue;
    if (!isUtf8(load<u32>(label, F_NAME), load<u32>(label, F_NAME_BYTES))) return false;
    if (!isUtf8(load<u32>(label, F_VALUE), load<u32>(label, F_VALUE_BYTES))) return false;
  }
  return true;
}

function findPair(field: u32, bytes: u32, tag: u32): i32 {
  const table = load<u32>(H_PAIR_TABLE);
  if (table == 0) return -1;
  const mask = load<u32>(table, T_MASK);
  for (let slot = tag & mask; ; slot = (slot + 1) & mask) {
    const entry = table + T_ENTRIES + (slot << 3);
    const item = load<u32>(entry);
    if (item == 0) return -1;
    if (item == <u32>T_REMOVED || load<u32>(entry, 4) != tag) continue;
    const record = pairAt(item - 1);
    if (load<u32>(record, P_FIELD_BYTES) != bytes) continue;
    if (areEqual(load<u32>(record, P_FIELD), field, bytes)) return item - 1;
  }
  return -1;
}

function findName(name: u32, bytes: u32, tag: u32): i32 {
  const table = load<u32>(H_NAME_TABLE);
  if (table == 0) return -1;
  const mask = load<u32>(table, T_MASK);
  for (let slot = tag & mask; ; slot = (slot + 1) & mask) {
    const entry = table + T_ENTRIES + (slot << 3);
    const item = load<u32>(entry);
    if (item == 0) return -1;
    if (item == <u32>T_REMOVED || load<u32>(entry, 4) != tag) continue;
    const record = nameAt(item - 1);
    const known = load<u32>(record, N_TEXT_BYTES);
    if (compare(load<u32>(record, N_TEXT), known, name, bytes) == 0) return item - 1;
  }
  return -1;
}

/** Makes the pairs that `findPairs` didn't find; false when no memory is left. */
export function makePairs(labels: i32): bool {
  for (let i = 0; i < labels; i++) {
    const label = labelAt(i);
    if (load<i32>(label, F_PAIR) >= 0) continue;
    const pair = makePair(label);
    if (pair < 0) return false;
    store<i32>(label, pair, F_PAIR);
  }
  return true;
}

function makePair(label: u32): i32 {
  const name = makeName(load<u32>(label, F_NAME), load<u32>(label, F_NAME_BYTES));
  if (name < 0) return -1;
  const nameRecord = nameAt(name);
  if (!reserveEntry(H_PAIR_TABLE) || !reserveItem(nameRecord + N_PAIRS)) return -1;
  const bytes = load<u32>(label, F_FIELD_BYTES);
  const field = allocate(bytes);
  if (field == 0) return -1;
  const pair = takePairSlot();
  if (pair < 0) {
    free(field, bytes);
    return -1;
  }
  memory.copy(field, load<u32>(label, F_FIELD), bytes);
  const record = pairAt(pair);
  store<u32>(record, field, P_FIELD);
  store<u32>(record, bytes, P_FIELD_BYTES);
  store<u32>(record, name, P_NAME);
  store<u32>(record, load<u32>(label, F_VALUE) - load<u32>(label, F_FIELD), P_VALUE_FROM);
  atomic.store<u32>(record + P_STATE, USED);
  addEntry(H_PAIR_TABLE, pair + 1, load<u32>(label, F_TAG));
  pushItem(nameRecord + N_PAIRS, pair);
  store<u32>(H_PAIR_COUNT, load<u32>(H_PAIR_COUNT) + 1);
  return pair;
}

function makeName(text: u32, bytes: u32): i32 {
  const tag = tagOf(text, bytes);
  const known = findName(text, bytes, tag);
  if (known >= 0) return known;
  if (!reserveEntry(H_NAME_TABLE)) return -1;
  const copy = allocate(bytes);
  if (copy == 0) return -1;
  const name = takeNameSlot();
  if (name < 0) {
    free(copy, bytes);
    return -1;
  }
  memory.copy(copy, text, bytes);
  const record = nameAt(name);
  store<u32>(record, copy, N_TEXT);
  store<u32>(record, bytes, N_TEXT_BYTES);
  atomic.store<u32>(record + N_STATE, USED);
  addEntry(H_NAME_TABLE, name + 1, tag);
  store<u32>(H_NAME_COUNT, load<u32>(H_NAME_COUNT) + 1);
  return name;
}
