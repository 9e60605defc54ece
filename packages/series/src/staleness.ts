// The stale marker: the one NaN that says "this series has ended here".
//
// Its bits are 0x7ff0000000000002. Every other NaN is a value. A JavaScript engine may rewrite the
// payload of a NaN whenever it passes through a Number, so the marker is only ever written, copied
// and compared as two 32-bit words of a Uint32Array that overlays the values (little-endian: the low
// word comes first).

export const STALE_LOW_WORD = 0x00000002;
export const STALE_HIGH_WORD = 0x7ff00000;

/** Whether value `index` is the stale marker; `words` overlays the values' Float64Array. */
export function isStaleAt(words: Uint32Array, index: number): boolean {
  return words[2 * index + 1] === STALE_HIGH_WORD && words[2 * index] === STALE_LOW_WORD;
}

/** Writes the stale marker as value `index`. */
export function setStaleAt(words: Uint32Array, index: number): void {
  words[2 * index] = STALE_LOW_WORD;
  words[2 * index + 1] = STALE_HIGH_WORD;
}
