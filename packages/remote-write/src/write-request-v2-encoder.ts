// The sender's side of Remote-Write 2.0: a Request from plain objects, for tests and small senders.
//
// Symbols are numbered in the order in which they are first used, the empty one before all others.

import { MessageWriter, varint } from './message-writer.ts';
import { METRIC_TYPES, type MetricMetadata } from './metadata.ts';
import { encodeSample, type OutgoingSample, type OutgoingSeries } from './write-request-encoder.ts';

export interface OutgoingSampleV2 extends OutgoingSample {
  /** When the counter began, in milliseconds since 1970; not sent when it is left out or 0. */
  readonly startTimestampMs?: number;
}

export interface OutgoingSeriesV2 extends OutgoingSeries {
  readonly samples: readonly OutgoingSampleV2[];
  readonly metadata?: Omit<MetricMetadata, 'metricFamilyName'>;
  /** As Prometheus up to 3.7 sends what is now a sample's own. */
  readonly createdTimestampMs?: number;
}

/** A Remote-Write 2.0 request in protobuf; not compressed. */
export function encodeWriteRequestV2(timeseries: readonly OutgoingSeriesV2[]): Uint8Array {
  const symbols = new Map([['', 0]]);
  const series = timeseries.map((one) => encodeSeries(one, symbols));
  const writer = new MessageWriter();
  for (const symbol of symbols.keys()) writer.message(4, new TextEncoder().encode(symbol));
  for (const message of series) writer.message(5, message);
  return writer.finish();
}

type Symbols = Map<string, number>;

function encodeSeries(series: OutgoingSeriesV2, symbols: Symbols): Uint8Array {
  const writer = new MessageWriter().message(1, references(series.labels, symbols));
  for (const sample of series.samples) {
    const start = new MessageWriter().varint(3, BigInt(sample.startTimestampMs ?? 0)).finish();
    writer.message(2, Buffer.concat([encodeSample(sample), start]));
  }
  for (const histogram of series.histograms ?? []) writer.message(3, histogram);
  for (const { labels, value, timestampMs } of series.exemplars ?? []) {
    const content = new MessageWriter().message(1, references(labels, symbols)).finish();
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value, true);
    const rest = new MessageWriter().fixed64(2, bits).varint(3, BigInt(timestampMs)).finish();
    writer.message(4, Buffer.concat([content, rest]));
  }
  if (series.metadata !== undefined) {
    const { type, help, unit } = series.metadata;
    const metadata = new MessageWriter()
      .varint(1, BigInt(METRIC_TYPES.indexOf(type)))
      .varint(3, BigInt(reference(help, symbols)))
      .varint(4, BigInt(reference(unit, symbols)));
    writer.message(5, metadata.finish());
  }
  return writer.varint(6, BigInt(series.createdTimestampMs ?? 0)).finish();
}

function references(labels: OutgoingSeries['labels'], symbols: Symbols): Uint8Array {
  const refs = [...labels].flatMap(([name, value]) => [reference(name, symbols), reference(value, symbols)]);
  return Buffer.concat(refs.map((ref) => varint(BigInt(ref))));
}

function reference(text: string, symbols: Symbols): number {
  const known = symbols.get(text);
  if (known !== undefined) return known;
  symbols.set(text, symbols.size);
  return symbols.size - 1;
}
