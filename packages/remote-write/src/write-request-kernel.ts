// Decodes Remote-Write bodies inside a linear memory, with the kernel of assembly/. Results and errors are
// those of SnappyDecoder, WriteRequestDecoder and WriteRequestV2Decoder, its twins.
//
// 1. The declared length is checked, then the body is copied into the memory and decompressed there.
// 2. One walk fills the columns. A column that turns out too small is made twice as large and the walk
//    begins again: a later request of the kind finds it large enough.
// 3. Metadata, exemplars and histograms, which are few, are read here from the ranges that the walk noted.
// 4. Whatever is broken, or is spelled as no known sender does, is decoded again by the twin: it finds the
//    error and its text, or else its columns are copied into the memory. So is a request that says when counters
//    began, where that is to be kept.
//
// The blocks it works in stay allocated from one request to the next. `release` gives them back, and a
// request gives back those that the one before had made unusually large.

import { assert, type LinearMemory } from '@ampere/platform';
import type { WriteColumns } from '@ampere/series';
import { DecodeError } from './errors.ts';
import { decodeExemplar, decodeExemplarV2 } from './exemplar.ts';
import { decodeHistogram } from './histogram.ts';
import { KERNEL_WASM } from './kernel.wasm.ts';
import { KernelColumns } from './kernel-columns.ts';
import { CONTEXT_WORDS, ENTRY_BYTES, FIELD, RANGE, STATUS } from './kernel-context.ts';
import { MemoryRegion } from './memory-region.ts';
import { METRIC_TYPES, type MetricMetadata, readMetadata } from './metadata.ts';
import { familyName } from './series-metadata.ts';
import { readHeader, SnappyDecoder } from './snappy-decoder.ts';
import { SymbolTable } from './symbol-table.ts';
import { WireReader } from './wire-reader.ts';
import { type DecodedWriteRequest, WriteRequestDecoder } from './write-request-decoder.ts';
import { type WriteRequestV2Bounds, WriteRequestV2Decoder } from './write-request-v2-decoder.ts';

/** As far as the kernel's copies and reads may run over the end of a block's content. */
const SLACK_BYTES = 256;
const RANGES_MIN = 256;
const SYMBOLS_MIN = 1024;
const LABEL_BYTES_MIN = 64 * 1024;
const ENTRIES_MIN = 128;
const WORD_BYTES = 4;
const NO_METADATA: readonly MetricMetadata[] = [];

interface KernelExports {
  uncompress(input: number, inputEnd: number, output: number, outputEnd: number): number;
  walkWriteRequest(context: number): number;
  walkWriteRequestV2(context: number): number;
}

let module: WebAssembly.Module | undefined;

function instantiate(memory: LinearMemory): KernelExports {
  module ??= new WebAssembly.Module(KERNEL_WASM);
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  return instance.exports as unknown as KernelExports;
}

/** What a kernel found in a request. Valid until its next `decode` or `release`. */
export interface KernelWriteRequest extends DecodedWriteRequest {
  /** Of 2.0: how often a series or a sample said when its counter began. */
  readonly createdTimestampCount: number;
  /** Undefined when nobody has counted. */
  readonly pairLabels: PairLabels | undefined;
}

/** How much of a request has the labels of a highly available pair of senders. */
export interface PairLabels {
  /** Float samples of series with a label `cluster`. */
  readonly clusterSamples: number;
  /** Series with a label `__replica__`. */
  readonly replicaSeries: number;
}

/** Decodes the requests of one workspace, one after another, inside its linear memory. */
export class WriteRequestKernel {
  readonly #memory: LinearMemory;
  readonly #bounds: WriteRequestV2Bounds;
  readonly #exports: KernelExports;
  readonly #columns: KernelColumns;
  readonly #context: MemoryRegion;
  readonly #body: MemoryRegion;
  readonly #message: MemoryRegion;
  readonly #ranges: MemoryRegion;
  readonly #symbolsFrom: MemoryRegion;
  readonly #symbolsTo: MemoryRegion;
  readonly #lastOfName: MemoryRegion;
  readonly #labelBytes: MemoryRegion;
  readonly #entries: MemoryRegion;
  readonly #regions: readonly MemoryRegion[];
  readonly #reader = new WireReader();
  readonly #symbols = new SymbolTable();
  #messageBytes = 0;
  #twinDecodes = 0;
  #octets: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);

