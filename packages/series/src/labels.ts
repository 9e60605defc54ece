/** The label whose value is the metric's name. */
export const METRIC_NAME = '__name__';

/**
 * Orders text as Go does, by code point. UTF-16 units (JavaScript's own order) differ only where a
 * surrogate meets a unit above it.
 */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates (0xd800–0xdfff) stand for code points above all other units.
    if (x >= 0xd800 && y >= 0xd800) return rank(x) - rank(y);
    return x - y;
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * A label set: pairs sorted by name, no name twice, no empty value (an empty value is a missing
 * label). Immutable. Names and values may be shared with every other label set.
 */
export class Labels {
  static readonly EMPTY = new Labels([], []);

  readonly names: readonly string[];
  readonly values: readonly string[];
  #key: string | undefined;

  /** Takes over both arrays, which must be sorted by name (compareText) and free of empty values. */
  constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
    this.#key = undefined;
  }

  /** From pairs in any order; the last of equal names wins, empty values are left out. */
  static fromPairs(pairs: Iterable<readonly [string, string]>): Labels {
    const map = new Map<string, string>();
    for (const [name, value] of pairs) map.set(name, value);
    const names: string[] = [];
    for (const [name, value] of map) if (value !== '') names.push(name);
    names.sort(compareText);
    return new Labels(
      names,
      names.map((name) => map.get(name)!),
    );
  }

  static fromRecord(record: Readonly<Record<string, string>>): Labels {
    return Labels.fromPairs(Object.entries(record));
  }

  get size(): number {
    return this.names.length;
  }

  /** The value, or the empty string when there is no such label. */
  get(name: string): string {
    const index = this.names.indexOf(name);
    return index < 0 ? '' : this.values[index]!;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  get metricName(): string {
    return this.get(METRIC_NAME);
  }

  /** Equal for equal label sets, different for different ones. Made once. */
  get key(): string {
    if (this.#key === undefined) {
      let key = '';
      for (let i = 0; i < this.names.length; i++) {
        const name = this.names[i]!;
        const value = this.values[i]!;
        // Lengths in front make the text unambiguous whatever it contains.
        key += `${name.length}:${name}${value.length}:${value}`;
      }
      this.#key = key;
    }
    return this.#key;
  }

  equals(other: Labels): boolean {
    if (this === other) return true;
    if (this.names.length !== other.names.length) return false;
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i] !== other.names[i] || this.values[i] !== other.values[i]) return false;
    }
    return true;
  }

  /** Prometheus' order: pair by pair, name before value; a prefix comes first. */
  compare(other: Labels): number {
    const shorter = Math.min(this.names.length, other.names.length);
    for (let i = 0; i < shorter; i++) {
      // Equal texts, which are most, are quicker told by the machine than letter by letter.
      if (this.names[i] !== other.names[i]) return compareText(this.names[i]!, other.names[i]!);
      if (this.values[i] !== other.values[i]) return compareText(this.values[i]!, other.values[i]!);
    }
    return this.names.length - other.names.length;
  }

  /** Only the labels that `keep` takes; itself when that is all of them. */
  filter(keep: (name: string, value: string) => boolean): Labels {
    const { names, values } = this;
    let from = 0;
    while (from < names.length && keep(names[from]!, values[from]!)) from++;
    if (from === names.length) return this;
    const keptNames = names.slice(0, from);
    const keptValues = values.slice(0, from);
    for (let i = from + 1; i < names.length; i++) {
      if (!keep(names[i]!, values[i]!)) continue;
      keptNames.push(names[i]!);
      keptValues.push(values[i]!);
    }
    return new Labels(keptNames, keptValues);
  }

  withoutMetricName(): Labels {
    return this.filter((name) => name !== METRIC_NAME);
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.names.length; i++) yield [this.names[i]!, this.values[i]!];
  }
}

/** Changes to a label set, gathered and applied at once. */
export class LabelsBuilder {
  readonly #base: Labels;
  readonly #changes = new Map<string, string>();

  constructor(base: Labels = Labels.EMPTY) {
    this.#base = base;
  }

  /** Sets a label; an empty value removes it. */
  set(name: string, value: string): this {
    this.#changes.set(name, value);
    return this;
  }

  delete(name: string): this {
    return this.set(name, '');
  }

  labels(): Labels {
    if (this.#changes.size === 0) return this.#base;
    return Labels.fromPairs([...this.#base, ...this.#changes]);
  }
}
