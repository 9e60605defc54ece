// Records of one size in pages that never move, found by number through a directory.

import { allocate } from './allocator';
import {
  H_NAME_BOUND,
  H_NAME_FREE,
  H_PAIR_BOUND,
  H_PAIR_FREE,
  H_SERIES_BOUND,
  H_SERIES_FREE,
  NAME_BYTES,
  NAME_PAGES,
  NAME_PAGES_MAX,
  PAIR_BYTES,
  PAIR_PAGES,
  PAIR_PAGES_MAX,
  SERIES_BYTES,
  SERIES_PAGES,
  SERIES_PAGES_MAX,
  SLOT_MASK,
  SLOT_SHIFT,
} from './layout';

// @ts-ignore: decorator
@inline
export function seriesAt(slot: u32): u32 {
  return load<u32>(<u32>SERIES_PAGES + ((slot >> SLOT_SHIFT) << 2)) + (slot & SLOT_MASK) * SERIES_BYTES;
}

// @ts-ignore: decorator
@inline
export function pairAt(slot: u32): u32 {
  return load<u32>(<u32>PAIR_PAGES + ((slot >> SLOT_SHIFT) << 2)) + (slot & SLOT_MASK) * PAIR_BYTES;
}

// @ts-ignore: decorator
@inline
export function nameAt(slot: u32): u32 {
  return load<u32>(<u32>NAME_PAGES + ((slot >> SLOT_SHIFT) << 2)) + (slot & SLOT_MASK) * NAME_BYTES;
}

/** A free slot, its record zeroed; -1 when no memory is left. */
export function takeSeriesSlot(): i32 {
  const slot = take(SERIES_PAGES, SERIES_PAGES_MAX, H_SERIES_BOUND, H_SERIES_FREE, SERIES_BYTES);
  if (slot >= 0) memory.fill(seriesAt(slot), 0, SERIES_BYTES);
  return slot;
}

export function takePairSlot(): i32 {
  const slot = take(PAIR_PAGES, PAIR_PAGES_MAX, H_PAIR_BOUND, H_PAIR_FREE, PAIR_BYTES);
  if (slot >= 0) memory.fill(pairAt(slot), 0, PAIR_BYTES);
  return slot;
}

export function takeNameSlot(): i32 {
  const slot = take(NAME_PAGES, NAME_PAGES_MAX, H_NAME_BOUND, H_NAME_FREE, NAME_BYTES);
  if (slot >= 0) memory.fill(nameAt(slot), 0, NAME_BYTES);
  return slot;
}

function take(pages: u32, pagesMax: u32, boundWord: u32, freeWord: u32, bytes: u32): i32 {
  const free = load<u32>(freeWord);
  if (free != 0) {
    const slot: u32 = free - 1;
    const record = load<u32>(pages + ((slot >> SLOT_SHIFT) << 2)) + (slot & SLOT_MASK) * bytes;
    store<u32>(freeWord, load<u32>(record));
    return slot;
  }
  const slot = load<u32>(boundWord);
  if ((slot & SLOT_MASK) == 0) {
    if (slot >> SLOT_SHIFT >= pagesMax) return -1;
    const page = allocate(bytes << SLOT_SHIFT);
    if (page == 0) return -1;
    memory.fill(page, 0, bytes << SLOT_SHIFT);
    atomic.store<u32>(pages + ((slot >> SLOT_SHIFT) << 2), page);
  }
  atomic.store<u32>(boundWord, slot + 1);
  return slot;
}
