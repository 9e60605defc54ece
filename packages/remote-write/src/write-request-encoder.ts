// The sender's side of Remote-Write 1.0: a WriteRequest from plain objects.
//
// It serves tests and small senders, so it is written to be read, not to be fast: each message is made
// by a writer of its own and then put into the one around it.

import { STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
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
  for (const [name, value] of series.labels) {
    writer.message(1, new MessageWriter().text(1, name).text(2, value).finish());
  }
  for (const sample of series.samples) writer.message(2, encodeSample(sample));
  for (const histogram of series.histograms ?? []) writer.message(4, histogram);
  return writer.finish();
}

function encodeSample(sample: OutgoingSample): Uint8Array {
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

/** Gathers the fields of one message; what is zero or empty is left out, as proto3 has it. */
class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  text(field: number, text: string): this {
    if (text !== '') this.message(field, new TextEncoder().encode(text));
    return this;
  }

  message(field: number, content: Uint8Array): this {
    this.#parts.push(varint(BigInt((field << 3) | 2)), varint(BigInt(content.length)), content);
    return this;
  }

  varint(field: number, value: bigint): this {
    if (value !== 0n) this.#parts.push(varint(BigInt(field << 3)), varint(BigInt.asUintN(64, value)));
    return this;
  }

  /** Negative zero is not the default and is sent. */
  fixed64(field: number, value: DataView): this {
    if (value.getBigUint64(0) === 0n) return this;
    this.#parts.push(varint(BigInt((field << 3) | 1)), new Uint8Array(value.buffer));
    return this;
  }

  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  bytes.push(Number(value));
  return Uint8Array.from(bytes);
}
