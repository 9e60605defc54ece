// One pass over a Remote-Write 1.0 WriteRequest (proto/remote-write-v1.proto) into columns.
//
// 1. Each TimeSeries is walked field by field. Labels are not decoded: a run of well-spelled labels is
//    remembered as an offset range of the body. Samples go straight into the columns, values as two
//    words, because the payload of a stale marker would not surely survive being a number.
// 2. Labels that are spelled oddly, or are not one unbroken run, are written anew into a scratch, which
//    ends up behind a copy of the body; ranges then point into that copy.
// 3. Native histograms and exemplars become objects (histogram.ts, exemplar.ts), listed by the number of
//    their series. A TimeSeries with nothing at all is not in the columns.
//
// Unknown fields are passed over, and a scalar that is given twice has its last value, as protobuf has
// it. A known field in a wrong wire type is an error, as it is for Prometheus' own receiver.

import { assert } from '@ampere/platform';
import type { WriteColumns } from '@ampere/series';
import { ColumnsBuffer } from './columns.ts';
import { decodeExemplar } from './exemplar.ts';
import { decodeHistogram } from './histogram.ts';
import { isCanonicalLabel, LabelScratch } from './label-run.ts';
import { type MetricMetadata, readMetadata } from './metadata.ts';
import { readSample } from './sample.ts';
import { DELIMITED, WireReader } from './wire-reader.ts';

// Tags with their wire types: WriteRequest, TimeSeries.
const TIMESERIES = (1 << 3) | DELIMITED;
const METADATA = (3 << 3) | DELIMITED;
const LABELS = (1 << 3) | DELIMITED;
const SAMPLES = (2 << 3) | DELIMITED;
const EXEMPLARS = (3 << 3) | DELIMITED;
const HISTOGRAMS = (4 << 3) | DELIMITED;

const REQUEST_FIELDS = ['', 'timeseries', '', 'metadata'];
const SERIES_FIELDS = ['', 'labels', 'samples', 'exemplars', 'histograms'];
const SAMPLE_FIELDS = ['', 'value', 'timestamp'];

/** How much one request may hold; more is refused whole. */
export interface WriteRequestBounds {
  /** Native histograms and exemplars count too. */
  readonly samplesMax: number;
  readonly metadataMax: number;
}

/** What a request held. Valid until the decoder's next `decode`; `metadata` is the caller's to keep. */
export interface DecodedWriteRequest {
  readonly columns: WriteColumns;
  readonly metadata: readonly MetricMetadata[];
}

/** Decodes requests one after another into arrays of its own. */
export class WriteRequestDecoder {
  readonly #bounds: WriteRequestBounds;
  readonly #reader = new WireReader();
  readonly #columns = new ColumnsBuffer();
  readonly #scratch = new LabelScratch();
  #metadata: MetricMetadata[] = [];
  /** Labels of the series being walked; offsets from the body's length up are in the scratch. */
  #labelsFrom = 0;
  #labelsTo = 0;

  constructor(bounds: WriteRequestBounds) {
    this.#bounds = bounds;
  }

  /**
   * @param body the decompressed message, which must stay unchanged as long as the result is used
   * @throws DecodeError with the offset in `body`
   */
  decode(body: Uint8Array): DecodedWriteRequest {
    const reader = this.#reader;
    const columns = this.#columns;
    reader.reset(body);
    columns.reset(body);
    this.#scratch.reset();
    this.#metadata = [];
    const end = body.length;
    while (reader.at < end) {
      const tagAt = reader.at;
      const tag = reader.tag(end, 'WriteRequest');
      if (tag === TIMESERIES) {
        const seriesEnd = reader.contentEnd(end, 'WriteRequest.timeseries');
        this.#timeSeries(seriesEnd);
      } else if (tag === METADATA) {
        this.#oneMetadata(tagAt, end);
      } else {
        reader.skipUnknown(tag, tagAt, end, 'WriteRequest', REQUEST_FIELDS);
      }
    }
    assert(reader.at === end, 'the walk over a write request left its body');
    if (this.#scratch.length > 0) columns.bytes = this.#scratch.joinedTo(body);
    return { columns, metadata: this.#metadata };
  }

  #oneMetadata(tagAt: number, end: number): void {
    if (this.#metadata.length === this.#bounds.metadataMax) {
      throw this.#reader.tooLarge(
        tagAt,
        'WriteRequest.metadata',
        `more than ${this.#bounds.metadataMax} entries`,
      );
    }
    const metadataEnd = this.#reader.contentEnd(end, 'WriteRequest.metadata');
    this.#metadata.push(readMetadata(this.#reader, metadataEnd));
  }

