// Reads a ReadRequest (proto/remote-read.proto). Requests are small, so clarity comes first.

import { DecodeError, FIELD_TYPES, WireReader } from '@ampere/remote-write';
import { Matcher, type MatchKind } from '@ampere/series';

/** A request with more queries than this is refused; Prometheus sends one. */
const QUERIES_MAX = 1_000;
/** Prometheus' ResponseType. */
export const SAMPLES = 0;
export const STREAMED_XOR_CHUNKS = 1;

const KINDS: readonly MatchKind[] = ['=', '!=', '=~', '!~'];
const { VARINT, DELIMITED } = FIELD_TYPES;

export interface ReadQuery {
  /** Milliseconds since 1970, both inclusive. */
  readonly startMs: number;
  readonly endMs: number;
  readonly matchers: readonly Matcher[];
}

export interface ReadRequest {
  readonly queries: readonly ReadQuery[];
  /** What the reader understands, the best first. */
  readonly acceptedTypes: readonly number[];
}

/** Reads a decompressed request. Throws DecodeError, or what Matcher throws for a bad pattern. */
export function decodeReadRequest(bytes: Uint8Array): ReadRequest {
  const reader = new WireReader();
  reader.reset(bytes);
  const queries: ReadQuery[] = [];
  const acceptedTypes: number[] = [];
  eachField(reader, bytes.length, 'ReadRequest', {
    [field(1, DELIMITED)]: (end) => {
      if (queries.length === QUERIES_MAX)
        throw new DecodeError(
          'too-large',
          reader.at,
          `a read request holds more than ${QUERIES_MAX} queries`,
        );
      queries.push(decodeQuery(reader, end));
    },
    [field(2, VARINT)]: (end) =>
      acceptedTypes.push(reader.uint32(end, 'ReadRequest.accepted_response_types')),
    // The same field packed.
    [field(2, DELIMITED)]: (end) => {
      while (reader.at < end) acceptedTypes.push(reader.uint32(end, 'ReadRequest.accepted_response_types'));
    },
  });
  return { queries, acceptedTypes };
}

function decodeQuery(reader: WireReader, to: number): ReadQuery {
  let startMs = 0;
  let endMs = 0;
  const matchers: Matcher[] = [];
  eachField(reader, to, 'Query', {
    [field(1, VARINT)]: (end) => {
      startMs = time(reader, end, 'Query.start_timestamp_ms');
    },
    [field(2, VARINT)]: (end) => {
      endMs = time(reader, end, 'Query.end_timestamp_ms');
    },
    [field(3, DELIMITED)]: (end) => matchers.push(decodeMatcher(reader, end)),
  });
  return { startMs, endMs, matchers };
}

function decodeMatcher(reader: WireReader, to: number): Matcher {
  let kind = 0;
  let name = '';
  let value = '';
  eachField(reader, to, 'LabelMatcher', {
    [field(1, VARINT)]: (end) => {
      kind = reader.uint32(end, 'LabelMatcher.type');
    },
    [field(2, DELIMITED)]: (end) => {
      name = text(reader, end);
    },
    [field(3, DELIMITED)]: (end) => {
      value = text(reader, end);
    },
  });
  const known = KINDS[kind];
  if (known === undefined) throw new DecodeError('malformed', reader.at, `invalid matcher type ${kind}`);
  return new Matcher(name, known, value);
}

function field(number: number, type: number): number {
  return (number << 3) | type;
}

/**
 * Calls the handler of each field's tag. A delimited field's handler is given where its content ends, and is
 * taken to have read it all; others are given where the message ends.
 */
function eachField(
  reader: WireReader,
  to: number,
  message: string,
  handlers: Readonly<Record<number, (end: number) => void>>,
): void {
  while (reader.at < to) {
    const tag = reader.tag(to, message);
    const handler = handlers[tag];
    if (handler === undefined) {
      reader.skip(tag, to, message);
      continue;
    }
    if ((tag & 7) !== DELIMITED) {
      handler(to);
      continue;
    }
    const end = reader.contentEnd(to, message);
    handler(end);
    reader.at = end;
  }
}

/** Readers ask from and to the ends of Go's time, which a double can't hold exactly. */
function time(reader: WireReader, end: number, name: string): number {
  const from = reader.at;
  try {
    return reader.int64(end, name);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    reader.at = from;
    reader.skip(VARINT, end, name);
    // The last of ten bytes has the sign.
    const isNegative = reader.at - from === 10;
    return isNegative ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  }
}

function text(reader: WireReader, end: number): string {
  return Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset + reader.at, end - reader.at).toString(
    'utf8',
  );
}
