// Writes an index (version 2) in one pass over the series, though the symbols, which come first in the
// file, are known only after the last series.
//
// 1. Each series is set down in a side file: its label pairs as numbers, its chunks in their final form.
// 2. At the end the texts are sorted and written as the symbol table.
// 3. The side file is read through: each series is written with its final symbols, and its number goes into
//    the lists of its pairs, whose lengths were counted in step 1.
// 4. Label indices, lists, their two tables and the table of contents follow.
//
// Others on the thread get their turn every few milliseconds, but in step 2.
//
// In memory are the texts, the pairs and four bytes per label of a series.

import { assert, type Clock, type Disk, type DiskFile } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { Pacer } from '../pacer.ts';
import { ByteBuffer } from '../wal/byte-buffer.ts';
import { crc32c } from '../wal/crc32c.ts';
import { BlockError } from './block-error.ts';
import { ByteCursor } from './byte-cursor.ts';
import { FileOutput } from './file-output.ts';
import { SERIES_ALIGN_BYTES } from './index-reader.ts';
import { INDEX_FILE, INDEX_MAGIC } from './index-sections.ts';
import { PairCollection } from './pair-collection.ts';

const VERSION = 2;
const SIDE_FILE = 'index.series';
const SIDE_READ_BYTES = 1 << 20;
const SECTION_BYTES_MAX = 2 ** 32 - 1;
const UTF8 = new TextEncoder();

/** Where a chunk was written. */
export interface ChunkPlace {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly ref: number;
}

export class IndexWriter {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #side: FileOutput;
  readonly #pacer: Pacer;
  readonly #pairs = new PairCollection();
  readonly #entry = new ByteBuffer(1024);
  #last: Labels = Labels.EMPTY;
  #series = 0;

  private constructor(disk: Disk, folder: string, clock: Clock, side: FileOutput) {
    this.#disk = disk;
    this.#folder = folder;
    this.#pacer = new Pacer(clock);
    this.#side = side;
  }

  static async create(disk: Disk, folder: string, clock: Clock): Promise<IndexWriter> {
    return new IndexWriter(disk, folder, clock, await FileOutput.create(disk, `${folder}/${SIDE_FILE}`));
  }

