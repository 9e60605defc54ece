import type { SampleColumns } from '@ampere/series';

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
  while (i < a.length || j < b.length) {
    const aMs = i < a.length ? a.timesMs[i]! : Infinity;
    const bMs = j < b.length ? b.timesMs[j]! : Infinity;
    if (aMs <= bMs) {
      copySample(a, i++, into);
      if (aMs === bMs) j++;
    } else copySample(b, j++, into);
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
    for (let i = 0; i < from.length; i++) into.histograms[into.length + i] = from.histograms?.[i];
  }
  into.length += from.length;
}

function copySample(from: SampleColumns, index: number, into: SampleColumns): void {
  const at = into.length++;
  into.timesMs[at] = from.timesMs[index]!;
  into.words[2 * at] = from.words[2 * index]!;
  into.words[2 * at + 1] = from.words[2 * index + 1]!;
  if (into.histograms !== null) into.histograms[at] = from.histograms?.[index];
}
