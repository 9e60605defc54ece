import type { Pacer } from './pacer.ts';

/** Sorted without a pause in between. */
const RUN = 2048;

/** A merge sort from short runs upwards; `items` is overwritten. */
export async function sortPaced(
  items: Uint32Array,
  compare: (a: number, b: number) => number,
  pacer: Pacer,
): Promise<Uint32Array> {
  for (let from = 0; from < items.length; from += RUN) {
    items.subarray(from, from + RUN).sort(compare);
    if (pacer.isDue()) await pacer.pause();
  }
  let source = items;
  let target: Uint32Array = new Uint32Array(items.length > RUN ? items.length : 0);
  for (let width = RUN; width < items.length; width *= 2) {
    for (let from = 0; from < items.length; from += 2 * width) {
      const middle = Math.min(from + width, items.length);
      const end = Math.min(middle + width, items.length);
      let left = from;
      let right = middle;
      for (let at = from; at < end; at++) {
        const takeLeft = right === end || (left < middle && compare(source[left]!, source[right]!) <= 0);
        target[at] = source[takeLeft ? left++ : right++]!;
        if (at % RUN === 0 && pacer.isDue()) await pacer.pause();
      }
    }
    [source, target] = [target, source];
  }
  return source;
}
