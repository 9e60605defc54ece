// Names and headers of the log's files (FORMAT.md has the layout).

import { TsdbError } from '../errors.ts';
import { crc32c } from './crc32c.ts';

export const HEADER_BYTES = 40;

const MAGIC = new TextEncoder().encode('AMPEREWL');
const VERSION = 1;
export interface SegmentHeader {
  readonly number: number;
  readonly mark: number;
  /** How much of the segment before counts; infinite when all of it does. */
  readonly previousTrustedBytes: number;
  /** How much of it was surely on stable storage; what counts behind that is repeated in this segment. */
  readonly previousProvenBytes: number;
}

export function encodeHeader(header: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, header.number, true);
  view.setUint32(16, header.mark, true);
  view.setFloat64(20, header.previousTrustedBytes, true);
  view.setFloat64(28, header.previousProvenBytes, true);
  view.setUint32(36, crc32c(bytes, 0, 36), true);
  return bytes;
}

/** The header, or undefined when it is damaged or incomplete. Throws when it is of a newer version. */
export function decodeHeader(bytes: Uint8Array, path: string): SegmentHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) return undefined;
  if (view.getUint32(36, true) !== crc32c(bytes, 0, 36)) return undefined;
  const version = view.getUint32(8, true);
  if (version !== VERSION)
    throw new TsdbError(
      'format',
      `${path}: write-ahead log of version ${version}; this program reads ${VERSION}`,
    );
  return {
    number: view.getUint32(12, true),
    mark: view.getUint32(16, true),
    previousTrustedBytes: view.getFloat64(20, true),
    previousProvenBytes: view.getFloat64(28, true),
  };
}

export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.wal`;
}

export function checkpointName(number: number): string {
  return `checkpoint-${segmentName(number)}`;
}

/** The number in a segment's name; undefined for any other name. */
export function segmentNumber(name: string): number | undefined {
  const match = /^(\d{8,})\.wal$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The number in a checkpoint's name; undefined for any other name. */
export function checkpointNumber(name: string): number | undefined {
  const match = /^checkpoint-(\d{8,})\.wal$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
