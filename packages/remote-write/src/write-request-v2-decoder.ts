// Two passes over a Remote-Write 2.0 Request (proto/remote-write-v2.proto) into the columns of 1.0.
//
// 1. Symbols are gathered, wherever in the message they stand; time series are stepped over.
// 2. Each TimeSeries is walked field by field. Its references are turned into label bytes as they are
//    met, in the spelling that storage knows from 1.0 (symbol-table.ts), so that a sender which changes
//    from one version to the other goes on with the same series. Each series has label bytes of its own,
//    which may be changed in place.
// 3. Samples go straight into the columns; native histograms and exemplars become objects (histogram.ts,
//    exemplar.ts). A TimeSeries without any of them is not in the columns, and its label bytes are given
//    up again. Times at which counters began are checked and counted, and kept when that is asked for: a sample's
//    own, else the series' one, which goes with its first sample and all of its histograms, as in Prometheus.
//
// A few bytes of references can stand for many bytes of labels: what they add up to is bounded.
//
// The specification asks senders for distinct symbols; a repeated one does no harm and is not looked for.
// Prometheus sends exemplars in a TimeSeries of their own, so one without any sample is accepted. The
// fields of 1.0 are refused: a body of the wrong version would else be stored as nothing, with success.

import { assert } from '@ampere/platform';
import { ColumnsBuffer } from './columns.ts';
import { decodeExemplarV2 } from './exemplar.ts';
import { decodeHistogram } from './histogram.ts';
import { readSample } from './sample.ts';
import { readReference, SeriesMetadata } from './series-metadata.ts';
import { LabelRuns, SymbolTable } from './symbol-table.ts';
import { DELIMITED, VARINT, WireReader } from './wire-reader.ts';
import type { DecodedWriteRequest, WriteRequestBounds } from './write-request-decoder.ts';

// Tags with their wire types: Request, TimeSeries.
const SYMBOLS = (4 << 3) | DELIMITED;
const TIMESERIES = (5 << 3) | DELIMITED;
const LABELS_REFS = (1 << 3) | DELIMITED;
const LABELS_REF = (1 << 3) | VARINT;
const SAMPLES = (2 << 3) | DELIMITED;
const HISTOGRAMS = (3 << 3) | DELIMITED;
const EXEMPLARS = (4 << 3) | DELIMITED;
const METADATA = (5 << 3) | DELIMITED;
const CREATED_TIMESTAMP = (6 << 3) | VARINT;

const REQUEST_FIELDS = ['', '', '', '', 'symbols', 'timeseries'];
const SERIES_FIELDS = [
  '',
  'labels_refs',
  'samples',
  'histograms',
  'exemplars',
  'metadata',
  'created_timestamp',
];
const SAMPLE_FIELDS = ['', 'value', 'timestamp', 'start_timestamp'];
/** Fields up to this one are those of 1.0. */
const FIELD_OF_V1_MAX = 3;
const NONE = -1;

export interface WriteRequestV2Bounds extends WriteRequestBounds {
  readonly symbolsMax: number;
  /** Of all series' labels, put together from the symbols; passed by one label at most. */
  readonly labelBytesMax: number;
  /** Whether the columns say when counters began; by default they don't. */
  readonly keepsStarts?: boolean;
}

/** What a request held, with the same life as in 1.0. */
export interface DecodedWriteRequestV2 extends DecodedWriteRequest {
  /** How often a series or a sample said when its counter began. */
  readonly createdTimestampCount: number;
}

/** Decodes requests one after another into arrays of its own. */
export class WriteRequestV2Decoder {
  readonly #bounds: WriteRequestV2Bounds;
  readonly #reader = new WireReader();
  readonly #columns = new ColumnsBuffer();
  readonly #symbols = new SymbolTable();
  readonly #labels = new LabelRuns();
  readonly #metadata = new SeriesMetadata();
  #createdTimestampCount = 0;
  // Of the series being walked: the label name that waits for its value, where references
  // were met last, and the symbol that is the metric's name.
  #nameWaiting = NONE;
  #refsAt = 0;
  #metricName = 0;

