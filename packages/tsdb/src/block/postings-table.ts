// Where the lists of series are, by label name and value.
//
// 1. When it is opened, the table is checked. Of every name, each 32nd value is remembered with its place.
// 2. A value is looked for among the remembered ones, then in the run of entries from there.
// 3. All values of a name are read run by run.
//
// Version 1 tables may be unsorted: they are sorted in memory and kept there whole.

import { compareText } from '@ampere/series';
import type { ByteCursor } from './byte-cursor.ts';
import { EntryRuns, readSection, SAMPLE_EVERY, type TableOfContents } from './index-sections.ts';
import type { PagedFile } from './paged-file.ts';

/** Told a value and where its list begins; returns false to hear no more. */
export type VisitValue = (value: string, listOffset: number) => boolean;

export interface PostingsTable {
  /** Label names, sorted, without the empty one that stands for all series. */
  names(): readonly string[];
  /** Where the list of a pair begins; undefined when there is none. */
  find(name: string, value: string): number | undefined;
  /** Goes through the values of a name, sorted. The visitor may read other parts of the index. */
  each(name: string, visit: VisitValue): void;
}

export function readPostingsTable(file: PagedFile, toc: TableOfContents, cursor: ByteCursor): PostingsTable {
  return toc.version === 1 ? new LoadedTable(file, toc, cursor) : new SampledTable(file, toc, cursor);
}

/** Reads one entry's name and value into the cursor's reach; returns nothing before a foreign form. */
function expectPair(cursor: ByteCursor): void {
  if (cursor.uvarint() !== 2) cursor.fail('a postings table entry is not of a name and a value');
}

/** Orders `bytes[a, aEnd)` and `bytes[b, bEnd)`, which for UTF-8 is the order of the texts. */
function compareBytes(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
  const end = Math.min(aEnd, a + bEnd - b);
  for (let i = a, j = b; i < end; i++, j++) if (bytes[i] !== bytes[j]) return bytes[i]! - bytes[j]!;
  return aEnd - a - (bEnd - b);
}

/** The runs of one name. */
interface NameRuns {
  /** The first value of each run. */
  readonly firsts: string[];
  /** Number of the first of its runs. */
  readonly run: number;
}

class SampledTable implements PostingsTable {
  readonly #file: PagedFile;
  readonly #cursor: ByteCursor;
  readonly #runs = new EntryRuns();
  readonly #names = new Map<string, NameRuns>();
  /** What the last run held, since neighbours are often asked for one after the other. */
  #values: string[] = [];
  #offsets: number[] = [];
  #loaded = -1;

  constructor(file: PagedFile, toc: TableOfContents, cursor: ByteCursor) {
    this.#file = file;
    this.#cursor = cursor;
    if (toc.postingsTable === 0) return;
    readSection(file, toc.postingsTable, 'postings table', cursor);
    const count = cursor.u32();
    const { bytes } = cursor;
    // Where the last entry's name and value lie: only those that are remembered become strings.
    let lastName = 0;
    let lastNameEnd = 0;
    let lastValue = 0;
    let lastValueEnd = 0;
    let runs: NameRuns | undefined;
    let runEntries = 0;
    let from = cursor.at;
    let fileOffset = cursor.fileOffset;
    for (let i = 0; i < count; i++) {
      const entryAt = cursor.at;
      expectPair(cursor);
      const nameLength = cursor.uvarint();
      const name = cursor.at;
      const nameEnd = name + nameLength;
      cursor.skip(nameLength);
      const valueLength = cursor.uvarint();
      const value = cursor.at;
      const valueEnd = value + valueLength;
      cursor.skip(valueLength);
      cursor.uvarint();
      const order = i === 0 ? -1 : compareBytes(bytes, lastName, lastNameEnd, name, nameEnd);
      if (order > 0 || (order === 0 && compareBytes(bytes, lastValue, lastValueEnd, value, valueEnd) >= 0)) {
        cursor.fail('the postings table is not sorted');
      }
      if (order !== 0 || runEntries === SAMPLE_EVERY) {
        if (i > 0) this.#runs.add(fileOffset, bytes, from, entryAt);
        if (order !== 0) {
          runs = { firsts: [], run: this.#runs.count };
          this.#names.set(cursor.textAt(name, nameEnd), runs);
        }
        runs!.firsts.push(cursor.textAt(value, valueEnd));
        runEntries = 0;
        fileOffset += entryAt - from;
        from = entryAt;
      }
      runEntries++;
      lastName = name;
      lastNameEnd = nameEnd;
      lastValue = value;
      lastValueEnd = valueEnd;
    }
    if (count > 0) this.#runs.add(fileOffset, cursor.bytes, from, cursor.at);
  }

  names(): readonly string[] {
    return [...this.#names.keys()].filter((name) => name !== '');
  }

  find(name: string, value: string): number | undefined {
    const runs = this.#names.get(name);
    if (runs === undefined || compareText(value, runs.firsts[0]!) < 0) return undefined;
    let low = 0;
    let above = runs.firsts.length;
    while (above - low > 1) {
      const middle = (low + above) >>> 1;
      if (compareText(runs.firsts[middle]!, value) <= 0) low = middle;
      else above = middle;
    }
    this.#load(runs.run + low);
    const at = this.#values.indexOf(value);
    return at < 0 ? undefined : this.#offsets[at];
  }

  each(name: string, visit: VisitValue): void {
    const runs = this.#names.get(name);
    if (runs === undefined) return;
    for (let i = 0; i < runs.firsts.length; i++) {
      this.#load(runs.run + i);
      const values = this.#values;
      const offsets = this.#offsets;
      for (let j = 0; j < values.length; j++) if (!visit(values[j]!, offsets[j]!)) return;
    }
  }

  #load(run: number): void {
    if (this.#loaded === run) return;
    this.#loaded = -1;
    const values: string[] = [];
    const offsets: number[] = [];
    const cursor = this.#runs.locate(this.#file, run, this.#cursor);
    while (!cursor.isAtEnd) {
      expectPair(cursor);
      cursor.skip(cursor.uvarint());
      values.push(cursor.text());
      offsets.push(cursor.uvarint());
    }
    this.#values = values;
    this.#offsets = offsets;
    this.#loaded = run;
  }
}

class LoadedTable implements PostingsTable {
  readonly #names = new Map<string, Map<string, number>>();

  constructor(file: PagedFile, toc: TableOfContents, cursor: ByteCursor) {
    if (toc.postingsTable === 0) return;
    readSection(file, toc.postingsTable, 'postings table', cursor);
    const entries: [name: string, value: string, offset: number][] = [];
    for (let i = cursor.u32(); i > 0; i--) {
      expectPair(cursor);
      entries.push([cursor.text(), cursor.text(), cursor.uvarint()]);
    }
    entries.sort((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]));
    for (const [name, value, offset] of entries) {
      let values = this.#names.get(name);
      if (values === undefined) this.#names.set(name, (values = new Map()));
      values.set(value, offset);
    }
  }

  names(): readonly string[] {
    return [...this.#names.keys()].filter((name) => name !== '');
  }

  find(name: string, value: string): number | undefined {
    return this.#names.get(name)?.get(value);
  }

  each(name: string, visit: VisitValue): void {
    for (const [value, offset] of this.#names.get(name) ?? []) if (!visit(value, offset)) return;
  }
}
