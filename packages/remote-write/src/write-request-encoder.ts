// The sender's side of Remote-Write 1.0: a WriteRequest from plain objects.
//
// It serves tests and small senders, so it is written to be read, not to be fast: each message is made
// by a writer of its own and then put into the one around it.

import { STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { MessageWriter } from './message-writer.ts';
import { METRIC_TYPES, type MetricMetadata } from './metadata.ts';

/** A sample to send; `stale` sends the stale marker in place of `value`. */
export interface OutgoingSample {
  readonly timestampMs: number;
  readonly value: number;
  readonly stale?: boolean;
}

export interface OutgoingSeries {
  /** In the order in which they are to be sent; a receiver expects them sorted by name. */
  readonly labels: Iterable<readonly [name: string, value: string]>;
  readonly samples: readonly OutgoingSample[];
  /** Whole Histogram messages, encoded. */
  readonly histograms?: readonly Uint8Array[];
  readonly exemplars?: readonly OutgoingExemplar[];
}

export interface OutgoingExemplar {
  readonly labels: Iterable<readonly [name: string, value: string]>;
  readonly value: number;
  readonly timestampMs: number;
}

export interface OutgoingWriteRequest {
  readonly timeseries?: readonly OutgoingSeries[];
  readonly metadata?: readonly MetricMetadata[];
}

/** A Remote-Write 1.0 request in protobuf, as Prometheus spells it; not compressed. */
export function encodeWriteRequest(request: OutgoingWriteRequest): Uint8Array {
  const writer = new MessageWriter();
  for (const series of request.timeseries ?? []) writer.message(1, encodeSeries(series));
  for (const metadata of request.metadata ?? []) writer.message(3, encodeMetadata(metadata));
  return writer.finish();
}

function encodeSeries(series: OutgoingSeries): Uint8Array {
  const writer = new MessageWriter();
  for (const label of series.labels) writer.message(1, encodeLabel(label));
  for (const sample of series.samples) writer.message(2, encodeSample(sample));
  for (const exemplar of series.exemplars ?? []) writer.message(3, encodeExemplar(exemplar));
  for (const histogram of series.histograms ?? []) writer.message(4, histogram);
  return writer.finish();
}

function encodeLabel([name, value]: readonly [string, string]): Uint8Array {
  return new MessageWriter().text(1, name).text(2, value).finish();
}

function encodeExemplar({ labels, value, timestampMs }: OutgoingExemplar): Uint8Array {
  const writer = new MessageWriter();
  for (const label of labels) writer.message(1, encodeLabel(label));
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value, true);
  return writer.fixed64(2, bits).varint(3, BigInt(timestampMs)).finish();
}

/** A Sample message up to field 2, which is all of it in 1.0. */
export function encodeSample(sample: OutgoingSample): Uint8Array {
  const value = new DataView(new ArrayBuffer(8));
  if (sample.stale === true) {
    value.setUint32(0, STALE_LOW_WORD, true);
    value.setUint32(4, STALE_HIGH_WORD, true);
  } else {
    value.setFloat64(0, sample.value, true);
  }
  return new MessageWriter().fixed64(1, value).varint(2, BigInt(sample.timestampMs)).finish();
}

function encodeMetadata(metadata: MetricMetadata): Uint8Array {
  return new MessageWriter()
    .varint(1, BigInt(METRIC_TYPES.indexOf(metadata.type)))
    .text(2, metadata.metricFamilyName)
    .text(4, metadata.help)
    .text(5, metadata.unit)
    .finish();
}
