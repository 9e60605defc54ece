// Two answers of the query API, compared as a user would: status, error, type, series, times, values and
// annotations.
//
// 1. Errors must be the same to the letter.
// 2. Series are paired by their labels: Prometheus promises no order of an instant vector, unless the
//    query sorts it; then the values must come in the same order.
// 3. Values must be equal within RELATIVE; NaN and infinities exactly. Numbers of many digits in labels,
//    which count_values makes of values, are paired by the digits that matter.
// 4. Annotations are compared as sets. An answer shows ten of a kind, and of more than ten Prometheus
//    chooses at random, so then only their number is compared.

/** How far values may lie apart, as a part of the larger one. */
const RELATIVE = 1e-9;
/**
 * How far they may lie apart besides, when the query has a function whose last digit is the platform's:
 * that digit is all that is left after nearly equal values are subtracted, as by stddev.
 */
const ABSOLUTE = 1e-14;
const TRANSCENDENTAL = /\b(a?(sin|cos|tan)h?|atan2|exp|ln|log2|log10|deg|rad)\b|\^/;

/** A native histogram: ends that belong to the bucket, lower end, upper end, count. */
interface Histogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [number, string, string, string])[];
}

type Point = readonly [timeS: number, value: string];
type HistogramPoint = readonly [timeS: number, histogram: Histogram];

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
  readonly histogram?: HistogramPoint;
  readonly histograms?: readonly HistogramPoint[];
}

export interface Answer {
  readonly status: string;
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly Series[] | Point };
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** The first difference in words, or undefined when there is none. */
export function differenceOf(query: string, ours: Answer, theirs: Answer): string | undefined {
  if (ours.status !== theirs.status || ours.errorType !== theirs.errorType || ours.error !== theirs.error)
    return `ours: ${summaryOf(ours)}\n  theirs: ${summaryOf(theirs)}`;
  if (ours.data?.resultType !== theirs.data?.resultType)
    return `type ${ours.data?.resultType}, not ${theirs.data?.resultType}`;
  return (
    resultDifference(query, ours, theirs) ??
    annotationDifference('warnings', ours.warnings, theirs.warnings) ??
    annotationDifference('infos', ours.infos, theirs.infos)
  );
}

