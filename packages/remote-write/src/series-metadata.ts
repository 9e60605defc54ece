// What the series of a Remote-Write 2.0 request say of their metrics, in the form of 1.0.
//
// 2.0 repeats type, help and unit with every series and leaves out the family's name. So:
//
// 1. The three are read into fields of this object and taken when the series ends, for only then is its
//    metric name known.
// 2. What was said of the name before is not said again. Compared are numbers of symbols, and only the
//    last few entries of the name: a sender that changes its mind more often repeats itself, up to the
//    bound on a request's entries, and storage finds the repetitions.
// 3. The family's name is the series' name without the suffix that its type explains.

import { METRIC_TYPES, type MetricMetadata, type MetricType } from './metadata.ts';
import type { SymbolTable } from './symbol-table.ts';
import { VARINT, type WireReader } from './wire-reader.ts';

const TYPE = (1 << 3) | VARINT;
const HELP_REF = (3 << 3) | VARINT;
const UNIT_REF = (4 << 3) | VARINT;
const FIELDS = ['', 'type', '', 'help_ref', 'unit_ref'];

/** How many entries of one name are compared with the next. */
const LOOK_BACK_MAX = 8;
const NONE = -1;

const SUFFIXES: Partial<Record<MetricType, readonly string[]>> = {
  histogram: ['_bucket', '_count', '_sum'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['_count', '_sum'],
};

/** Collects the metadata of one request after another. */
export class SeriesMetadata {
  /** The request's entries; a new array for each request. */
  entries: MetricMetadata[] = [];
  // Of the series being read.
  #at = 0;
  #type = 0;
  #help = 0;
  #unit = 0;
  /** By entry: the symbols it was made of, and the entry before it with the same name. */
  readonly #types: number[] = [];
  readonly #helps: number[] = [];
  readonly #units: number[] = [];
  readonly #before: number[] = [];
  readonly #lastOfName = new Map<number, number>();

  reset(): void {
    this.entries = [];
    for (const column of [this.#types, this.#helps, this.#units, this.#before]) column.length = 0;
    this.#lastOfName.clear();
    this.beginSeries();
  }

  beginSeries(): void {
    this.#type = 0;
    this.#help = 0;
    this.#unit = 0;
  }

  /** Reads a Metadata message that ends at `end`; of several in one series the last word counts. */
  read(reader: WireReader, end: number, symbols: SymbolTable): void {
    this.#at = reader.at;
    while (reader.at < end) {
      const tagAt = reader.at;
      const tag = reader.tag(end, 'Metadata');
      if (tag === TYPE) this.#type = reader.int64(end, 'Metadata.type');
      else if (tag === HELP_REF) this.#help = readReference(reader, end, 'Metadata.help_ref', symbols);
      else if (tag === UNIT_REF) this.#unit = readReference(reader, end, 'Metadata.unit_ref', symbols);
      else reader.skipUnknown(tag, tagAt, end, 'Metadata', FIELDS);
    }
  }

  /** Takes what was read for a series whose metric name is the symbol `name`, symbol 0 being none. */
  endSeries(reader: WireReader, name: number, symbols: SymbolTable, entriesMax: number): void {
    if (this.#type === 0 && this.#help === 0 && this.#unit === 0) return;
    const type = METRIC_TYPES[this.#type] ?? 'unknown';
    if (type === 'unknown' && symbols.isEmpty(this.#help) && symbols.isEmpty(this.#unit)) return;
    if (this.#isKnown(name)) return;
    const index = this.entries.length;
    if (index === entriesMax) {
      throw reader.tooLarge(this.#at, 'TimeSeries.metadata', `more than ${entriesMax} entries`);
    }
    this.entries.push({
      type,
      metricFamilyName: familyName(this.#text(reader, 'TimeSeries.labels_refs', name, symbols), type),
      help: this.#text(reader, 'Metadata.help_ref', this.#help, symbols),
      unit: this.#text(reader, 'Metadata.unit_ref', this.#unit, symbols),
    });
    this.#types.push(this.#type);
    this.#helps.push(this.#help);
    this.#units.push(this.#unit);
    this.#before.push(this.#lastOfName.get(name) ?? NONE);
    this.#lastOfName.set(name, index);
  }

  #isKnown(name: number): boolean {
    let entry = this.#lastOfName.get(name) ?? NONE;
    for (let looked = 0; entry !== NONE && looked < LOOK_BACK_MAX; looked++) {
      const isSame =
        this.#types[entry] === this.#type &&
        this.#helps[entry] === this.#help &&
        this.#units[entry] === this.#unit;
      if (isSame) return true;
      entry = this.#before[entry]!;
    }
    return false;
  }

  #text(reader: WireReader, field: string, symbol: number, symbols: SymbolTable): string {
    try {
      return symbols.text(symbol);
    } catch {
      throw reader.malformed(this.#at, field, 'text that is not UTF-8, for metadata');
    }
  }
}

/** Reads the number of a symbol, and refuses one that there is not. */
export function readReference(reader: WireReader, end: number, field: string, symbols: SymbolTable): number {
  const from = reader.at;
  const symbol = reader.uint32(end, field);
  if (symbol < symbols.count) return symbol;
  throw reader.malformed(from, field, `reference ${symbol} into a table of ${symbols.count} symbols`);
}

/** The name of the family that a series of this name and type is of. */
export function familyName(metricName: string, type: MetricType): string {
  const suffix = SUFFIXES[type]?.find((end) => metricName.endsWith(end)) ?? '';
  return metricName.slice(0, metricName.length - suffix.length);
}