  /** Adds a series, whose labels must be above those of the one before, with its chunks in time order. */
  async add(labels: Labels, chunks: readonly ChunkPlace[]): Promise<void> {
    assert(this.#series === 0 || this.#last.compare(labels) < 0, 'series are not added in order');
    this.#last = labels;
    this.#series++;
    if (this.#side.isFull) await this.#side.drain();
    const entry = this.#entry;
    entry.length = 0;
    entry.reserve(16 + 8 * labels.size);
    entry.uvarint(labels.size);
    for (let i = 0; i < labels.size; i++) {
      entry.uvarint(this.#pairs.add(labels.names[i]!, labels.values[i]!));
    }
    putChunks(entry, chunks);
    this.#side.u32(entry.length);
    this.#side.buffer.append(entry.content());
  }

  /** Writes the index and makes it durable; the folder's entry is the caller's to sync. */
  async finish(): Promise<void> {
    await this.#side.drain();
    await this.#side.abandon();
    const output = await FileOutput.create(this.#disk, `${this.#folder}/${INDEX_FILE}`);
    try {
      await this.#write(output);
    } catch (error) {
      await output.abandon();
      throw error;
    }
    await output.finish();
    await this.#disk.remove(`${this.#folder}/${SIDE_FILE}`);
  }

  async abandon(): Promise<void> {
    await this.#side.abandon();
  }

  async #write(output: FileOutput): Promise<void> {
    const { sorted, places } = await this.#pairs.sortTexts(this.#pacer);
    output.u32(INDEX_MAGIC);
    output.buffer.bytes[output.buffer.length++] = VERSION;
    const symbols = output.position;
    putSection(output, await encodeSymbols(sorted, this.#pacer));
    await output.drain();

    const series = output.position;
    const lists = new SeriesLists(this.#pairs, this.#series);
    await this.#writeSeries(output, places, lists);

    const order = await this.#pairs.sortPairs(places, this.#pacer);
    const labelIndices = output.position;
    const labelTable = await this.#writeLabelIndices(output, places, sorted, order);
    const postings = output.position;
    const postingsTable = await this.#writeLists(output, places, sorted, order, lists);
    const labelTableAt = output.position;
    putSection(output, labelTable);
    await output.drain();
    const postingsTableAt = output.position;
    putSection(output, postingsTable);
    await output.drain();

    const from = output.buffer.length;
    for (const offset of [symbols, series, labelIndices, labelTableAt, postings, postingsTableAt]) {
      output.u32(Math.floor(offset / 2 ** 32));
      output.u32(offset % 2 ** 32);
    }
    output.u32(crc32c(output.buffer.bytes, from, output.buffer.length));
  }

  async #writeSeries(output: FileOutput, places: Uint32Array, lists: SeriesLists): Promise<void> {
    const { nameTexts, valueTexts } = this.#pairs;
    const reader = await SideReader.open(this.#disk, this.#side.path);
    const entry = new ByteBuffer(1024);
    const pairs: number[] = [];
    try {
      for (let i = 0; i < this.#series; i++) {
        const cursor = await reader.next();
        pairs.length = cursor.uvarint();
        for (let j = 0; j < pairs.length; j++) pairs[j] = cursor.uvarint();
        const chunkBytes = cursor.end - cursor.at;
        entry.length = 0;
        entry.reserve(16 + 16 * pairs.length + chunkBytes);
        entry.uvarint(pairs.length);
        for (const pair of pairs) {
          entry.uvarint(places[nameTexts[pair]!]!);
          entry.uvarint(places[valueTexts[pair]!]!);
        }
        entry.bytes.set(cursor.bytes.subarray(cursor.at, cursor.at + chunkBytes), entry.length);
        entry.length += chunkBytes;

        output.align(SERIES_ALIGN_BYTES);
        const number = output.position / SERIES_ALIGN_BYTES;
        if (number > 0xffffffff)
          throw new BlockError('too-large', output.path, output.position, 'exceeds 64 GiB');
        lists.add(number, pairs);
        output.buffer.reserve(entry.length + 12);
        output.buffer.uvarint(entry.length);
        output.buffer.append(entry.content());
        output.u32(crc32c(entry.bytes, 0, entry.length));
        if (output.isFull) await output.drain();
        if (this.#pacer.isDue()) await this.#pacer.pause();
      }
    } finally {
      await reader.close();
    }
  }

  /** The values of each name: only old programs read them. Returns the table of where they are. */
  async #writeLabelIndices(
    output: FileOutput,
    places: Uint32Array,
    sorted: readonly string[],
    order: Uint32Array,
  ): Promise<ByteBuffer> {
    const { nameTexts, valueTexts } = this.#pairs;
    const table = new ByteBuffer(1024);
    let names = 0;
    table.length = 4;
    const content = new ByteBuffer(1024);
    for (let i = 0; i < order.length; ) {
      const name = nameTexts[order[i]!]!;
      let end = i;
      content.length = 8;
      while (end < order.length && nameTexts[order[end]!] === name) {
        content.reserve(4);
        content.view.setUint32(content.length, places[valueTexts[order[end]!]!]!);
        content.length += 4;
        end++;
      }
      content.view.setUint32(0, 1);
      content.view.setUint32(4, end - i);
      output.align(4);
      putText(table, 1, sorted[places[name]!]!);
      table.uvarint(output.position);
      names++;
      putSection(output, content);
      if (output.isFull) await output.drain();
      i = end;
    }
    table.view.setUint32(0, names);
    return table;
  }

  async #writeLists(
    output: FileOutput,
    places: Uint32Array,
    sorted: readonly string[],
    order: Uint32Array,
    lists: SeriesLists,
  ): Promise<ByteBuffer> {
    const { nameTexts, valueTexts } = this.#pairs;
    const table = new ByteBuffer(1 << 16);
    table.length = 4;
    const content = new ByteBuffer(1 << 16);
    const put = async (name: string, value: string, list: Uint32Array) => {
      content.length = 0;
      content.reserve(4 + 4 * list.length);
      content.view.setUint32(0, list.length);
      for (let i = 0; i < list.length; i++) content.view.setUint32(4 + 4 * i, list[i]!);
      content.length = 4 + 4 * list.length;
      output.align(4);
      putText(table, 2, name);
      putText(table, undefined, value);
      table.uvarint(output.position);
      putSection(output, content);
      if (output.isFull) await output.drain();
      if (this.#pacer.isDue()) await this.#pacer.pause();
    };
    await put('', '', lists.all);
    for (const pair of order) {
      await put(sorted[places[nameTexts[pair]!]!]!, sorted[places[valueTexts[pair]!]!]!, lists.of(pair));
    }
    table.view.setUint32(0, order.length + 1);
    return table;
  }
}

/** The series of each pair, side by side in one array. */
class SeriesLists {
  readonly all: Uint32Array;
  readonly #entries: Uint32Array;
  /** By pair: where its list begins, and where its next entry goes. */
  readonly #begins: Float64Array;
  readonly #ends: Float64Array;
  #count = 0;

  constructor(pairs: PairCollection, series: number) {
    this.all = new Uint32Array(series);
    this.#begins = new Float64Array(pairs.count);
    let total = 0;
    for (let pair = 0; pair < pairs.count; pair++) {
      this.#begins[pair] = total;
      total += pairs.seriesCounts[pair]!;
    }
    this.#ends = this.#begins.slice();
    this.#entries = new Uint32Array(total);
  }

  add(number: number, pairs: readonly number[]): void {
    this.all[this.#count++] = number;
    for (const pair of pairs) this.#entries[this.#ends[pair]!++] = number;
  }

  of(pair: number): Uint32Array {
    return this.#entries.subarray(this.#begins[pair], this.#ends[pair]);
  }
}

/** Reads the side file entry by entry: a length, then so many bytes. */
class SideReader {
  readonly #file: DiskFile;
  readonly #path: string;
  readonly #cursor = new ByteCursor();
  #window = new Uint8Array(SIDE_READ_BYTES);
  #at = 0;
  #filled = 0;
  /** Where in the file the window's end lies. */
  #position = 0;

  private constructor(path: string, file: DiskFile) {
    this.#path = path;
    this.#file = file;
  }

  static async open(disk: Disk, path: string): Promise<SideReader> {
    return new SideReader(path, await disk.openRead(path));
  }

  /** The cursor on the next entry; valid until the next call. */
  async next(): Promise<ByteCursor> {
    if (this.#filled - this.#at < 4) await this.#fill(4);
    const length = this.#locate(4).u32();
    this.#at += 4;
    if (this.#filled - this.#at < length) await this.#fill(length);
    this.#locate(length);
    this.#at += length;
    return this.#cursor;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #locate(length: number): ByteCursor {
    const offset = this.#position - this.#filled + this.#at;
    if (this.#at + length > this.#filled) {
      throw new BlockError('corrupt', this.#path, offset, 'ends before it should');
    }
    return this.#cursor.reset(this.#path, offset, this.#window, this.#at, this.#at + length);
  }

  /** Reads on, so that `length` bytes from the place reached are in the window. */
  async #fill(length: number): Promise<void> {
    const left = this.#window.subarray(this.#at, this.#filled);
    if (length > this.#window.length) this.#window = new Uint8Array(2 * length);
    this.#window.set(left);
    const count = await this.#file.read(this.#window.subarray(left.length), this.#position);
    this.#position += count;
    this.#at = 0;
    this.#filled = left.length + count;
  }
}

function putChunks(into: ByteBuffer, chunks: readonly ChunkPlace[]): void {
  into.uvarint(chunks.length);
  let lastMs = 0;
  let lastRef = 0;
  for (let i = 0; i < chunks.length; i++) {
    const { minTimeMs, maxTimeMs, ref } = chunks[i]!;
    assert(minTimeMs <= maxTimeMs, 'a chunk ends before it begins');
    into.reserve(24);
    if (i === 0) {
      into.varint(minTimeMs);
      into.uvarint(maxTimeMs - minTimeMs);
      into.uvarint(ref);
    } else {
      assert(minTimeMs > lastMs, 'chunks of a series overlap');
      into.uvarint(minTimeMs - lastMs);
      into.uvarint(maxTimeMs - minTimeMs);
      into.varint(ref - lastRef);
    }
    lastMs = maxTimeMs;
    lastRef = ref;
  }
}

/** Appends a text with its length before it, and before that the number of texts where it is given. */
function putText(into: ByteBuffer, count: number | undefined, text: string): void {
  // A UTF-16 unit takes at most three bytes.
  into.reserve(3 * text.length + 24);
  if (count !== undefined) into.uvarint(count);
  const length = isAscii(text) ? text.length : UTF8.encode(text).length;
  into.uvarint(length);
  UTF8.encodeInto(text, into.bytes.subarray(into.length));
  into.length += length;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

async function encodeSymbols(sorted: readonly string[], pacer: Pacer): Promise<ByteBuffer> {
  const content = new ByteBuffer(1 << 16);
  content.view.setUint32(0, sorted.length);
  content.length = 4;
  for (const text of sorted) {
    putText(content, undefined, text);
    if (pacer.isDue()) await pacer.pause();
  }
  return content;
}

/** Length, content, checksum. */
function putSection(output: FileOutput, content: ByteBuffer): void {
  if (content.length > SECTION_BYTES_MAX) {
    throw new BlockError('too-large', output.path, output.position, 'a section exceeds 4 GiB');
  }
  output.u32(content.length);
  output.buffer.append(content.content());
  output.u32(crc32c(content.bytes, 0, content.length));
}
