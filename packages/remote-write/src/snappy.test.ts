import { describe, expect, test } from 'vitest';
import { DecodeError } from './errors.ts';
import { SnappyDecoder } from './snappy-decoder.ts';
import { encodeSnappy } from './snappy-encoder.ts';

const LIMIT = 1 << 20;

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function failure(input: Uint8Array, limit = LIMIT): DecodeError {
  try {
    new SnappyDecoder(limit).decode(input);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('it decoded');
}

describe('decodes', () => {
  const check = (name: string, input: string, output: string) =>
    test(name, () =>
      expect(Buffer.from(new SnappyDecoder(LIMIT).decode(hex(input))).toString()).toBe(output),
    );

  check('nothing', '00', '');
  check('a literal', '03 08 616263', 'abc');
  check('a literal with a one-byte length', '03 f0 02 616263', 'abc');
  check('a literal with a two-byte length', '03 f4 0200 616263', 'abc');
  check('a literal with a three-byte length', '03 f8 020000 616263', 'abc');
  check('a literal with a four-byte length', '03 fc 02000000 616263', 'abc');
  check('a copy with a one-byte offset', '07 08 616263 01 03', 'abcabca');
  check('a copy with a two-byte offset', '06 08 616263 0a 0300', 'abcabc');
  check('a copy with a four-byte offset', '06 08 616263 0b 03000000', 'abcabc');
  check('a copy that overlaps itself', '09 00 61 1e 0100', 'aaaaaaaaa');
});

describe('refuses', () => {
  const check = (name: string, input: string, offset: number, text: string) =>
    test(name, () => {
      const error = failure(hex(input));
      expect([error.kind, error.offset]).toEqual(['malformed', offset]);
      expect(error.message).toBe(`snappy: ${text}`);
    });

  check('an empty body', '', 0, 'the declared length is cut off at offset 0');
  check('a cut length', '80', 1, 'the declared length is cut off at offset 1');
  check(
    'a length of more than 32 bits',
    'ffffffff1f',
    0,
    'the declared length has more than 32 bits at offset 0',
  );
  check('a length of six bytes', '808080808001', 0, 'the declared length has more than 32 bits at offset 0');
  check(
    'a length that can not be',
    'ff01 00',
    0,
    "declared length of 255 bytes can't come from 3 bytes at offset 0",
  );
  check('a cut literal length', '03 f4 02', 1, 'a literal length is cut off at offset 1');
  check('a cut literal', '03 08 6162', 1, 'a literal runs past the end of the body at offset 1');
  check('a literal of 4 GiB', '03 fc ffffffff 61', 1, 'a literal runs past the end of the body at offset 1');
  check(
    'a literal that is too long',
    '02 08 616263',
    1,
    'a literal runs past the declared length at offset 1',
  );
  check('a cut copy, one byte', '07 08 616263 01', 5, 'a copy offset is cut off at offset 5');
  check('a cut copy, two bytes', '06 08 616263 0a 03', 5, 'a copy offset is cut off at offset 5');
  check('a cut copy, four bytes', '06 08 616263 0b 030000', 5, 'a copy offset is cut off at offset 5');
  check('a copy of nothing', '07 08 616263 01 00', 5, 'a copy has offset zero at offset 5');
  check(
    'a copy from before the start',
    '07 08 616263 01 04',
    5,
    'a copy reaches before the start of the output at offset 5',
  );
  check(
    'a copy with a high offset',
    '06 08 616263 0b ffffffff',
    5,
    'a copy reaches before the start of the output at offset 5',
  );
  check(
    'a copy that is too long',
    '06 08 616263 01 03',
    5,
    'a copy runs past the declared length at offset 5',
  );
  check('an early end', '04 08 616263', 5, 'the body ends after 3 of 4 declared bytes at offset 5');
});

test('a declared length over the limit is refused before memory is taken', () => {
  const error = failure(hex('ffffffff0f 00'), 1000);
  expect(error.kind).toBe('too-large');
  expect(error.message).toBe(
    'snappy: decompressed body of 4294967295 bytes is larger than the limit of 1000 bytes',
  );
});

test('a call can ask for a lower limit, not for a higher one', () => {
  const body = encodeSnappy(new Uint8Array(600));
  expect(new SnappyDecoder(1000).decode(body, 600).length).toBe(600);
  expect(() => new SnappyDecoder(1000).decode(body, 599)).toThrow('larger than the limit of 599 bytes');
  expect(() => new SnappyDecoder(500).decode(body, 10_000)).toThrow('larger than the limit of 500 bytes');
});

test('the buffer is used again', () => {
  const decoder = new SnappyDecoder(LIMIT);
  const first = decoder.decode(encodeSnappy(new Uint8Array(5000).fill(7)));
  const second = decoder.decode(encodeSnappy(new Uint8Array(10).fill(9)));
  expect(second.buffer).toBe(first.buffer);
  expect(first[0]).toBe(9);
});
