// The percent-encoding of Signature Version 4, over byte strings (one character per byte).
//
// It is stricter than `encodeURIComponent`, which leaves `!'()*`: everything but the unreserved
// characters `A-Z a-z 0-9 - . _ ~` becomes %XX with capital digits.
//
// A path is normalised and then encoded once more than it is on the wire, so that `%2F` becomes
// `%252F`: its percent signs are ordinary characters. A query component is decoded first, so that it
// doesn't matter which of its characters the client chose to encode:
// 1. `%XX` with two hexadecimal digits is one byte; a percent sign without them stands for itself.
// 2. `+` is a blank, as in every form-encoded query.
import { assert } from '@ampere/platform';

/** For each byte its encoded form. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

const UNRESERVED_ONLY = /^[A-Za-z0-9\-._~]*$/;
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;

/** Divides a request target at its first question mark, which goes to neither side. */
export function divideTarget(target: string): { path: string; rawQuery: string } {
  const question = target.indexOf('?');
  if (question < 0) return { path: target, rawQuery: '' };
  return { path: target.slice(0, question), rawQuery: target.slice(question + 1) };
}

/** Encodes every byte that is not unreserved. */
export function encodeComponent(bytes: string): string {
  if (UNRESERVED_ONLY.test(bytes)) return bytes;
  let encoded = '';
  for (let i = 0; i < bytes.length; i++) encoded += encodedByte(bytes.charCodeAt(i));
  return encoded;
}

/** Encodes every byte that is neither unreserved nor a slash. */
export function encodePath(path: string): string {
  return PLAIN_PATH.test(path) ? path : path.split('/').map(encodeComponent).join('/');
}

/** A component of a query as it was sent, decoded and encoded strictly. */
export function reencodeComponent(sent: string): string {
  if (UNRESERVED_ONLY.test(sent)) return sent;
  let encoded = '';
  for (let i = 0; i < sent.length; i++) {
    const code = sent.charCodeAt(i);
    if (code === 0x2b) {
      encoded += '%20';
    } else if (code === 0x25 && i + 2 < sent.length) {
      const high = hexDigit(sent.charCodeAt(i + 1));
      const low = hexDigit(sent.charCodeAt(i + 2));
      if (high >= 0 && low >= 0) {
        encoded += ENCODED[high * 16 + low]!;
        i += 2;
      } else {
        encoded += '%25';
      }
    } else {
      encoded += encodedByte(code);
    }
  }
  return encoded;
}

/** The bytes behind a strictly encoded component. */
export function decodeComponent(encoded: string): string {
  if (!encoded.includes('%')) return encoded;
  return encoded.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * Removes `.` and `..` segments and repeated slashes; a slash at the end stays when anything is left.
 * `/a//b/../c/` is `/a/c/`.
 */
export function normalisePath(path: string): string {
  if (path === '') return '/';
  if (!path.includes('//') && !path.includes('/.')) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(segment);
  }
  const first = path.startsWith('/') ? '/' : '';
  const last = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return first + kept.join('/') + last;
}

function encodedByte(code: number): string {
  const encoded = ENCODED[code];
  assert(encoded !== undefined, 'the target of a request is a byte string');
  return encoded;
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
