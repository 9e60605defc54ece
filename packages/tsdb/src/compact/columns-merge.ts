// Joins the columns of one series from several places.
//
// Whether a counter began anew between two samples was found out where they lay side by side. A histogram that
// gets another predecessor is one of which that isn't known.

import type { FloatHistogram, SampleColumns } from '@ampere/series';

/**
 * Replaces `into` with the samples of two ascending columns in time order; of equal times, `a`'s. Neither
 * may be `into`.
 */
export function mergeColumns(a: SampleColumns, b: SampleColumns, into: SampleColumns): void {
  into.clear();
  into.reserve(a.length + b.length);
  if (a.histograms !== null || b.histograms !== null) into.histograms = [];
  let i = 0;
  let j = 0;
  /** Of the sample before: which columns it was taken from, and where the next one of them is. */
  let last: SampleColumns | undefined;
  let next = 0;
  while (i < a.length || j < b.length) {
    const aMs = i < a.length ? a.timesMs[i]! : Infinity;
    const bMs = j < b.length ? b.timesMs[j]! : Infinity;
    const from = aMs <= bMs ? a : b;
    const at = from === a ? i++ : j++;
    if (aMs === bMs) j++;
    copySample(from, at, into, last === undefined || (last === from && next === at));
    last = from;
    next = at + 1;
  }
}

/** Appends `from`'s samples, which must all be later than what is there. */
export function appendColumns(from: SampleColumns, into: SampleColumns): void {
  into.reserve(into.length + from.length);
  into.timesMs.set(from.timesMs.subarray(0, from.length), into.length);
  // As words, so that no NaN is rewritten on the way.
  into.words.set(from.words.subarray(0, 2 * from.length), 2 * into.length);
  if (from.histograms !== null || into.histograms !== null) {
    into.histograms ??= [];
    for (let i = 0; i < from.length; i++) {
      const histogram = from.histograms?.[i];
      into.histograms[into.length + i] = i === 0 && into.length > 0 ? unlinked(histogram) : histogram;
    }
  }
  into.length += from.length;
}

function copySample(from: SampleColumns, index: number, into: SampleColumns, isLinked: boolean): void {
  const at = into.length++;
  into.timesMs[at] = from.timesMs[index]!;
  into.words[2 * at] = from.words[2 * index]!;
  into.words[2 * at + 1] = from.words[2 * index + 1]!;
  if (into.histograms === null) return;
  const histogram = from.histograms?.[index];
  into.histograms[at] = isLinked ? histogram : unlinked(histogram);
}

/** A histogram behind another one than it was. Columns carry histograms as `unknown`: these are storage's own. */
function unlinked(histogram: unknown): unknown {
  const one = histogram as FloatHistogram | undefined;
  if (one === undefined || one.counterReset === 'gauge' || one.counterReset === 'unknown') return one;
  return { ...one, counterReset: 'unknown' };
}
