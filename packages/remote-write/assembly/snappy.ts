// Decompression of the snappy block format; the twin, with the error texts, is src/snappy-decoder.ts.
//
// Whether an element is right is checked before its first byte is written. Copying then goes in steps of
// 16 bytes, or 8, and runs over the end by less than 16: both buffers have slack behind them, and what is
// written too much is written again by the next element.

/** Decompresses the elements in [at, inputEnd) to [output, outputEnd); 0 when that is not what they are. */
export function uncompress(at: u32, inputEnd: u32, output: u32, outputEnd: u32): u32 {
  let to = output;
  while (at < inputEnd) {
    const tag = <u32>load<u8>(at);
    at++;
    if ((tag & 3) == 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (extra > inputEnd - at) return 0;
        // One to four bytes of it count.
        const wide = <u64>load<u32>(at) & (<u64>0xffffffff >>> (32 - 8 * extra));
        at += extra;
        if (wide >= <u64>(inputEnd - at)) return 0;
        length = <u32>wide + 1;
      }
      if (length > inputEnd - at || length > outputEnd - to) return 0;
      v128.store(to, v128.load(at));
      for (let i: u32 = 16; i < length; i += 16) v128.store(to + i, v128.load(at + i));
      at += length;
      to += length;
      continue;
    }
    let length: u32;
    let offset: u32;
    if ((tag & 3) == 1) {
      length = ((tag >>> 2) & 7) + 4;
      offset = ((tag >>> 5) << 8) | load<u8>(at);
      at += 1;
    } else if ((tag & 3) == 2) {
      length = (tag >>> 2) + 1;
      offset = load<u16>(at);
      at += 2;
    } else {
      length = (tag >>> 2) + 1;
      offset = load<u32>(at);
      at += 4;
    }
    if (at > inputEnd || offset == 0 || offset > to - output || length > outputEnd - to) return 0;
    const from = to - offset;
    if (offset >= 16) {
      v128.store(to, v128.load(from));
      for (let i: u32 = 16; i < length; i += 16) v128.store(to + i, v128.load(from + i));
    } else {
      repeat(from, to, length);
    }
    to += length;
  }
  return to == outputEnd ? 1 : 0;
}

/** A copy that overlaps its own output: what lies in [from, to) again and again. */
function repeat(from: u32, to: u32, length: u32): void {
  const end = to + length;
  // Each step doubles what is there of the pattern, until eight bytes of it can be had at once.
  while (to - from < 8) {
    store<u64>(to, load<u64>(from));
    to += to - from;
  }
  for (; to < end; to += 8, from += 8) store<u64>(to, load<u64>(from));
}
