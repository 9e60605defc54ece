// Durations of rule files: `1h30m`, `0`, `15s500ms`. Each unit once, from large to small, no fractions.

/** Unit, its milliseconds; in the order in which they must stand. */
const UNITS: readonly (readonly [string, bigint])[] = [
  ['y', 365n * 86_400_000n],
  ['w', 7n * 86_400_000n],
  ['d', 86_400_000n],
  ['h', 3_600_000n],
  ['m', 60_000n],
  ['s', 1_000n],
  ['ms', 1n],
];
/** Go keeps durations as 64-bit nanoseconds. */
const DURATION_MAX_NS = 2n ** 63n - 1n;
const NS_PER_MS = 1_000_000n;

/** A text that is no duration; the text of the error is Prometheus'. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** Milliseconds of a duration text. Throws DurationError. */
export function parseRuleDuration(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new DurationError('empty duration string');
  const invalid = () => new DurationError(`not a valid duration string: ${JSON.stringify(text)}`);
  let total = 0n;
  let next = 0;
  for (let rest = text; rest !== ''; ) {
    const piece = /^([0-9]+)([^0-9]+)/.exec(rest);
    if (piece === null) throw invalid();
    const [whole, digits, unit] = piece as unknown as [string, string, string];
    const count = BigInt(digits);
    if (count >= 2n ** 64n) throw invalid();
    const position = UNITS.findIndex(([name]) => name === unit);
    if (position < 0) {
      throw new DurationError(`unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    }
    if (position < next) throw invalid();
    next = position + 1;
    total += count * UNITS[position]![1];
    if (total * NS_PER_MS > DURATION_MAX_NS) throw new DurationError('duration out of range');
    rest = rest.slice(whole.length);
  }
  return Number(total);
}
