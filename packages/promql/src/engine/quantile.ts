// Quantiles of plain numbers.

/** Ascending, NaN before everything else (typed arrays by themselves put it last). */
export function sortNaNFirst(values: Float64Array): void {
  values.sort();
  let notANumber = 0;
  for (let i = values.length - 1; i >= 0 && Number.isNaN(values[i]!); i--) notANumber++;
  if (notANumber === 0 || notANumber === values.length) return;
  values.copyWithin(notANumber, 0, values.length - notANumber);
  values.fill(Number.NaN, 0, notANumber);
}

/** The quantile, interpolated between the two values it falls between. */
export function quantileOfSorted(quantile: number, sorted: Float64Array): number {
  const count = sorted.length;
  if (count === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const rank = quantile * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return sorted[lower]! * (1 - weight) + sorted[upper]! * weight;
}
