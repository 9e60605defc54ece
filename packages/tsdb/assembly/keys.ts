// Finds a series by the bytes of its label set as they came over the wire.
//
// 1. Senders write the same series in the same order time after time: the key that followed the last one found
//    is tried first, and takes one comparison of bytes and no hash.
// 2. Otherwise a hash of the bytes leads into a table; a hit counts only when the bytes themselves are equal, so that no
//    collision can merge two series.
// 3. A series' own key is the run of its pairs' fields; nothing else is kept of it. Another encoding of the same
//    labels is remembered as an alias, within bounds; without it a sender pays for decoding, and nothing worse.
//
// A key is known by slot + 1, an alias by its block's address / 16 with the highest bit set.

import { allocate } from './allocator';
import { areEqual, tagOf } from './bytes';
import {
  H_ALIAS_COUNT,
  H_ALIASES,
  H_KEY_TABLE,
  H_PREVIOUS,
  H_SERIES_BOUND,
  H_SERIES_COUNT,
  H_START,
  K_BYTES,
  K_KEY,
  K_NEXT,
  K_SERIES,
  K_SUCCESSOR,
  P_FIELD,
  P_FIELD_BYTES,
  R_KEY_BYTES,
  R_PAIR_COUNT,
  R_PAIRS,
  R_STATE,
  R_SUCCESSOR,
  T_ENTRIES,
  T_MASK,
  T_REMOVED,
  USED,
} from './layout';
import { releaseBlock } from './limbo';
import { pairAt, seriesAt } from './slots';
import { addEntry, removeAt, reserveEntry } from './tables';

const ALIAS: u32 = 0x80000000;
const ALIASES_MIN: u32 = 1024;

// @ts-ignore: decorator
@inline
function aliasAt(key: u32): u32 {
  return key << 4;
}

// @ts-ignore: decorator
@inline
function successorWord(key: u32): u32 {
  if (key == 0) return H_START;
  return key & ALIAS ? aliasAt(key) + K_SUCCESSOR : seriesAt(key - 1) + R_SUCCESSOR;
}

// @ts-ignore: decorator
@inline
function seriesOf(key: u32): u32 {
  return key & ALIAS ? load<u32>(aliasAt(key), K_SERIES) : key - 1;
}

/** The series with this key, or -1. */
export function findKey(from: u32, to: u32): i32 {
  const previous = load<u32>(H_PREVIOUS);
  const guess = load<u32>(successorWord(previous));
  if (guess != 0 && hasBytes(guess, from, to)) {
    store<u32>(H_PREVIOUS, guess);
    return seriesOf(guess);
  }
  const table = load<u32>(H_KEY_TABLE);
  if (table == 0) return -1;
  const tag = tagOf(from, to - from);
  const mask = load<u32>(table, T_MASK);
  for (let slot = tag & mask; ; slot = (slot + 1) & mask) {
    const entry = table + T_ENTRIES + (slot << 3);
    const key = load<u32>(entry);
    if (key == 0) return -1;
    if (key == <u32>T_REMOVED || load<u32>(entry, 4) != tag || !hasBytes(key, from, to)) continue;
    follow(key);
    return seriesOf(key);
  }
}

/** Notes that a key came after the one before. */
function follow(key: u32): void {
  store<u32>(successorWord(load<u32>(H_PREVIOUS)), key);
  store<u32>(H_PREVIOUS, key);
}

function hasBytes(key: u32, from: u32, to: u32): bool {
  const bytes = to - from;
  if (key & ALIAS) {
    const alias = aliasAt(key);
    if (load<u32>(alias, K_BYTES) != bytes) return false;
    if (bytes >= 8) return areEqual(alias + K_KEY, from, bytes);
    for (let i: u32 = 0; i < bytes; i++) {
      if (load<u8>(alias + i, K_KEY) != load<u8>(from + i)) return false;
    }
    return true;
  }
  const record = seriesAt(key - 1);
  if (load<u32>(record, R_KEY_BYTES) != bytes) return false;
  const pairs = load<u32>(record, R_PAIRS);
  const end = pairs + (load<u32>(record, R_PAIR_COUNT) << 2);
  let at = from;
  for (let word = pairs; word < end; word += 4) {
    const pair = pairAt(load<u32>(word));
    const fieldBytes = load<u32>(pair, P_FIELD_BYTES);
    if (fieldBytes > to - at || !areEqual(load<u32>(pair, P_FIELD), at, fieldBytes)) return false;
    at += fieldBytes;
  }
  return at == to;
}

/** Makes room for one more key; false when no memory is left. */
export function reserveKey(): bool {
  return reserveEntry(H_KEY_TABLE);
}

/** Adds the own key of a series, for which there is room. */
export function addKey(series: u32, from: u32, to: u32): void {
  addEntry(H_KEY_TABLE, series + 1, tagOf(from, to - from));
  follow(series + 1);
}

/** Remembers another encoding of a series' labels, if there is still room for one. */
export function addAlias(series: u32, from: u32, to: u32): void {
  const count = load<u32>(H_ALIAS_COUNT);
  if (count >= max<u32>(ALIASES_MIN, load<u32>(H_SERIES_COUNT)) || !reserveEntry(H_KEY_TABLE)) return;
  const alias = allocate(<u32>K_KEY + to - from);
  if (alias == 0) return;
  store<u32>(alias, series, K_SERIES);
  store<u32>(alias, to - from, K_BYTES);
  store<u32>(alias, 0, K_SUCCESSOR);
  store<u32>(alias, load<u32>(H_ALIASES), K_NEXT);
  memory.copy(alias + K_KEY, from, to - from);
  store<u32>(H_ALIASES, alias);
  store<u32>(H_ALIAS_COUNT, count + 1);
  const key = ALIAS | (alias >> 4);
  addEntry(H_KEY_TABLE, key, tagOf(from, to - from));
  follow(key);
}

/** Forgets the keys of series that are not in use any more, and all aliases. Successors of them are forgotten too. */
export function dropKeys(): void {
  const table = load<u32>(H_KEY_TABLE);
  if (table == 0) return;
  const end = table + T_ENTRIES + ((load<u32>(table, T_MASK) + 1) << 3);
  for (let entry = table + T_ENTRIES; entry < end; entry += 8) {
    const key = load<u32>(entry);
    if (key == 0 || key == <u32>T_REMOVED) continue;
    if (key & ALIAS || load<u32>(seriesAt(key - 1), R_STATE) != <u32>USED) removeAt(table, entry);
  }
  store<u32>(H_PREVIOUS, 0);
  store<u32>(H_START, 0);
  const bound = load<u32>(H_SERIES_BOUND);
  for (let series: u32 = 0; series < bound; series++) {
    const word = seriesAt(series) + R_SUCCESSOR;
    if (load<u32>(word) & ALIAS) store<u32>(word, 0);
  }
  for (let alias = load<u32>(H_ALIASES); alias != 0; ) {
    const next = load<u32>(alias, K_NEXT);
    releaseBlock(alias, <u32>K_KEY + load<u32>(alias, K_BYTES));
    alias = next;
  }
  store<u32>(H_ALIASES, 0);
  store<u32>(H_ALIAS_COUNT, 0);
}
