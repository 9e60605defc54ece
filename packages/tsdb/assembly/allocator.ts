// Blocks of memory in size classes, whole pages for what is larger.
//
// 1. A page of 64 KiB is cut into blocks of one class. Classes are multiples of 16 bytes, four to a doubling.
// 2. A page keeps its own list of free blocks; pages with free blocks are in the list of their class. A page
//    whose blocks are all free goes back to the pages.
// 3. Full chunks go one behind the other into pages of their own: chunks that are sealed together are dropped
//    together, so such a page only counts how many are left.
//
// A page's entry in the page table: kind (u8; 0 = free), live blocks (u16 at 2), first free block (u16 at 4, its
// number of 16 bytes plus one), unused rest (u16 at 6, likewise without the one), and the pages after and before
// it in the list of the class (u32 at 8 and 12); of the first page of a large block, how many it has (u32 at 8).

import {
  H_ARENA_PAGE,
  H_ARENA_USED,
  H_CLASSES,
  H_FIRST_FREE,
  H_FREE_PAGES,
  H_TOP,
  PAGE_BYTES,
  PAGE_TABLE,
} from './layout';

const SMALL_BYTES_MAX: u32 = 32768;
const UNITS_PER_PAGE: u32 = 4096;
const KIND_ARENA: u8 = 250;
const KIND_LARGE: u8 = 251;

// @ts-ignore: decorator
@inline
function entryOf(page: u32): u32 {
  return <u32>PAGE_TABLE + (page << 4);
}

function classOf(units: u32): u32 {
  if (units <= 8) return units - 1;
  const below: u32 = units - 1;
  const log: u32 = 31 - clz<u32>(below);
  return 8 + (log - 3) * 4 + ((below >> (log - 2)) - 4);
}

function unitsOfClass(sizeClass: u32): u32 {
  if (sizeClass < 8) return sizeClass + 1;
  return (5 + ((sizeClass - 8) & 3)) << (1 + ((sizeClass - 8) >> 2));
}

// @ts-ignore: decorator
@inline
function unitsOf(bytes: u32): u32 {
  return bytes == 0 ? 1 : (bytes + 15) >> 4;
}

/** How many bytes a block for `bytes` really has. */
export function capacityOf(bytes: u32): u32 {
  if (bytes > SMALL_BYTES_MAX) return pagesOf(bytes) << 16;
  return unitsOfClass(classOf(unitsOf(bytes))) << 4;
}

// @ts-ignore: decorator
@inline
function pagesOf(bytes: u32): u32 {
  return (bytes >> 16) + ((bytes & 0xffff) != 0 ? 1 : 0);
}

/** A block of at least `bytes`, its content undefined; 0 when no memory is left. */
export function allocate(bytes: u32): u32 {
  if (bytes > SMALL_BYTES_MAX) return takeLarge(pagesOf(bytes));
  const sizeClass = classOf(unitsOf(bytes));
  const units = unitsOfClass(sizeClass);
  const list: u32 = <u32>H_CLASSES + (sizeClass << 2);
  let page = load<u32>(list);
  if (page == 0) {
    page = takePages(1);
    if (page == 0) return 0;
    const fresh = entryOf(page);
    store<u64>(fresh, <u64>(sizeClass + 1));
    store<u64>(fresh, 0, 8);
    store<u32>(list, page);
  }
  const entry = entryOf(page);
  store<u16>(entry, load<u16>(entry, 2) + 1, 2);
  const free = <u32>load<u16>(entry, 4);
  let address: u32;
  if (free != 0) {
    address = (page << 16) + ((free - 1) << 4);
    store<u16>(entry, load<u16>(address), 4);
  } else {
    const rest = <u32>load<u16>(entry, 6);
    address = (page << 16) + (rest << 4);
    store<u16>(entry, <u16>(rest + units), 6);
  }
  if (load<u16>(entry, 4) == 0 && <u32>load<u16>(entry, 6) + units > UNITS_PER_PAGE) unlink(list, entry);
  return address;
}

