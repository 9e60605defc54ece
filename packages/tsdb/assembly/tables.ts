// Hash tables with open addressing: from a tag to the numbers that may be meant. What is meant the caller decides
// by comparing bytes. Readers on other threads walk them as well, so a removed entry is only marked, and a table that
// grows is a new one.

import { allocate } from './allocator';
import { T_ENTRIES, T_LIVE, T_MASK, T_REMOVED, T_USED } from './layout';
import { releaseBlock } from './limbo';

/** Makes room for one more entry; false when no memory is left. */
export function reserveEntry(word: u32): bool {
  const table = load<u32>(word);
  if (table == 0) return rebuild(word, 64);
  const capacity = load<u32>(table, T_MASK) + 1;
  if (4 * (load<u32>(table, T_USED) + 1) <= 3 * capacity) return true;
  // With many removed entries the same size may do.
  return rebuild(word, load<u32>(table, T_LIVE) << 1 > capacity ? capacity << 1 : capacity);
}

function rebuild(word: u32, capacity: u32): bool {
  const bytes = <u32>T_ENTRIES + 8 * capacity;
  const fresh = allocate(bytes);
  if (fresh == 0) return false;
  memory.fill(fresh, 0, bytes);
  store<u32>(fresh, capacity - 1, T_MASK);
  const old = load<u32>(word);
  if (old != 0) {
    const oldBytes = tableBytes(old);
    for (let entry = old + T_ENTRIES; entry < old + oldBytes; entry += 8) {
      const item = load<u32>(entry);
      if (item != 0 && item != <u32>T_REMOVED) place(fresh, item, load<u32>(entry, 4));
    }
  }
  atomic.store<u32>(word, fresh);
  if (old != 0) releaseBlock(old, tableBytes(old));
  return true;
}

function tableBytes(table: u32): u32 {
  return <u32>T_ENTRIES + 8 * (load<u32>(table, T_MASK) + 1);
}

/** Adds an entry, for which there is room. `item` is not 0. */
export function addEntry(word: u32, item: u32, tag: u32): void {
  place(load<u32>(word), item, tag);
}

function place(table: u32, item: u32, tag: u32): void {
  const mask = load<u32>(table, T_MASK);
  let slot = tag & mask;
  while (load<u32>(table + (slot << 3), T_ENTRIES) != 0) slot = (slot + 1) & mask;
  const entry = table + T_ENTRIES + (slot << 3);
  store<u32>(entry, tag, 4);
  atomic.store<u32>(entry, item);
  store<u32>(table, load<u32>(table, T_LIVE) + 1, T_LIVE);
  store<u32>(table, load<u32>(table, T_USED) + 1, T_USED);
}

/** Takes out the entry of an item that is there. */
export function removeEntry(word: u32, item: u32, tag: u32): void {
  const table = load<u32>(word);
  const mask = load<u32>(table, T_MASK);
  for (let slot = tag & mask; ; slot = (slot + 1) & mask) {
    const entry = table + T_ENTRIES + (slot << 3);
    const found = load<u32>(entry);
    if (found == 0) return;
    if (found != item) continue;
    removeAt(table, entry);
    return;
  }
}

export function removeAt(table: u32, entry: u32): void {
  atomic.store<u32>(entry, <u32>T_REMOVED);
  store<u32>(table, load<u32>(table, T_LIVE) - 1, T_LIVE);
}

/** Forgets a table with all its entries. */
export function dropTable(word: u32): void {
  const table = load<u32>(word);
  atomic.store<u32>(word, 0);
  if (table != 0) releaseBlock(table, tableBytes(table));
}
