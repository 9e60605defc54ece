// What was freed while somebody may be reading it waits here until nobody can.
//
// A reader holds a lease, which has the number of the epoch in which it began; each lease begins an epoch.
// What is freed notes the epoch, and is given back when every lease of that epoch or an earlier one has ended.
// Later leases can't have found the way to it.

import { allocate, free, freeInArena } from './allocator';
import {
  H_EPOCH,
  H_LEASES,
  H_LIMBO_AT,
  H_LIMBO_COUNT,
  H_LIMBO_END,
  H_LIMBO_FIRST,
  H_LIMBO_LAST,
  H_LIMBO_LOST,
  H_NAME_FREE,
  H_PAIR_FREE,
  H_SERIES_FREE,
} from './layout';
import { nameAt, pairAt, seriesAt } from './slots';

/** What an entry is: the low three bits of its first word. Addresses are multiples of 8, slots come times 8. */
const BLOCK: u32 = 0;
const ARENA: u32 = 1;
const SERIES: u32 = 2;
const PAIR: u32 = 3;

const SEGMENT_BYTES: u32 = 4096;
const ENTRIES_FROM: u32 = 16;
const ENTRY_BYTES: u32 = 12;
const ENTRIES_PER_SEGMENT: u32 = (SEGMENT_BYTES - ENTRIES_FROM) / ENTRY_BYTES;

export function releaseBlock(address: u32, bytes: u32): void {
  release(address | BLOCK, bytes);
}

export function releaseChunk(address: u32, bytes: u32): void {
  release(address | ARENA, bytes);
}

export function releaseSeriesSlot(slot: u32): void {
  release((slot << 3) | SERIES, 0);
}

export function releasePairSlot(slot: u32): void {
  release((slot << 3) | PAIR, 0);
}

export function releaseNameSlot(slot: u32): void {
  release((slot << 3) | 4, 0);
}

function release(what: u32, bytes: u32): void {
  if (load<u32>(H_LEASES) == 0) {
    giveBack(what, bytes);
    return;
  }
  let last = load<u32>(H_LIMBO_LAST);
  let end = load<u32>(H_LIMBO_END);
  if (last == 0 || end == ENTRIES_PER_SEGMENT) {
    const segment = allocate(SEGMENT_BYTES);
    if (segment == 0) {
      // Nothing may be reused and nothing can be noted: the block is lost until the head is closed.
      store<u32>(H_LIMBO_LOST, load<u32>(H_LIMBO_LOST) + 1);
      return;
    }
    store<u32>(segment, 0);
    if (last == 0) {
      store<u32>(H_LIMBO_FIRST, segment);
      store<u32>(H_LIMBO_AT, 0);
    } else store<u32>(last, segment);
    last = segment;
    end = 0;
    store<u32>(H_LIMBO_LAST, segment);
  }
  const entry = last + ENTRIES_FROM + end * ENTRY_BYTES;
  store<u32>(entry, what);
  store<u32>(entry, bytes, 4);
  store<u32>(entry, load<u32>(H_EPOCH), 8);
  store<u32>(H_LIMBO_END, end + 1);
  store<u32>(H_LIMBO_COUNT, load<u32>(H_LIMBO_COUNT) + 1);
}

/** Gives back at most `most` of what was freed before the epoch `before`; returns how many still wait. */
export function reclaim(before: u32, most: u32): u32 {
  let count = load<u32>(H_LIMBO_COUNT);
  for (let i: u32 = 0; i < most && count != 0; i++) {
    const first = load<u32>(H_LIMBO_FIRST);
    const at = load<u32>(H_LIMBO_AT);
    const entry = first + ENTRIES_FROM + at * ENTRY_BYTES;
    // Epochs wrap around after 2^32 leases.
    if (<i32>(load<u32>(entry, 8) - before) >= 0) break;
    const what = load<u32>(entry);
    const bytes = load<u32>(entry, 4);
    count--;
    store<u32>(H_LIMBO_COUNT, count);
    if (count == 0 || at + 1 == ENTRIES_PER_SEGMENT) {
      const next = count == 0 ? 0 : load<u32>(first);
      store<u32>(H_LIMBO_FIRST, next);
      store<u32>(H_LIMBO_AT, 0);
      if (next == 0) store<u32>(H_LIMBO_LAST, 0);
      free(first, SEGMENT_BYTES);
    } else store<u32>(H_LIMBO_AT, at + 1);
    giveBack(what, bytes);
  }
  return count;
}

function giveBack(what: u32, bytes: u32): void {
  const kind = what & 7;
  if (kind == BLOCK) free(what, bytes);
  else if (kind == ARENA) freeInArena(what & ~7, bytes);
  else if (kind == SERIES) pushFree(H_SERIES_FREE, seriesAt(what >> 3), what >> 3);
  else if (kind == PAIR) pushFree(H_PAIR_FREE, pairAt(what >> 3), what >> 3);
  else pushFree(H_NAME_FREE, nameAt(what >> 3), what >> 3);
}

function pushFree(list: u32, record: u32, slot: u32): void {
  store<u32>(record, load<u32>(list));
  store<u32>(list, slot + 1);
}
