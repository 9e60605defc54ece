// Functions of one number, with Go's results in the corners (NaN, infinities, signed zero).

export const MATH_FUNCTIONS: ReadonlyMap<string, (value: number) => number> = new Map([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['exp', Math.exp],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sqrt', Math.sqrt],
  ['sgn', sign],
  ['deg', (value: number) => (value * 180) / Math.PI],
  ['rad', (value: number) => (value * Math.PI) / 180],
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['asin', Math.asin],
  ['acos', Math.acos],
  ['atan', Math.atan],
  ['sinh', Math.sinh],
  ['cosh', Math.cosh],
  ['tanh', Math.tanh],
  ['asinh', Math.asinh],
  ['acosh', Math.acosh],
  ['atanh', Math.atanh],
]);

function sign(value: number): number {
  if (value < 0) return -1;
  if (value > 0) return 1;
  return value;
}

/** Ties go up. */
export function roundTo(value: number, nearest: number): number {
  // Multiplying by the inverse is less inaccurate than dividing.
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

export function clamp(value: number, least: number, most: number): number {
  return maxOf(least, minOf(most, value));
}

/** +Inf beats NaN, NaN beats everything else. */
export function maxOf(a: number, b: number): number {
  if (a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return Math.max(a, b);
}

/** -Inf beats NaN, NaN beats everything else. */
export function minOf(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return Math.min(a, b);
}
