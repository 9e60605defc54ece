// time.Time.Format: a layout is an example, the moment Mon Jan 2 15:04:05 2006, written as wanted.
//
// The layout is walked once; at each place the longest known element there is replaced, everything
// else is copied. The zone is always UTC, so zone elements are constant.

import { type CivilTime, civilOf, MONTHS, WEEKDAYS } from './calendar.ts';

const two = (number: number) => String(number).padStart(2, '0');
const hour12 = (civil: CivilTime) => civil.hour % 12 || 12;

function yearText(year: number): string {
  return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
}

type Element = readonly [layout: string, write: (civil: CivilTime) => string];

// Of two that begin alike the longer one stands first.
const ELEMENTS: readonly Element[] = [
  ['January', (civil) => MONTHS[civil.month - 1]!],
  ['Jan', (civil) => MONTHS[civil.month - 1]!.slice(0, 3)],
  ['Monday', (civil) => WEEKDAYS[civil.weekday]!],
  ['Mon', (civil) => WEEKDAYS[civil.weekday]!.slice(0, 3)],
  ['MST', () => 'UTC'],
  ['01', (civil) => two(civil.month)],
  ['02', (civil) => two(civil.day)],
  ['03', (civil) => two(hour12(civil))],
  ['04', (civil) => two(civil.minute)],
  ['05', (civil) => two(civil.second)],
  ['06', (civil) => two(((civil.year % 100) + 100) % 100)],
  ['002', (civil) => String(civil.yearDay).padStart(3, '0')],
  ['15', (civil) => two(civil.hour)],
  ['1', (civil) => String(civil.month)],
  ['2006', (civil) => yearText(civil.year)],
  // An underscore before the year is only that, not a padded day followed by 006.
  ['_2006', (civil) => `_${yearText(civil.year)}`],
  ['__2', (civil) => String(civil.yearDay).padStart(3, ' ')],
  ['_2', (civil) => String(civil.day).padStart(2, ' ')],
  ['2', (civil) => String(civil.day)],
  ['3', (civil) => String(hour12(civil))],
  ['4', (civil) => String(civil.minute)],
  ['5', (civil) => String(civil.second)],
  ['PM', (civil) => (civil.hour >= 12 ? 'PM' : 'AM')],
  ['pm', (civil) => (civil.hour >= 12 ? 'pm' : 'am')],
  ['-07:00:00', () => '+00:00:00'],
  ['-070000', () => '+000000'],
  ['-07:00', () => '+00:00'],
  ['-0700', () => '+0000'],
  ['-07', () => '+00'],
  ['Z07:00:00', () => 'Z'],
  ['Z070000', () => 'Z'],
  ['Z07:00', () => 'Z'],
  ['Z0700', () => 'Z'],
  ['Z07', () => 'Z'],
];

const BY_FIRST_BYTE = new Map<string, Element[]>();
for (const element of ELEMENTS) {
  const first = element[0][0]!;
  BY_FIRST_BYTE.set(first, [...(BY_FIRST_BYTE.get(first) ?? []), element]);
}

/** A fraction of a second: a point or comma, then zeros (kept) or nines (trailing zeros dropped). */
const FRACTION = /[.,](0+|9+)(?![0-9])/y;

/** Formats a time; layout and result are byte strings. */
export function formatTime(unixNs: bigint, layout: string): string {
  const civil = civilOf(unixNs);
  let out = '';
  for (let at = 0; at < layout.length; ) {
    const fraction = fractionAt(layout, at);
    if (fraction !== undefined) {
      out += writeFraction(fraction, civil.nanosecond);
      at += fraction.length;
      continue;
    }
    const element = elementAt(layout, at);
    out += element === undefined ? layout[at] : element[1](civil);
    at += element === undefined ? 1 : element[0].length;
  }
  return out;
}

function elementAt(layout: string, at: number): Element | undefined {
  return BY_FIRST_BYTE.get(layout[at]!)?.find(([text]) => {
    if (!layout.startsWith(text, at)) return false;
    // "Jan" isn't looked for inside a word like "Janet": Go asks that no small letter follows.
    const isShortName = text === 'Jan' || text === 'Mon';
    return !isShortName || !/^[a-z]$/.test(layout[at + 3] ?? '');
  });
}

function fractionAt(layout: string, at: number): string | undefined {
  FRACTION.lastIndex = at;
  return FRACTION.exec(layout)?.[0];
}

function writeFraction(fraction: string, nanosecond: number): string {
  const places = Math.min(fraction.length - 1, 9);
  const digits = String(nanosecond).padStart(9, '0').slice(0, places).padEnd(places, '0');
  if (fraction[1] === '0') return fraction[0] + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : fraction[0] + trimmed;
}
