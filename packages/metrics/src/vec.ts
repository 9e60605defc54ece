import { assert } from '@ampere/platform';

/** What the label values of a series beyond the bound become. */
export const OVERFLOW = 'overflow';

/**
 * One instrument for each combination of label values, made when it is first asked for. There are at
 * most `seriesMax` of them: further combinations share one whose label values are all `overflow`, so
 * that no input can fill the memory with metrics.
 */
export class Vec<T> {
  readonly labelNames: readonly string[];
  readonly #seriesMax: number;
  readonly #make: () => T;
  readonly #series = new Map<string, { readonly values: readonly string[]; readonly instrument: T }>();

  constructor(labelNames: readonly string[], seriesMax: number, make: () => T) {
    this.labelNames = labelNames;
    this.#seriesMax = seriesMax;
    this.#make = make;
  }

  /** The instrument for these label values, in the order of the label names. */
  with(...values: string[]): T {
    assert(values.length === this.labelNames.length, `labels ${this.labelNames} got ${values.length} values`);
    const key = JSON.stringify(values);
    const known = this.#series.get(key);
    if (known !== undefined) return known.instrument;
    if (this.#series.size >= this.#seriesMax) {
      const overflow = values.map(() => OVERFLOW);
      return this.#add(JSON.stringify(overflow), overflow);
    }
    return this.#add(key, values);
  }

  /** Forgets every series in which the label has the value. */
  remove(labelName: string, value: string): void {
    const index = this.labelNames.indexOf(labelName);
    assert(index >= 0, `there is no label ${labelName}`);
    for (const [key, { values }] of this.#series) if (values[index] === value) this.#series.delete(key);
  }

  *entries(): IterableIterator<readonly [values: readonly string[], instrument: T]> {
    for (const { values, instrument } of this.#series.values()) yield [values, instrument];
  }

  #add(key: string, values: readonly string[]): T {
    const known = this.#series.get(key);
    if (known !== undefined) return known.instrument;
    const instrument = this.#make();
    this.#series.set(key, { values, instrument });
    return instrument;
  }
}
