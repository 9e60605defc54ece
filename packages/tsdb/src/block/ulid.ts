import type { Clock, Random } from '@ampere/platform';

/** Crockford's base 32. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FORM = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A new identifier: 48 bits of milliseconds, 80 random bits; later ones sort behind earlier ones. */
export function makeUlid(clock: Clock, random: Random): string {
  let text = '';
  let timeMs = Math.max(0, Math.floor(clock.nowMs()));
  for (let i = 0; i < 10; i++) {
    text = DIGITS[timeMs % 32]! + text;
    timeMs = Math.floor(timeMs / 32);
  }
  // Five bits of each byte: 16 digits of 5 bits are the 80.
  for (const byte of random.bytes(16)) text += DIGITS[byte & 31]!;
  return text;
}

export function isUlid(text: string): boolean {
  return FORM.test(text);
}