  /** Nothing of the memory is taken before the first request. */
  constructor(memory: LinearMemory, bounds: WriteRequestV2Bounds) {
    this.#memory = memory;
    this.#bounds = bounds;
    this.#exports = instantiate(memory);
    this.#columns = new KernelColumns(memory);
    this.#context = new MemoryRegion(memory);
    this.#body = new MemoryRegion(memory, SLACK_BYTES);
    this.#message = new MemoryRegion(memory, SLACK_BYTES);
    this.#ranges = new MemoryRegion(memory);
    this.#symbolsFrom = new MemoryRegion(memory);
    this.#symbolsTo = new MemoryRegion(memory);
    this.#lastOfName = new MemoryRegion(memory);
    this.#labelBytes = new MemoryRegion(memory, SLACK_BYTES);
    this.#entries = new MemoryRegion(memory);
    this.#regions = [
      this.#context,
      this.#body,
      this.#message,
      this.#ranges,
      this.#symbolsFrom,
      this.#symbolsTo,
      this.#lastOfName,
      this.#labelBytes,
      this.#entries,
    ];
  }

  /**
   * Decodes a compressed body, of which nothing is needed afterwards. The columns' arrays are views of the
   * memory.
   * @param decodedBytesMax of the message that the body decompresses to
   * @throws DecodeError with the offset in the body or in the message; what the memory throws when it is full
   */
  decode(body: Uint8Array, version: 1 | 2, decodedBytesMax: number): KernelWriteRequest {
    this.#columns.shrink();
    this.#labelBytes.shrink(this.#messageBytes);
    this.#uncompress(body, decodedBytesMax);
    const status = this.#walk(version);
    if (status === STATUS.giveUp) return this.#byTwin(version);
    this.#columns.show(version === 1 ? this.#message : this.#labelBytes);
    this.#columns.seriesCount = this.#field(FIELD.seriesCount);
    this.#columns.sampleCount = this.#field(FIELD.sampleCount);
    this.#columns.startsMs = undefined;
    this.#columns.histograms.length = 0;
    this.#columns.exemplars.length = 0;
    try {
      if (version === 1) return this.#result();
      const found = this.#resultV2();
      const hasStarts = this.#bounds.keepsStarts === true && found.createdTimestampCount > 0;
      return hasStarts ? this.#byTwin(version) : found;
    } catch (error) {
      if (error instanceof DecodeError) return this.#byTwin(version);
      throw error;
    }
  }

  /** How many messages were broken or spelled so oddly that the twin had to decode them. */
  get twinDecodes(): number {
    return this.#twinDecodes;
  }

  /** Gives all of its memory back; the next request takes some again. */
  release(): void {
    for (const region of this.#regions) region.release();
    this.#columns.release();
    this.#messageBytes = 0;
  }

  #uncompress(body: Uint8Array, decodedBytesMax: number): void {
    const { decodedLength, headerLength } = readHeader(body, decodedBytesMax);
    this.#body.shrink(body.length);
    this.#message.shrink(decodedLength);
    this.#body.reserve(body.length);
    this.#message.reserve(decodedLength);
    this.#look();
    this.#octets.set(body, this.#body.address);
    this.#messageBytes = decodedLength;
    const from = this.#body.address;
    const to = this.#message.address;
    const { uncompress } = this.#exports;
    if (uncompress(from + headerLength, from + body.length, to, to + decodedLength) === 1) return;
    new SnappyDecoder(decodedBytesMax).decode(body);
    assert(false, 'the kernel refused a body that its twin takes');
  }

  /** Walks the message until all of it fits. */
  #walk(version: 1 | 2): number {
    const columns = this.#columns;
    columns.reserve(0, 0);
    this.#context.reserve(CONTEXT_WORDS * WORD_BYTES);
    this.#ranges.reserve(RANGES_MIN * RANGE.bytes);
    if (version === 2) {
      this.#reserveSymbols(SYMBOLS_MIN);
      this.#labelBytes.reserve(LABEL_BYTES_MIN);
      this.#entries.reserve(ENTRIES_MIN * ENTRY_BYTES);
    }
    for (;;) {
      this.#describe();
      const { walkWriteRequest, walkWriteRequestV2 } = this.#exports;
      const status =
        version === 1 ? walkWriteRequest(this.#context.address) : walkWriteRequestV2(this.#context.address);
      if (status === STATUS.done || status === STATUS.giveUp) return status;
      if (!this.#grow(status)) return STATUS.giveUp;
    }
  }

  /** Doubles what was too small; false when that would be more than a request may hold. */
  #grow(status: number): boolean {
    const { samplesMax, metadataMax, symbolsMax, labelBytesMax } = this.#bounds;
    const columns = this.#columns;
    if (status === STATUS.seriesFull) {
      columns.reserve(2 * columns.seriesCapacity, 0);
    } else if (status === STATUS.samplesFull) {
      if (columns.samplesCapacity >= samplesMax) return false;
      columns.reserve(0, 2 * columns.samplesCapacity);
    } else if (status === STATUS.rangesFull) {
      if (this.#ranges.capacity >= (samplesMax + metadataMax) * RANGE.bytes) return false;
      this.#ranges.reserve(2 * this.#ranges.capacity);
    } else if (status === STATUS.symbolsFull) {
      if (this.#symbolsCapacity >= symbolsMax) return false;
      this.#reserveSymbols(2 * this.#symbolsCapacity);
    } else if (status === STATUS.labelBytesFull) {
      // One label may pass the bound, and none is longer than the message.
      if (this.#labelBytes.capacity > 2 * (labelBytesMax + this.#messageBytes)) return false;
      this.#labelBytes.reserve(2 * this.#labelBytes.capacity);
    } else {
      assert(status === STATUS.entriesFull, `a walk ended with status ${status}`);
      if (this.#entries.capacity >= metadataMax * ENTRY_BYTES) return false;
      this.#entries.reserve(2 * this.#entries.capacity);
    }
    return true;
  }

  #reserveSymbols(symbols: number): void {
    this.#symbolsFrom.reserve(symbols * WORD_BYTES);
    this.#symbolsTo.reserve(symbols * WORD_BYTES);
    this.#lastOfName.reserve(symbols * WORD_BYTES);
  }

  /** An allocation that failed may have left the three unequal. */
  get #symbolsCapacity(): number {
    const regions = [this.#symbolsFrom, this.#symbolsTo, this.#lastOfName];
    return Math.min(...regions.map(({ capacity }) => capacity)) / WORD_BYTES;
  }

  /** Tells the walk where everything is. */
  #describe(): void {
    this.#look();
    const { samplesMax, metadataMax, symbolsMax, labelBytesMax } = this.#bounds;
    const words = this.#words;
    const columns = this.#columns;
    const addresses = columns.addresses;
    const at = this.#context.address / WORD_BYTES;
    words[at + FIELD.message] = this.#message.address;
    words[at + FIELD.messageEnd] = this.#message.address + this.#messageBytes;
    words[at + FIELD.labelsFrom] = addresses.labelsFrom;
    words[at + FIELD.labelsTo] = addresses.labelsTo;
    words[at + FIELD.firstSample] = addresses.firstSample;
    words[at + FIELD.seriesCapacity] = columns.seriesCapacity;
    words[at + FIELD.times] = addresses.times;
    words[at + FIELD.values] = addresses.values;
    words[at + FIELD.samplesCapacity] = Math.min(columns.samplesCapacity, samplesMax);
    words[at + FIELD.ranges] = this.#ranges.address;
    words[at + FIELD.rangesCapacity] = this.#ranges.capacity / RANGE.bytes;
    words[at + FIELD.symbolsFrom] = this.#symbolsFrom.address;
    words[at + FIELD.symbolsTo] = this.#symbolsTo.address;
    words[at + FIELD.lastOfName] = this.#lastOfName.address;
    words[at + FIELD.symbolsCapacity] = Math.min(this.#symbolsCapacity, symbolsMax);
    words[at + FIELD.labelBytes] = this.#labelBytes.address;
    words[at + FIELD.labelBytesCapacity] = this.#labelBytes.capacity;
    words[at + FIELD.labelBytesMax] = labelBytesMax;
    words[at + FIELD.entries] = this.#entries.address;
    words[at + FIELD.entriesCapacity] = Math.min(
      Math.floor(this.#entries.capacity / ENTRY_BYTES),
      metadataMax,
    );
  }

  #field(field: number): number {
    return this.#words[this.#context.address / WORD_BYTES + field]!;
  }

  #result(): KernelWriteRequest {
    const rangeCount = this.#field(FIELD.rangeCount);
    if (rangeCount === 0) return this.#found(NO_METADATA, 0);
    const { samplesMax, metadataMax } = this.#bounds;
    const { histograms, exemplars, sampleCount } = this.#columns;
    const message = this.#messageView();
    const metadata: MetricMetadata[] = [];
    this.#reader.reset(message);
    for (let i = 0; i < rangeCount; i++) {
      const series = this.#range(i, 1);
      const from = this.#range(i, 2);
      const to = this.#range(i, 3);
      const kind = this.#range(i, 0);
      if (kind === RANGE.metadata) {
        this.#reader.at = from;
        metadata.push(readMetadata(this.#reader, to));
      } else if (kind === RANGE.exemplar) {
        exemplars.push({ series, ...decodeExemplar(message, from, to) });
      } else {
        const { startMs: _, ...histogram } = decodeHistogram(message, from, to, 1);
        histograms.push({ series, ...histogram });
      }
      const rows = sampleCount + histograms.length + exemplars.length;
      if (rows > samplesMax || metadata.length > metadataMax) throw this.#tooLarge();
    }
    return this.#found(metadata, 0);
  }

  #resultV2(): KernelWriteRequest {
    const rangeCount = this.#field(FIELD.rangeCount);
    const entryCount = this.#field(FIELD.entryCount);
    let created = this.#field(FIELD.createdCount);
    if (rangeCount === 0 && entryCount === 0) return this.#found(NO_METADATA, created);
    const { histograms, exemplars, sampleCount } = this.#columns;
    const symbols = this.#symbols;
    const message = this.#messageView();
    symbols.reset(message);
    symbols.count = this.#field(FIELD.symbolCount);
    symbols.from = this.#wordsOf(this.#symbolsFrom);
    symbols.to = this.#wordsOf(this.#symbolsTo);
    for (let i = 0; i < rangeCount; i++) {
      const series = this.#range(i, 1);
      const from = this.#range(i, 2);
      const to = this.#range(i, 3);
      if (this.#range(i, 0) === RANGE.exemplar) {
        exemplars.push({ series, ...decodeExemplarV2(message, from, to, symbols) });
      } else {
        const { startMs, ...histogram } = decodeHistogram(message, from, to, 2);
        histograms.push({ series, ...histogram });
        if (startMs !== 0) created++;
      }
      if (sampleCount + histograms.length + exemplars.length > this.#bounds.samplesMax) {
        throw this.#tooLarge();
      }
    }
    return this.#found(entryCount === 0 ? NO_METADATA : this.#entryTexts(entryCount), created);
  }

  /** Which entry is one too many, and where, is said by the twin. */
  #tooLarge(): DecodeError {
    return this.#reader.tooLarge(0, 'WriteRequest', 'too many entries');
  }

  #entryTexts(entryCount: number): MetricMetadata[] {
    const symbols = this.#symbols;
    const { buffer } = this.#memory.memory;
    const types = new Float64Array(buffer, this.#entries.address, entryCount * (ENTRY_BYTES / 8));
    const words = new Uint32Array(buffer, this.#entries.address, entryCount * (ENTRY_BYTES / 4));
    const text = (symbol: number): string => {
      try {
        return symbols.text(symbol);
      } catch {
        // The twin says which and where.
        throw this.#reader.malformed(0, 'Metadata', 'text that is not UTF-8, for metadata');
      }
    };
    return Array.from({ length: entryCount }, (_, i) => {
      const at = i * (ENTRY_BYTES / 4);
      const type = METRIC_TYPES[types[i * (ENTRY_BYTES / 8)]!] ?? 'unknown';
      return {
        type,
        metricFamilyName: familyName(text(words[at + 4]!), type),
        help: text(words[at + 2]!),
        unit: text(words[at + 3]!),
      };
    });
  }

  #found(metadata: readonly MetricMetadata[], createdTimestampCount: number): KernelWriteRequest {
    return {
      columns: this.#columns,
      metadata,
      createdTimestampCount,
      pairLabels: {
        clusterSamples: this.#field(FIELD.clusterSamples),
        replicaSeries: this.#field(FIELD.replicaSeries),
      },
    };
  }

  /** Throws the error of a broken message; else its columns, in the memory. */
  #byTwin(version: 1 | 2): KernelWriteRequest {
    const message = this.#messageView();
    this.#twinDecodes++;
    if (version === 1) {
      const decoded = new WriteRequestDecoder(this.#bounds).decode(message);
      const isInPlace = decoded.columns.bytes === message;
      return {
        ...decoded,
        columns: this.#adopted(decoded.columns, isInPlace ? this.#message : this.#labelBytes),
        createdTimestampCount: 0,
        pairLabels: undefined,
      };
    }
    const decoded = new WriteRequestV2Decoder(this.#bounds).decode(message);
    return {
      ...decoded,
      columns: this.#adopted(decoded.columns, this.#labelBytes),
      pairLabels: undefined,
    };
  }

  #adopted(columns: WriteColumns, bytes: MemoryRegion): WriteColumns {
    this.#columns.adopt(columns, bytes);
    return this.#columns;
  }

  #range(index: number, word: number): number {
    return this.#words[this.#ranges.address / WORD_BYTES + (RANGE.bytes / WORD_BYTES) * index + word]!;
  }

  #messageView(): Uint8Array {
    return this.#octets.subarray(this.#message.address, this.#message.address + this.#messageBytes);
  }

  #wordsOf(region: MemoryRegion): Uint32Array {
    return this.#words.subarray(region.address / WORD_BYTES, (region.address + region.capacity) / WORD_BYTES);
  }

  /** Looks at the memory anew when it has grown. */
  #look(): void {
    const { buffer } = this.#memory.memory;
    if (this.#octets.buffer === buffer) return;
    this.#octets = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
  }
}
