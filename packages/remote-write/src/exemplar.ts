// Exemplar messages: labels, a value, a time. In 1.0 the labels are messages, in 2.0 references to symbols.

import { Labels } from '@ampere/series';
import { readReference } from './series-metadata.ts';
import type { SymbolTable } from './symbol-table.ts';
import { DELIMITED, FIXED64, VARINT, WireReader } from './wire-reader.ts';

/** A decoded Exemplar message. */
export interface DecodedExemplar {
  /** Without those of an empty value, sorted by name; names may come twice when they were sent so. */
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

type Pair = [name: string, value: string];

const FIELD_1 = (1 << 3) | DELIMITED;
const FIELD_1_SINGLE = (1 << 3) | VARINT;
const FIELD_2_TEXT = (2 << 3) | DELIMITED;
const VALUE = (2 << 3) | FIXED64;
const TIMESTAMP = (3 << 3) | VARINT;
const FIELDS_V1 = ['', 'labels', 'value', 'timestamp'];
const FIELDS_V2 = ['', 'labels_refs', 'value', 'timestamp'];
const LABEL_FIELDS = ['', 'name', 'value'];

const shared = new WireReader();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the content of a 1.0 Exemplar message at [from, to) of a body.
 * @throws DecodeError with the offset in `bytes`
 */
export function decodeExemplar(bytes: Uint8Array, from: number, to: number): DecodedExemplar {
  const reader = shared;
  reader.bytes = bytes;
  reader.at = from;
  const pairs: Pair[] = [];
  let value = 0;
  let timeMs = 0;
  while (reader.at < to) {
    const tagAt = reader.at;
    const tag = reader.tag(to, 'Exemplar');
    if (tag === FIELD_1) pairs.push(readLabel(reader, reader.contentEnd(to, 'Exemplar.labels')));
    else if (tag === VALUE) value = reader.double(to, 'Exemplar.value');
    else if (tag === TIMESTAMP) timeMs = reader.int64(to, 'Exemplar.timestamp');
    else reader.skipUnknown(tag, tagAt, to, 'Exemplar', FIELDS_V1);
  }
  return { labels: labelsOf(pairs), value, timeMs };
}

/**
 * Reads the content of a 2.0 Exemplar message at [from, to) of a body.
 * @throws DecodeError with the offset in `bytes`
 */
export function decodeExemplarV2(
  bytes: Uint8Array,
  from: number,
  to: number,
  symbols: SymbolTable,
): DecodedExemplar {
  const reader = shared;
  reader.bytes = bytes;
  reader.at = from;
  const references: number[] = [];
  let refsAt = from;
  let value = 0;
  let timeMs = 0;
  while (reader.at < to) {
    const tagAt = reader.at;
    const tag = reader.tag(to, 'Exemplar');
    if (tag === FIELD_1 || tag === FIELD_1_SINGLE) {
      refsAt = tagAt;
      // Packed, or one alone.
      const end = tag === FIELD_1 ? reader.contentEnd(to, 'Exemplar.labels_refs') : to;
      while (reader.at < end) {
        references.push(readReference(reader, end, 'Exemplar.labels_refs', symbols));
        if (tag === FIELD_1_SINGLE) break;
      }
    } else if (tag === VALUE) value = reader.double(to, 'Exemplar.value');
    else if (tag === TIMESTAMP) timeMs = reader.int64(to, 'Exemplar.timestamp');
    else reader.skipUnknown(tag, tagAt, to, 'Exemplar', FIELDS_V2);
  }
  if (references.length % 2 === 1) {
    throw reader.malformed(refsAt, 'Exemplar.labels_refs', 'an odd number of references');
  }
  const pairs: Pair[] = [];
  try {
    for (let i = 0; i < references.length; i += 2) {
      pairs.push([symbols.text(references[i]!), symbols.text(references[i + 1]!)]);
    }
  } catch {
    throw reader.malformed(refsAt, 'Exemplar.labels_refs', 'text that is not UTF-8');
  }
  return { labels: labelsOf(pairs), value, timeMs };
}

function readLabel(reader: WireReader, end: number): Pair {
  const pair: Pair = ['', ''];
  while (reader.at < end) {
    const tagAt = reader.at;
    const tag = reader.tag(end, 'Label');
    if (tag !== FIELD_1 && tag !== FIELD_2_TEXT) {
      reader.skipUnknown(tag, tagAt, end, 'Label', LABEL_FIELDS);
      continue;
    }
    const field = tag === FIELD_1 ? 0 : 1;
    const to = reader.contentEnd(end, `Label.${LABEL_FIELDS[field + 1]}`);
    try {
      pair[field] = utf8.decode(reader.bytes.subarray(reader.at, to));
    } catch {
      throw reader.malformed(tagAt, `Label.${LABEL_FIELDS[field + 1]}`, 'text that is not UTF-8');
    }
    reader.at = to;
  }
  return pair;
}

function labelsOf(pairs: readonly Pair[]): Labels {
  return Labels.fromPairs(pairs.filter(([, value]) => value !== ''));
}
