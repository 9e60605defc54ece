// Finds the series of an index that a set of matchers takes.
//
// 1. A matcher that doesn't take the empty value takes only series with its label: the lists of the values
//    it takes are joined, and the results of all such matchers intersected.
// 2. A matcher that takes the empty value refuses the series with a value it doesn't take: the lists of
//    those are subtracted. When there are only such matchers, all series are the start.
//
// Lists are ascending, as is the result, which is the order of the series' labels.

import type { Matcher } from '@ampere/series';
import type { AliveCheck } from '../alive-check.ts';
import type { IndexReader } from './index-reader.ts';

export function findSeries(index: IndexReader, matchers: readonly Matcher[], alive: AliveCheck): Uint32Array {
  let found: Uint32Array | undefined;
  const refusing: Matcher[] = [];
  // Equality first: it is the cheapest to look up and most often leaves little or nothing.
  const ordered = [...matchers].sort((a, b) => Number(b.kind === '=') - Number(a.kind === '='));
  for (const matcher of ordered) {
    if (matcher.matchesEmpty) {
      refusing.push(matcher);
      continue;
    }
    const taken = seriesWith(index, matcher, true, alive);
    found = found === undefined ? taken : intersect(found, taken);
    if (found.length === 0) return found;
  }
  found ??= index.allSeries();
  for (const matcher of refusing) {
    if (found.length === 0) return found;
    found = subtract(found, seriesWith(index, matcher, false, alive));
  }
  return found;
}

/** So many values are looked up one by one instead of being sought among all values. */
const LOOKED_UP_MAX = 100;

/** Series that have the label with a value that the matcher takes, or (`takes` false) doesn't take. */
function seriesWith(index: IndexReader, matcher: Matcher, takes: boolean, alive: AliveCheck): Uint32Array {
  const { name, kind, value } = matcher;
  if ((kind === '=' && takes) || (kind === '!=' && !takes)) {
    const offset = index.table.find(name, value);
    return offset === undefined ? new Uint32Array(0) : index.readList(offset);
  }
  // `.*` takes every value there can be: nothing is to be subtracted.
  if (kind === '=~' && value === '.*' && !takes) return new Uint32Array(0);
  const { texts } = matcher;
  if (takes && texts !== undefined && texts.length <= LOOKED_UP_MAX) {
    const offsets = texts.map((text) => index.table.find(name, text));
    return join(offsets.filter((offset) => offset !== undefined).map((offset) => index.readList(offset)));
  }
  const takesAll = kind === '=~' && value === '.+' && takes;
  const lists: Uint32Array[] = [];
  index.table.each(name, (candidate, offset) => {
    alive.tick();
    if (takesAll || matcher.matches(candidate) === takes) lists.push(index.readList(offset));
    return true;
  });
  return join(lists);
}

/** One series has one value of a name, so the lists share nothing. */
function join(lists: readonly Uint32Array[]): Uint32Array {
  if (lists.length === 1) return lists[0]!;
  let length = 0;
  for (const list of lists) length += list.length;
  const joined = new Uint32Array(length);
  let at = 0;
  for (const list of lists) {
    joined.set(list, at);
    at += list.length;
  }
  return joined.sort();
}

/** Elements of both ascending lists; reuses `a`. */
export function intersect(a: Uint32Array, b: Uint32Array): Uint32Array {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let kept = 0;
  let from = 0;
  for (let i = 0; i < short.length; i++) {
    const value = short[i]!;
    from = seek(long, from, value);
    if (from === long.length) break;
    if (long[from] === value) short[kept++] = value;
  }
  return short.subarray(0, kept);
}

/** Elements of `a` that `b` hasn't; reuses `a`. */
export function subtract(a: Uint32Array, b: Uint32Array): Uint32Array {
  let kept = 0;
  let from = 0;
  for (let i = 0; i < a.length; i++) {
    const value = a[i]!;
    from = seek(b, from, value);
    if (from === b.length || b[from] !== value) a[kept++] = value;
  }
  return a.subarray(0, kept);
}

/** First index from `from` on whose element is at least `value`, in leaps that double. */
function seek(list: Uint32Array, from: number, value: number): number {
  let step = 1;
  let low = from;
  while (low < list.length && list[low]! < value) {
    from = low + 1;
    low += step;
    step *= 2;
  }
  let above = Math.min(low, list.length);
  while (from < above) {
    const middle = (from + above) >>> 1;
    if (list[middle]! < value) from = middle + 1;
    else above = middle;
  }
  return from;
}
