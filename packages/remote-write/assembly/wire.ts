// Protobuf numbers and lengths as senders write them: in the shortest spelling.
//
// Reads may run past the end of a message by less than the slack that lies behind each buffer; what they
// find there is not used.

/** Longer runs of bytes are left to the twin. */
const LENGTH_BYTES_MAX: u32 = 3;
const SAFE_INTEGER_MAX: u64 = 0x1fffffffffffff;

/**
 * A length below 2^21 in its shortest spelling: the low word is its value, the high one the address behind
 * it. 0 when it is anything else.
 */
// @ts-ignore: decorator
@inline
export function lengthAt(at: u32): u64 {
  const first = <u32>load<u8>(at);
  if (first < 0x80) return (<u64>(at + 1) << 32) | first;
  return longLengthAt(at, first);
}

function longLengthAt(at: u32, first: u32): u64 {
  let value = first & 0x7f;
  for (let i: u32 = 1; i < LENGTH_BYTES_MAX; i++) {
    const byte = <u32>load<u8>(at + i);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return byte == 0 ? 0 : (<u64>(at + i + 1) << 32) | value;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
export function valueOf(length: u64): u32 {
  return <u32>length;
}

// @ts-ignore: decorator
@inline
export function addressBehind(length: u64): u32 {
  return <u32>(length >>> 32);
}

/** Whether `length` bytes from `from` on end at `end` at the latest. */
// @ts-ignore: decorator
@inline
export function fits(from: u32, length: u32, end: u32): bool {
  return from <= end && length <= end - from;
}

/** The address behind the number that `int64At` read last. */
export let behindInt64: u32 = 0;

/** A signed 64-bit number; NaN when it doesn't end by `end`, or a double can't hold it exactly. */
export function int64At(at: u32, end: u32): f64 {
  let word = load<u64>(at);
  const stops = ~word & 0x8080808080808080;
  if (stops == 0) return longInt64At(at, end);
  const bits = ctz(stops) + 1;
  behindInt64 = at + <u32>(bits >>> 3);
  if (behindInt64 > end) return NaN;
  // Eight groups of seven bits, pushed together pair by pair.
  word = (word << (64 - bits)) >>> (64 - bits);
  word = (word & 0x007f007f007f007f) | ((word & 0x7f007f007f007f00) >>> 1);
  word = (word & 0x00003fff00003fff) | ((word & 0x3fff00003fff0000) >>> 2);
  word = (word & 0x000000000fffffff) | ((word & 0x0fffffff00000000) >>> 4);
  return word > SAFE_INTEGER_MAX ? NaN : <f64>word;
}

/** Of nine or ten bytes: negative numbers are. */
function longInt64At(at: u32, end: u32): f64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < 10; i++) {
    const byte = <u64>load<u8>(at + i);
    value |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    behindInt64 = at + i + 1;
    if (behindInt64 > end) return NaN;
    const number = <i64>value;
    if (number > <i64>SAFE_INTEGER_MAX || number < -<i64>SAFE_INTEGER_MAX) return NaN;
    return <f64>number;
  }
  return NaN;
}