/** Gives a block back at once; `bytes` as it was asked for. */
export function free(address: u32, bytes: u32): void {
  const page = address >> 16;
  if (bytes > SMALL_BYTES_MAX) {
    releasePages(page, pagesOf(bytes));
    return;
  }
  const entry = entryOf(page);
  const sizeClass = <u32>load<u8>(entry) - 1;
  const units = unitsOfClass(sizeClass);
  const list: u32 = <u32>H_CLASSES + (sizeClass << 2);
  const wasFull = load<u16>(entry, 4) == 0 && <u32>load<u16>(entry, 6) + units > UNITS_PER_PAGE;
  const live = load<u16>(entry, 2) - 1;
  store<u16>(entry, live, 2);
  store<u16>(address, load<u16>(entry, 4));
  store<u16>(entry, <u16>(((address & 0xffff) >> 4) + 1), 4);
  if (wasFull) {
    const first = load<u32>(list);
    store<u32>(entry, first, 8);
    store<u32>(entry, 0, 12);
    if (first != 0) store<u32>(entryOf(first), page, 12);
    store<u32>(list, page);
  }
  // The last page of a class is kept: it is wanted again soon.
  if (live == 0 && (load<u32>(entry, 8) != 0 || load<u32>(entry, 12) != 0)) {
    unlink(list, entry);
    releasePages(page, 1);
  }
}

function unlink(list: u32, entry: u32): void {
  const after = load<u32>(entry, 8);
  const before = load<u32>(entry, 12);
  if (after != 0) store<u32>(entryOf(after), before, 12);
  if (before != 0) store<u32>(entryOf(before), after, 8);
  else store<u32>(list, after);
  store<u64>(entry, 0, 8);
}

function takeLarge(count: u32): u32 {
  const first = takePages(count);
  if (first == 0) return 0;
  for (let i: u32 = 0; i < count; i++) store<u8>(entryOf(first + i), KIND_LARGE);
  store<u32>(entryOf(first), count, 8);
  return first << 16;
}

/** The first of as many pages in a row, whose entries are to be filled; 0 when there are none. */
function takePages(count: u32): u32 {
  const top = load<u32>(H_TOP);
  const freePages = load<u32>(H_FREE_PAGES);
  if (freePages >= count) {
    let run: u32 = 0;
    for (let page = load<u32>(H_FIRST_FREE); page < top; page++) {
      if (load<u8>(entryOf(page)) != 0) {
        run = 0;
        continue;
      }
      if (++run < count) continue;
      store<u32>(H_FREE_PAGES, freePages - count);
      if (count == 1) store<u32>(H_FIRST_FREE, page + 1);
      return page + 1 - count;
    }
  }
  // One page stays unused behind the last one: decoders read a little ahead.
  if (!hasPages(top + count + 1)) return 0;
  store<u32>(H_TOP, top + count);
  return top;
}

/** Grows the memory to so many pages, and some more while there is room. */
function hasPages(wanted: u32): bool {
  const pages = <u32>memory.size();
  if (wanted <= pages) return true;
  const more = wanted - pages;
  const ample = max<u32>(more, min<u32>(256, max<u32>(16, pages >> 3)));
  if (memory.grow(ample) != -1) return true;
  return memory.grow(more) != -1;
}

function releasePages(first: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) store<u8>(entryOf(first + i), 0);
  store<u32>(H_FREE_PAGES, load<u32>(H_FREE_PAGES) + count);
  if (first < load<u32>(H_FIRST_FREE)) store<u32>(H_FIRST_FREE, first);
}

/** Room for a full chunk, a multiple of 8; 0 when no memory is left. */
export function allocateInArena(bytes: u32): u32 {
  const size: u32 = (bytes + 7) & ~7;
  if (size > SMALL_BYTES_MAX) return allocate(size);
  let page = load<u32>(H_ARENA_PAGE);
  let used = load<u32>(H_ARENA_USED);
  if (page == 0 || used + size > <u32>PAGE_BYTES) {
    const fresh = takePages(1);
    if (fresh == 0) return 0;
    store<u64>(entryOf(fresh), <u64>KIND_ARENA);
    if (page != 0 && load<u16>(entryOf(page), 2) == 0) releasePages(page, 1);
    page = fresh;
    used = 0;
    store<u32>(H_ARENA_PAGE, page);
  }
  const entry = entryOf(page);
  store<u16>(entry, load<u16>(entry, 2) + 1, 2);
  store<u32>(H_ARENA_USED, used + size);
  return (page << 16) + used;
}

export function freeInArena(address: u32, bytes: u32): void {
  if (((bytes + 7) & ~7) > SMALL_BYTES_MAX) {
    free(address, (bytes + 7) & ~7);
    return;
  }
  const page = address >> 16;
  const entry = entryOf(page);
  const live = load<u16>(entry, 2) - 1;
  store<u16>(entry, live, 2);
  if (live == 0 && page != load<u32>(H_ARENA_PAGE)) releasePages(page, 1);
}
