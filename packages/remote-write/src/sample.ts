import type { ColumnsBuffer } from './columns.ts';
import { FIXED64, VARINT, type WireReader } from './wire-reader.ts';

const VALUE = (1 << 3) | FIXED64;
const TIMESTAMP = (2 << 3) | VARINT;
const START_TIMESTAMP = (3 << 3) | VARINT;

/**
 * Reads a Sample that ends at `end` into a new row of the columns, of either version of the protocol:
 * `names` are the message's own fields, of which 2.0 has one more. Returns that one, when the counter
 * began, in milliseconds since 1970; 0 when it is not said.
 */
export function readSample(
  reader: WireReader,
  end: number,
  columns: ColumnsBuffer,
  names: readonly string[],
): number {
  const bytes = reader.bytes;
  const index = columns.addSample();
  let startMs = 0;
  while (reader.at < end) {
    const tagAt = reader.at;
    const tag = reader.tag(end, 'Sample');
    if (tag === VALUE) {
      const at = reader.fixed(8, end, 'Sample.value');
      const words = columns.valueWords;
      words[2 * index] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      words[2 * index + 1] =
        bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
    } else if (tag === TIMESTAMP) {
      columns.timesMs[index] = reader.int64(end, 'Sample.timestamp');
    } else if (tag === START_TIMESTAMP && names.length > 3) {
      startMs = reader.int64(end, 'Sample.start_timestamp');
    } else {
      reader.skipUnknown(tag, tagAt, end, 'Sample', names);
    }
  }
  return startMs;
}
