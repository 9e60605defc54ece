/** Text of UTF-8 bytes given as a string of one character a byte; bad bytes become lone surrogates. */
export function textOfBytes(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  const whole = buffer.toString('utf8');
  if (!whole.includes('\ufffd')) return whole;
  let out = '';
  for (let i = 0; i < buffer.length; ) {
    const length = sequenceLength(buffer, i);
    if (length === 0) out += String.fromCharCode(0xdc00 + buffer[i]!);
    else out += buffer.toString('utf8', i, i + length);
    i += length || 1;
  }
  return out;
}

/** Bytes of the UTF-8 sequence at `from`, 0 when there is no whole and good one. */
function sequenceLength(buffer: Uint8Array, from: number): number {
  const first = buffer[from]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || from + length > buffer.length) return 0;
  for (let i = 1; i < length; i++) if ((buffer[from + i]! & 0xc0) !== 0x80) return 0;
  const second = buffer[from + 1]!;
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}
