// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), the checksum of Prometheus' chunks and of
// our log. Four bytes a step through four tables.

const TABLES = makeTables();

/** Table t is for a byte with t bytes behind it in the same step. */
export function makeTables(count = 4): Uint32Array[] {
  const tables = Array.from({ length: count }, () => new Uint32Array(256));
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[0]![i] = crc;
  }
  for (let t = 1; t < count; t++) {
    for (let i = 0; i < 256; i++) {
      const before = tables[t - 1]![i]!;
      tables[t]![i] = (before >>> 8) ^ tables[0]![before & 0xff]!;
    }
  }
  return tables;
}

/** Where a checksum begins; its final inversion is `^ -1`. */
export const CRC_START = 0xffffffff;

/** The checksum of `bytes[from, to)`. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return (continueCrc32c(CRC_START, bytes, from, to) ^ -1) >>> 0;
}

/** Goes on with a checksum from the state before its final inversion. */
export function continueCrc32c(state: number, bytes: Uint8Array, from: number, to: number): number {
  const [t0, t1, t2, t3] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = state;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const word = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc = t3[word & 0xff]! ^ t2[(word >>> 8) & 0xff]! ^ t1[(word >>> 16) & 0xff]! ^ t0[word >>> 24]!;
  }
  for (; i < to; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 0xff]!;
  return crc;
}