  #timeSeries(end: number): void {
    const reader = this.#reader;
    const columns = this.#columns;
    columns.beginSeries();
    this.#labelsFrom = 0;
    this.#labelsTo = 0;
    while (reader.at < end) {
      const tagAt = reader.at;
      const tag = reader.tag(end, 'TimeSeries');
      if (tag === LABELS) {
        this.#label(tagAt, reader.contentEnd(end, 'TimeSeries.labels'));
      } else if (tag === SAMPLES) {
        this.#requireRoom(tagAt, 'TimeSeries.samples');
        readSample(reader, reader.contentEnd(end, 'TimeSeries.samples'), columns, SAMPLE_FIELDS);
      } else if (tag === EXEMPLARS) {
        this.#requireRoom(tagAt, 'TimeSeries.exemplars');
        const to = reader.contentEnd(end, 'TimeSeries.exemplars');
        columns.addExemplar(decodeExemplar(reader.bytes, reader.at, to));
        reader.at = to;
      } else if (tag === HISTOGRAMS) {
        this.#requireRoom(tagAt, 'TimeSeries.histograms');
        const to = reader.contentEnd(end, 'TimeSeries.histograms');
        columns.addHistogram(decodeHistogram(reader.bytes, reader.at, to, 1));
        reader.at = to;
      } else {
        reader.skipUnknown(tag, tagAt, end, 'TimeSeries', SERIES_FIELDS);
      }
    }
    if (columns.hasContent) columns.addSeries(this.#labelsFrom, this.#labelsTo);
  }

  #requireRoom(tagAt: number, field: string): void {
    const { samplesMax } = this.#bounds;
    if (this.#columns.rowCount < samplesMax) return;
    throw this.#reader.tooLarge(tagAt, field, `more than ${samplesMax} samples`);
  }

  /** Takes the label whose tag is at `tagAt` and whose content ends at `end` into the current run. */
  #label(tagAt: number, end: number): void {
    const reader = this.#reader;
    const bytes = reader.bytes;
    const contentAt = reader.at;
    const bodyLength = bytes.length;
    const isEmptyRun = this.#labelsFrom === this.#labelsTo;
    // With a minimal length in front, the bytes from the tag on are what storage wants.
    const headLength = end - contentAt < 0x80 ? 2 : end - contentAt < 0x4000 ? 3 : 4;
    const isCanonical = contentAt - tagAt === headLength && isCanonicalLabel(bytes, contentAt, end);
    if (isCanonical && (isEmptyRun || this.#labelsTo === tagAt) && this.#labelsFrom < bodyLength) {
      if (isEmptyRun) this.#labelsFrom = tagAt;
      this.#labelsTo = end;
      reader.at = end;
      return;
    }
    const scratch = this.#scratch;
    if (this.#labelsFrom < bodyLength) {
      const runFrom = bodyLength + scratch.length;
      scratch.copy(bytes, this.#labelsFrom, this.#labelsTo);
      this.#labelsFrom = runFrom;
    }
    if (isCanonical) {
      scratch.copy(bytes, tagAt, end);
      reader.at = end;
    } else {
      scratch.rewrite(reader, end);
    }
    this.#labelsTo = bodyLength + scratch.length;
  }
}
