// Prometheus' remote read: the samples themselves, for another Prometheus (or Thanos, promtool) that evaluates
// over them. The reader says which forms it understands; errors are plain text.
//
// 1. The request is decompressed and read.
// 2. Each query's series are read: as samples straight into the answer, or packed into chunks, which are streamed in
//    the order of their labels when all have been read. Either way the answer is held in compact form, bounded by
//    the limit on a query's samples.

import { encodeSnappy, SnappyDecoder } from '@ampere/remote-write';
import { type FloatHistogram, type Querier, SampleColumns } from '@ampere/series';
import { type ChunkData, ChunkPacker } from '@ampere/tsdb';
import { MessageBytes } from '../../remote-read/message-bytes.ts';
import {
  decodeReadRequest,
  type ReadQuery,
  type ReadRequest,
  SAMPLES,
  STREAMED_XOR_CHUNKS,
} from '../../remote-read/read-request.ts';
import { chunkFrames, type PackedSeries, putSeries } from '../../remote-read/read-response.ts';
import { deadlineOf } from '../deadline.ts';
import type { RawAnswer, ReadContext } from '../endpoint.ts';
import { badData } from '../prometheus-error.ts';
import { openQuerier } from './open-querier.ts';

/** A request's matchers; beyond it the body is refused before memory is taken. */
const REQUEST_BYTES_MAX = 16 << 20;
/** As in the chunks that Prometheus cuts. */
const SAMPLES_PER_CHUNK = 120;

export function read(context: ReadContext): RawAnswer {
  const { queries, acceptedTypes } = requestOf(context.request.body);
  const type = responseType(acceptedTypes);
  const checkAlive = deadlineOf(context);
  context.report.query = queries.map(textOf).join('; ');
  context.report.startMs = Math.min(...queries.map(({ startMs }) => startMs));
  context.report.endMs = Math.max(...queries.map(({ endMs }) => endMs));
  const opened = openQuerier(context, { lookbackDeltaMs: 0, stepMs: 0, checkAlive });
  const { querier } = opened;
  try {
    const reading = new Reading(context, querier, checkAlive);
    return type === SAMPLES ? samplesOf(queries, reading) : chunksOf(queries, reading);
  } catch (error) {
    opened.note(error);
    throw error;
  } finally {
    opened.close();
  }
}

function requestOf(body: Uint8Array): ReadRequest {
  try {
    return decodeReadRequest(new SnappyDecoder(REQUEST_BYTES_MAX).decode(body));
  } catch (error) {
    throw badData(error instanceof Error ? error.message : String(error));
  }
}

/** The first that is known. Throws PrometheusError. */
function responseType(accepted: readonly number[]): number {
  if (accepted.length === 0) return SAMPLES;
  const known = accepted.find((type) => type === SAMPLES || type === STREAMED_XOR_CHUNKS);
  if (known !== undefined) return known;
  throw badData(
    `server does not support any of the requested response types: [${accepted.join(' ')}]; supported: map[SAMPLES:{} STREAMED_XOR_CHUNKS:{}]`,
  );
}

function textOf({ matchers }: ReadQuery): string {
  return `{${matchers.map(({ name, kind, value }) => `${name}${kind}${JSON.stringify(value)}`).join(',')}}`;
}

type Columns = SampleColumns<FloatHistogram>;

/** Reads series and counts what was read. */
class Reading {
  readonly #context: ReadContext;
  readonly #querier: Querier;
  readonly #checkAlive: () => void;
  readonly #columns: Columns = new SampleColumns();

  constructor(context: ReadContext, querier: Querier, checkAlive: () => void) {
    this.#context = context;
    this.#querier = querier;
    this.#checkAlive = checkAlive;
  }

  /** Each series of a query; the columns are valid during the call. Throws PrometheusError past the limit. */
  each(query: ReadQuery, take: (labels: PackedSeries['labels'], columns: Columns) => void): void {
    const { report, tenant } = this.#context;
    const { querySamplesMax } = tenant.limits;
    const set = this.#querier.select(query, query.matchers);
    while (set.next()) {
      this.#checkAlive();
      set.read(this.#columns);
      if (this.#columns.length === 0) continue;
      report.series++;
      report.samples += this.#columns.length;
      report.peakSamples = report.samples;
      if (querySamplesMax > 0 && report.samples > querySamplesMax) {
        const message = `exceeded sample limit (${querySamplesMax})`;
        report.notes.push({ limit: 'query_samples', message, example: report.query });
        throw badData(message);
      }
      take(set.labels(), this.#columns);
    }
  }
}

function samplesOf(queries: readonly ReadQuery[], reading: Reading): RawAnswer {
  const message = new MessageBytes();
  for (const query of queries) {
    const result = message.begin(1);
    reading.each(query, (labels, columns) => putSeries(message, labels, columns));
    message.end(result);
  }
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
  return { headers, pieces: inOnePiece(encodeSnappy(message.written)) };
}

function* inOnePiece(bytes: Uint8Array): Generator<Uint8Array, void> {
  yield bytes;
}

function chunksOf(queries: readonly ReadQuery[], reading: Reading): RawAnswer {
  const packer = new ChunkPacker(SAMPLES_PER_CHUNK);
  const results = queries.map((query) => {
    const all: PackedSeries[] = [];
    reading.each(query, (labels, columns) => {
      const chunks: ChunkData[] = [];
      packer.add(columns, chunks);
      packer.flush(chunks);
      all.push({ labels, chunks });
    });
    return all.sort((a, b) => a.labels.compare(b.labels));
  });
  const headers = { 'content-type': 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse' };
  return { headers, pieces: chunkFrames(results) };
}