function summaryOf({ status, errorType, error, data }: Answer): string {
  if (status === 'error') return `${errorType}: ${error}`;
  const text = JSON.stringify(data);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function resultDifference(query: string, ours: Answer, theirs: Answer): string | undefined {
  if (ours.data === undefined || theirs.data === undefined) return undefined;
  const type = theirs.data.resultType;
  const areClose = type === 'string' ? isSameText : closenessFor(query);
  if (type === 'scalar' || type === 'string')
    return pointsDifference([ours.data.result as Point], [theirs.data.result as Point], areClose);
  const ourSeries = ours.data.result as readonly Series[];
  const theirSeries = theirs.data.result as readonly Series[];
  const paired = new Map(theirSeries.map((series) => [keyOf(series), series]));
  for (const series of ourSeries) {
    const key = keyOf(series);
    const other = paired.get(key);
    if (other === undefined) return `only ours has ${key} ${JSON.stringify(pointsOf(series)).slice(0, 200)}`;
    paired.delete(key);
    const difference =
      pointsDifference(pointsOf(series), pointsOf(other), areClose) ??
      histogramsDifference(histogramsOf(series), histogramsOf(other), areClose);
    if (difference !== undefined) return `${key}: ${difference}`;
  }
  for (const [key, series] of paired)
    return `only theirs has ${key} ${JSON.stringify(pointsOf(series)).slice(0, 200)}`;
  if (type === 'matrix') return orderDifference(ourSeries.map(keyOf), theirSeries.map(keyOf), isSameText);
  if (!/^\s*sort(_desc)?\s*\(/.test(query)) return undefined;
  const values = (list: readonly Series[]) =>
    list.map((series) => series.value?.[1] ?? JSON.stringify(series.histogram));
  return orderDifference(values(ourSeries), values(theirSeries), areClose);
}

function orderDifference(ours: readonly string[], theirs: readonly string[], areEqual: Equality) {
  const at = ours.findIndex((text, i) => !areEqual(text, theirs[i]!));
  return at < 0 ? undefined : `order: place ${at} has ${ours[at]}, theirs ${theirs[at]}`;
}

function keyOf({ metric }: Series): string {
  const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(labels.map(([name, value]) => [name, shortened(value)]));
}

/** A number of more digits than two implementations of a function agree in, rounded. */
function shortened(text: string): string {
  return /^-?[\d.]{15,}(e[+-]\d+)?$/.test(text) ? String(Number(Number(text).toPrecision(12))) : text;
}

/** Whether the values at each time are the same, whichever series have them. */
export function haveSameValues(query: string, ours: Answer, theirs: Answer): boolean {
  const [a, b] = [ours, theirs].map(({ data }) =>
    (data!.result as readonly Series[])
      .flatMap(pointsOf)
      .sort((p, q) => p[0] - q[0] || Number(p[1]) - Number(q[1]) || (p[1] < q[1] ? -1 : 1)),
  );
  return pointsDifference(a!, b!, closenessFor(query)) === undefined;
}

function pointsOf({ value, values }: Series): readonly Point[] {
  return values ?? (value === undefined ? [] : [value]);
}

function histogramsOf({ histogram, histograms }: Series): readonly HistogramPoint[] {
  return histograms ?? (histogram === undefined ? [] : [histogram]);
}

function histogramsDifference(
  ours: readonly HistogramPoint[],
  theirs: readonly HistogramPoint[],
  areEqual: Equality,
): string | undefined {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [a, b] = [ours[i], theirs[i]];
    const isSame =
      a !== undefined && b !== undefined && a[0] === b[0] && isSameHistogram(a[1], b[1], areEqual);
    if (!isSame) return `histogram ${i} is ${JSON.stringify(a)}, theirs ${JSON.stringify(b)}`;
  }
  return undefined;
}

function isSameHistogram(ours: Histogram, theirs: Histogram, areEqual: Equality): boolean {
  const [a, b] = [ours.buckets ?? [], theirs.buckets ?? []];
  return (
    areEqual(ours.count, theirs.count) &&
    areEqual(ours.sum, theirs.sum) &&
    a.length === b.length &&
    a.every((bucket, i) => bucket.every((part, j) => areEqual(String(part), String(b[i]![j]))))
  );
}

function pointsDifference(
  ours: readonly Point[],
  theirs: readonly Point[],
  areEqual: Equality,
): string | undefined {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [a, b] = [ours[i], theirs[i]];
    const isSame = a !== undefined && b !== undefined && a[0] === b[0] && areEqual(a[1], b[1]);
    if (!isSame) return `point ${i} is ${JSON.stringify(a)}, theirs ${JSON.stringify(b)}`;
  }
  return undefined;
}

type Equality = (ours: string, theirs: string) => boolean;

const isSameText: Equality = (ours, theirs) => ours === theirs;

/** When two values of a query's results are as good as equal. */
function closenessFor(query: string): Equality {
  const absolute = TRANSCENDENTAL.test(query) ? ABSOLUTE : 0;
  return (ours, theirs) => {
    if (ours === theirs) return true;
    const [a, b] = [Number(ours), Number(theirs)];
    // "NaN" and "+Inf" are no numbers for Number, or infinite: only their own text equals them.
    if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
    return Math.abs(a - b) <= Math.max(absolute, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));
  };
}

function annotationDifference(
  kind: string,
  ours: readonly string[] = [],
  theirs: readonly string[] = [],
): string | undefined {
  const isCut = theirs.length > 10;
  const [a, b] = [ours, theirs].map((list) => (isCut ? [list.at(-1)] : [...list].sort()));
  return JSON.stringify(a) === JSON.stringify(b)
    ? undefined
    : `${kind} ${JSON.stringify(ours)}\n  theirs ${JSON.stringify(theirs)}`;
}
