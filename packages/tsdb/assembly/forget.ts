// Forgets: chunks that end before a time, and series that have been left without samples.
//
// Readers may go on over what is dropped until their leases end. Lists that lose items are copied while somebody may
// read them, and compacted in place while nobody does.

import { forgetActive } from './active';
import { allocate, capacityOf } from './allocator';
import { tagOf } from './bytes';
import { replaceOpen } from './chunks';
import { dropKeys } from './keys';
import {
  GONE,
  H_FREE_PAGES,
  H_GENERATION,
  H_KEPT_MS,
  H_LEASES,
  H_NAME_BOUND,
  H_NAME_COUNT,
  H_NAME_TABLE,
  H_OPEN_CHUNKS,
  H_PAIR_BOUND,
  H_PAIR_COUNT,
  H_PAIR_TABLE,
  H_SEALED,
  H_SEALED_BYTES,
  H_SERIES_BOUND,
  H_SERIES_COUNT,
  H_TOP,
  L_CAPACITY,
  L_ITEMS,
  L_LENGTH,
  MEMORY_PAGES_MAX,
  N_GONE,
  N_PAIRS,
  N_STATE,
  N_TEXT,
  N_TEXT_BYTES,
  O_MIN_MS,
  P_FIELD,
  P_FIELD_BYTES,
  P_GONE,
  P_NAME,
  P_SERIES,
  P_STATE,
  R_BITS,
  R_COUNT,
  R_EXTENSION,
  R_FIRST_SEALED,
  R_LAST_MS,
  R_LAST_SEALED,
  R_OPEN,
  R_PAIR_COUNT,
  R_PAIRS,
  R_STATE,
  S_CHUNK,
  S_LENGTH,
  S_MAX_MS,
  S_MIN_MS,
  S_NEXT,
  UNUSED,
  USED,
} from './layout';
import { dropList, listBytes } from './lists';
import { releaseBlock, releaseChunk, releaseNameSlot, releasePairSlot, releaseSeriesSlot } from './limbo';
import { nameAt, pairAt, seriesAt } from './slots';
import { removeEntry } from './tables';

/** Drops chunks of the series from `from` to `to` that end before a time; returns how many have no sample left. */
export function dropChunks(beforeMs: f64, from: u32, to: u32): u32 {
  let empty: u32 = 0;
  let minMs: f64 = load<f64>(H_KEPT_MS);
  for (let series = from; series < to; series++) {
    const record = seriesAt(series);
    if (load<u32>(record, R_STATE) != <u32>USED) continue;
    const first = dropSealed(record, beforeMs);
    const open = load<u32>(record, R_OPEN);
    if (open != 0 && load<f64>(record, R_LAST_MS) < beforeMs) {
      if (load<u32>(record, R_BITS) != 0) store<u32>(H_OPEN_CHUNKS, load<u32>(H_OPEN_CHUNKS) - 1);
      store<u32>(record, 0, R_BITS);
      atomic.store<u32>(record + R_COUNT, 0);
      replaceOpen(record, 0, 0);
    }
    if (first != 0) minMs = min<f64>(minMs, load<f64>(first, S_MIN_MS));
    else if (load<u32>(record, R_BITS) != 0) minMs = min<f64>(minMs, load<f64>(open, O_MIN_MS));
    else if (load<u32>(record, R_EXTENSION) == 0) empty++;
  }
  store<f64>(H_KEPT_MS, minMs);
  return empty;
}

/** Returns the first chunk that stays. */
function dropSealed(record: u32, beforeMs: f64): u32 {
  const first = load<u32>(record, R_FIRST_SEALED);
  let chunk = first;
  while (chunk != 0 && load<f64>(chunk, S_MAX_MS) < beforeMs) {
    const next = load<u32>(chunk, S_NEXT);
    const bytes = load<u32>(chunk, S_LENGTH) & 0xffffff;
    store<u32>(H_SEALED, load<u32>(H_SEALED) - 1);
    store<f64>(H_SEALED_BYTES, load<f64>(H_SEALED_BYTES) - <f64>bytes);
    releaseChunk(chunk, <u32>S_CHUNK + bytes);
    chunk = next;
  }
  if (chunk != first) {
    atomic.store<u32>(record + R_FIRST_SEALED, chunk);
    if (chunk == 0) store<u32>(record, 0, R_LAST_SEALED);
  }
  return chunk;
}

/** Takes out the series without samples; false, with nothing changed, when there is no memory to copy lists to. */
export function takeOutEmpty(): bool {
  const seriesBound = load<u32>(H_SERIES_BOUND);
  if (load<u32>(H_LEASES) != 0 && !hasRoomForCopies()) return false;
  for (let series: u32 = 0; series < seriesBound; series++) {
    const record = seriesAt(series);
    if (load<u32>(record, R_STATE) != <u32>USED) continue;
    if (load<u32>(record, R_BITS) != 0 || load<u32>(record, R_FIRST_SEALED) != 0) continue;
    if (load<u32>(record, R_EXTENSION) != 0) continue;
    atomic.store<u32>(record + R_STATE, GONE);
    const pairs = load<u32>(record, R_PAIRS);
    for (let i: u32 = 0; i < load<u32>(record, R_PAIR_COUNT); i++) {
      const pair = pairAt(load<u32>(pairs + (i << 2)));
      store<u32>(pair, load<u32>(pair, P_GONE) + 1, P_GONE);
    }
  }
  dropKeys();
  takeOutPairs();
  takeOutNames();
  for (let series: u32 = 0; series < seriesBound; series++) {
    const record = seriesAt(series);
    if (load<u32>(record, R_STATE) == <u32>GONE) takeOut(series, record);
  }
  store<u32>(H_GENERATION, load<u32>(H_GENERATION) + 1);
  return true;
}