  constructor(bounds: WriteRequestV2Bounds) {
    this.#bounds = bounds;
  }

  /**
   * @param body the decompressed message, of which nothing is needed afterwards
   * @throws DecodeError with the offset in `body`
   */
  decode(body: Uint8Array): DecodedWriteRequestV2 {
    const columns = this.#columns;
    this.#reader.reset(body);
    columns.reset(body);
    this.#labels.length = 0;
    this.#metadata.reset();
    this.#createdTimestampCount = 0;
    this.#readSymbols(body.length);
    this.#readSeries(body.length);
    columns.bytes = this.#labels.bytes;
    return {
      columns,
      metadata: this.#metadata.entries,
      createdTimestampCount: this.#createdTimestampCount,
    };
  }

  /** The first pass, which also checks the message's outermost layer. */
  #readSymbols(end: number): void {
    const reader = this.#reader;
    const symbols = this.#symbols;
    const { symbolsMax } = this.#bounds;
    let seriesAt = NONE;
    symbols.reset(reader.bytes);
    while (reader.at < end) {
      const tagAt = reader.at;
      const tag = reader.tag(end, 'Request');
      if (tag === TIMESERIES) {
        if (seriesAt === NONE) seriesAt = tagAt;
        reader.at = reader.contentEnd(end, 'Request.timeseries');
      } else if (tag === SYMBOLS) {
        if (symbols.count === symbolsMax) {
          throw reader.tooLarge(tagAt, 'Request.symbols', `more than ${symbolsMax} symbols`);
        }
        const to = reader.contentEnd(end, 'Request.symbols');
        if (symbols.count === 0 && to > reader.at) {
          throw reader.malformed(tagAt, 'Request.symbols', 'a first symbol that is not empty');
        }
        symbols.add(reader.at, to);
        reader.at = to;
      } else if (tag >>> 3 <= FIELD_OF_V1_MAX) {
        throw reader.malformed(tagAt, 'Request', `field ${tag >>> 3}, which is of prometheus.WriteRequest`);
      } else {
        reader.skipUnknown(tag, tagAt, end, 'Request', REQUEST_FIELDS);
      }
    }
    assert(reader.at === end, 'the walk over a write request left its body');
    if (seriesAt !== NONE && symbols.count === 0) {
      throw reader.malformed(seriesAt, 'Request.timeseries', 'a series in a request without symbols');
    }
    reader.at = seriesAt === NONE ? end : seriesAt;
  }

  #readSeries(end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.tag(end, 'Request');
      if (tag === TIMESERIES) this.#timeSeries(reader.contentEnd(end, 'Request.timeseries'));
      else reader.skip(tag, end, 'Request');
    }
  }

  #timeSeries(end: number): void {
    const reader = this.#reader;
    const columns = this.#columns;
    const labels = this.#labels;
    const metadata = this.#metadata;
    const samplesBefore = columns.sampleCount;
    const labelsFrom = labels.length;
    const histogramsBefore = columns.histograms.length;
    let histogramsAt = NONE;
    let createdMs = 0;
    this.#nameWaiting = NONE;
    this.#metricName = 0;
    columns.beginSeries();
    metadata.beginSeries();
    while (reader.at < end) {
      const tagAt = reader.at;
      const tag = reader.tag(end, 'TimeSeries');
      if (tag === LABELS_REFS || tag === LABELS_REF) {
        this.#refsAt = tagAt;
        if (tag === LABELS_REF) this.#labelsRef(end);
        else this.#labelsRefs(reader.contentEnd(end, 'TimeSeries.labels_refs'));
      } else if (tag === SAMPLES) {
        this.#sample(tagAt, end);
      } else if (tag === HISTOGRAMS) {
        histogramsAt = tagAt;
        this.#requireRoom(tagAt, 'TimeSeries.histograms');
        this.#histogram(reader.contentEnd(end, 'TimeSeries.histograms'));
      } else if (tag === EXEMPLARS) {
        this.#requireRoom(tagAt, 'TimeSeries.exemplars');
        const to = reader.contentEnd(end, 'TimeSeries.exemplars');
        columns.addExemplar(decodeExemplarV2(reader.bytes, reader.at, to, this.#symbols));
        reader.at = to;
      } else if (tag === METADATA) {
        metadata.read(reader, reader.contentEnd(end, 'TimeSeries.metadata'), this.#symbols);
      } else if (tag === CREATED_TIMESTAMP) {
        createdMs = reader.int64(end, 'TimeSeries.created_timestamp');
        if (createdMs !== 0) this.#createdTimestampCount++;
      } else {
        reader.skipUnknown(tag, tagAt, end, 'TimeSeries', SERIES_FIELDS);
      }
    }
    if (this.#nameWaiting !== NONE) {
      throw reader.malformed(this.#refsAt, 'TimeSeries.labels_refs', 'an odd number of references');
    }
    const hasSamples = columns.sampleCount > samplesBefore;
    if (hasSamples && histogramsAt !== NONE) {
      throw reader.malformed(
        histogramsAt,
        'TimeSeries.histograms',
        'histograms beside samples in one series',
      );
    }
    if (createdMs !== 0 && this.#bounds.keepsStarts === true) {
      this.#setStarts(samplesBefore, histogramsBefore, createdMs);
    }
    metadata.endSeries(reader, this.#metricName, this.#symbols, this.#bounds.metadataMax);
    if (columns.hasContent) columns.addSeries(labelsFrom, labels.length);
    else labels.length = labelsFrom;
  }

  /** Of a series' first sample and its histograms, where they say nothing themselves. */
  #setStarts(sample: number, firstHistogram: number, createdMs: number): void {
    const columns = this.#columns;
    if (sample < columns.sampleCount && (columns.startsMs?.[sample] ?? 0) === 0) {
      columns.setStart(sample, createdMs);
    }
    for (let i = firstHistogram; i < columns.histograms.length; i++) {
      if (columns.histograms[i]!.startMs === undefined) columns.setHistogramStart(i, createdMs);
    }
  }

  #labelsRefs(end: number): void {
    while (this.#reader.at < end) this.#labelsRef(end);
  }

  /** Reads a reference; every second one completes a label. */
  #labelsRef(end: number): void {
    const reader = this.#reader;
    const symbols = this.#symbols;
    const labels = this.#labels;
    const symbol = readReference(reader, end, 'TimeSeries.labels_refs', symbols);
    const name = this.#nameWaiting;
    if (name === NONE) {
      this.#nameWaiting = symbol;
      return;
    }
    this.#nameWaiting = NONE;
    const { labelBytesMax } = this.#bounds;
    if (labels.length > labelBytesMax) {
      throw reader.tooLarge(this.#refsAt, 'TimeSeries.labels_refs', `labels of over ${labelBytesMax} bytes`);
    }
    labels.append(symbols, name, symbol);
    if (symbols.from[name] === symbols.metricNameFrom) this.#metricName = symbol;
  }

  #sample(tagAt: number, end: number): void {
    this.#requireRoom(tagAt, 'TimeSeries.samples');
    const reader = this.#reader;
    const sampleEnd = reader.contentEnd(end, 'TimeSeries.samples');
    const startMs = readSample(reader, sampleEnd, this.#columns, SAMPLE_FIELDS);
    if (startMs === 0) return;
    this.#createdTimestampCount++;
    if (this.#bounds.keepsStarts === true) this.#columns.setStart(this.#columns.sampleCount - 1, startMs);
  }

  #histogram(to: number): void {
    const reader = this.#reader;
    const decoded = decodeHistogram(reader.bytes, reader.at, to, 2);
    const columns = this.#columns;
    columns.addHistogram(decoded);
    if (decoded.startMs !== 0) {
      this.#createdTimestampCount++;
      if (this.#bounds.keepsStarts === true) {
        columns.setHistogramStart(columns.histograms.length - 1, decoded.startMs);
      }
    }
    reader.at = to;
  }

  #requireRoom(tagAt: number, field: string): void {
    const { samplesMax } = this.#bounds;
    if (this.#columns.rowCount < samplesMax) return;
    throw this.#reader.tooLarge(tagAt, field, `more than ${samplesMax} samples`);
  }
}
