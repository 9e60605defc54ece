// Lists of numbers that grow at their end: the series of a pair, the pairs of a name.
//
// A list of one is kept in its word, since most values of large labels belong to a single series. A reader takes
// the word, then the length, then as many items: they are written in the opposite order.

import { allocate, capacityOf } from './allocator';
import { L_CAPACITY, L_ITEMS, L_LENGTH } from './layout';
import { releaseBlock } from './limbo';

export function listLength(word: u32): u32 {
  const list = load<u32>(word);
  if (list == 0) return 0;
  return list & 1 ? 1 : load<u32>(list, L_LENGTH);
}

/** Makes room for one more; false when no memory is left. */
export function reserveItem(word: u32): bool {
  const list = load<u32>(word);
  if (list == 0) return true;
  const length: u32 = list & 1 ? 1 : load<u32>(list, L_LENGTH);
  if (!(list & 1) && length < load<u32>(list, L_CAPACITY)) return true;
  const bytes = capacityOf(<u32>L_ITEMS + 4 * max<u32>(2, length + max<u32>(1, length >> 1)));
  const grown = allocate(bytes);
  if (grown == 0) return false;
  store<u32>(grown, length, L_LENGTH);
  store<u32>(grown, (bytes - L_ITEMS) >> 2, L_CAPACITY);
  if (list & 1) store<u32>(grown, list >> 1, L_ITEMS);
  else memory.copy(grown + L_ITEMS, list + L_ITEMS, length << 2);
  atomic.store<u32>(word, grown);
  if (!(list & 1)) releaseBlock(list, listBytes(list));
  return true;
}

/** Adds an item, for which there is room. */
export function pushItem(word: u32, item: u32): void {
  const list = load<u32>(word);
  if (list == 0) {
    atomic.store<u32>(word, (item << 1) | 1);
    return;
  }
  const length = load<u32>(list, L_LENGTH);
  store<u32>(list + (length << 2), item, L_ITEMS);
  atomic.store<u32>(list + L_LENGTH, length + 1);
}

export function listBytes(list: u32): u32 {
  return <u32>L_ITEMS + (load<u32>(list, L_CAPACITY) << 2);
}

/** Empties a list. */
export function dropList(word: u32): void {
  const list = load<u32>(word);
  atomic.store<u32>(word, 0);
  if (list != 0 && !(list & 1)) releaseBlock(list, listBytes(list));
}
