import { DELIMITED, VARINT, type WireReader } from './wire-reader.ts';

/** Metric types as Prometheus' metadata API spells them, at their protobuf numbers. */
export const METRIC_TYPES = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const;

export type MetricType = (typeof METRIC_TYPES)[number];

/** What a sender says of a metric family. */
export interface MetricMetadata {
  readonly type: MetricType;
  readonly metricFamilyName: string;
  readonly help: string;
  readonly unit: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const TEXT_FIELDS = new Map([
  [2, 'MetricMetadata.metric_family_name'],
  [4, 'MetricMetadata.help'],
  [5, 'MetricMetadata.unit'],
]);

/** Reads a MetricMetadata message that ends at `end`; a type number that is not known is `unknown`. */
export function readMetadata(reader: WireReader, end: number): MetricMetadata {
  let type: MetricType = 'unknown';
  const texts = new Map<number, string>();
  while (reader.at < end) {
    const tagAt = reader.at;
    const tag = reader.tag(end, 'MetricMetadata');
    const number = tag >>> 3;
    const field = number === 1 ? 'MetricMetadata.type' : TEXT_FIELDS.get(number);
    if (field === undefined) {
      reader.skip(tag, end, 'MetricMetadata');
      continue;
    }
    const wanted = number === 1 ? VARINT : DELIMITED;
    if ((tag & 7) !== wanted) {
      throw reader.malformed(tagAt, field, `wire type ${tag & 7} instead of ${wanted}`);
    }
    if (number === 1) {
      type = METRIC_TYPES[reader.int64(end, field)] ?? 'unknown';
      continue;
    }
    const to = reader.contentEnd(end, field);
    try {
      texts.set(number, utf8.decode(reader.bytes.subarray(reader.at, to)));
    } catch {
      throw reader.malformed(reader.at, field, 'text that is not UTF-8');
    }
    reader.at = to;
  }
  return {
    type,
    metricFamilyName: texts.get(2) ?? '',
    help: texts.get(4) ?? '',
    unit: texts.get(5) ?? '',
  };
}