function takeOut(series: u32, record: u32): void {
  forgetActive(record);
  replaceOpen(record, 0, 0);
  releaseBlock(load<u32>(record, R_PAIRS), load<u32>(record, R_PAIR_COUNT) << 2);
  // Its record stays as it is for those who came to it before.
  store<u32>(record, UNUSED, R_STATE);
  store<u32>(H_SERIES_COUNT, load<u32>(H_SERIES_COUNT) - 1);
  releaseSeriesSlot(series);
}

function takeOutPairs(): void {
  const bound = load<u32>(H_PAIR_BOUND);
  for (let slot: u32 = 0; slot < bound; slot++) {
    const pair = pairAt(slot);
    if (load<u32>(pair, P_STATE) != <u32>USED) continue;
    const word = pair + P_SERIES;
    // Without a series it may have been left by a try to make one that memory did not suffice for.
    if (load<u32>(pair, P_GONE) == 0 && load<u32>(word) != 0) continue;
    store<u32>(pair, 0, P_GONE);
    filter(word, true);
    if (load<u32>(word) != 0) continue;
    const field = load<u32>(pair, P_FIELD);
    const bytes = load<u32>(pair, P_FIELD_BYTES);
    removeEntry(H_PAIR_TABLE, slot + 1, tagOf(field, bytes));
    store<u32>(pair, GONE, P_STATE);
    const name = nameAt(load<u32>(pair, P_NAME));
    store<u32>(name, load<u32>(name, N_GONE) + 1, N_GONE);
  }
}

function takeOutNames(): void {
  const names = load<u32>(H_NAME_BOUND);
  for (let slot: u32 = 0; slot < names; slot++) {
    const name = nameAt(slot);
    if (load<u32>(name, N_STATE) != <u32>USED || load<u32>(name, N_GONE) == 0) continue;
    store<u32>(name, 0, N_GONE);
    filter(name + N_PAIRS, false);
    if (load<u32>(name, N_PAIRS) != 0) continue;
    const text = load<u32>(name, N_TEXT);
    const bytes = load<u32>(name, N_TEXT_BYTES);
    removeEntry(H_NAME_TABLE, slot + 1, tagOf(text, bytes));
    store<u32>(name, UNUSED, N_STATE);
    store<u32>(H_NAME_COUNT, load<u32>(H_NAME_COUNT) - 1);
    releaseBlock(text, bytes);
    releaseNameSlot(slot);
  }
  const pairs = load<u32>(H_PAIR_BOUND);
  for (let slot: u32 = 0; slot < pairs; slot++) {
    const pair = pairAt(slot);
    if (load<u32>(pair, P_STATE) != <u32>GONE) continue;
    store<u32>(pair, UNUSED, P_STATE);
    store<u32>(H_PAIR_COUNT, load<u32>(H_PAIR_COUNT) - 1);
    releaseBlock(load<u32>(pair, P_FIELD), load<u32>(pair, P_FIELD_BYTES));
    releasePairSlot(slot);
  }
}

// @ts-ignore: decorator
@inline
function stays(item: u32, ofSeries: bool): bool {
  return (ofSeries ? load<u32>(seriesAt(item), R_STATE) : load<u32>(pairAt(item), P_STATE)) == <u32>USED;
}

/** Leaves in a list what is in use. */
function filter(word: u32, ofSeries: bool): void {
  const list = load<u32>(word);
  if (list == 0) return;
  if (list & 1) {
    if (!stays(list >> 1, ofSeries)) atomic.store<u32>(word, 0);
    return;
  }
  const length = load<u32>(list, L_LENGTH);
  let kept: u32 = 0;
  let last: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const item = load<u32>(list + (i << 2), L_ITEMS);
    if (!stays(item, ofSeries)) continue;
    kept++;
    last = item;
  }
  if (kept == 0) {
    dropList(word);
    return;
  }
  if (kept == 1) {
    atomic.store<u32>(word, (last << 1) | 1);
    releaseBlock(list, listBytes(list));
    return;
  }
  const bytes = capacityOf(<u32>L_ITEMS + (kept << 2));
  // In place when nobody reads it and a smaller block would save little.
  let into = list;
  if (load<u32>(H_LEASES) != 0 || bytes << 1 <= listBytes(list)) {
    const copy = allocate(bytes);
    if (copy != 0) {
      into = copy;
      store<u32>(into, (bytes - L_ITEMS) >> 2, L_CAPACITY);
    }
  }
  let at: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const item = load<u32>(list + (i << 2), L_ITEMS);
    if (!stays(item, ofSeries)) continue;
    store<u32>(into + (at << 2), item, L_ITEMS);
    at++;
  }
  atomic.store<u32>(into + L_LENGTH, kept);
  if (into == list) return;
  atomic.store<u32>(word, into);
  releaseBlock(list, listBytes(list));
}

/** Whether all lists of series, and what waits in the limbo meanwhile, would fit once more. */
function hasRoomForCopies(): bool {
  let bytes: u64 = 0;
  const bound = load<u32>(H_PAIR_BOUND);
  for (let slot: u32 = 0; slot < bound; slot++) {
    const list = load<u32>(pairAt(slot), P_SERIES);
    if (list != 0 && !(list & 1)) bytes += listBytes(list) + 64;
  }
  const freePages = <u64>MEMORY_PAGES_MAX - load<u32>(H_TOP) + load<u32>(H_FREE_PAGES);
  return bytes + 4194304 + (<u64>load<u32>(H_SERIES_COUNT) << 6) < freePages << 16;
}
