/** `20150830T123600Z`. */
const AMZ_DATE = /^\d{8}T\d{6}Z$/;

/** `Sun, 30 Aug 2015 12:36:00 GMT`, the one form that RFC 9110 lets senders use in `Date`. */
const HTTP_DATE = /^(\w{3}), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds since 1970 of an ISO-8601 basic date and time, or undefined when it is none. */
export function parseAmzDate(text: string): number | undefined {
  if (!AMZ_DATE.test(text)) return undefined;
  const month = +text.slice(4, 6);
  const day = +text.slice(6, 8);
  const hour = +text.slice(9, 11);
  const minute = +text.slice(11, 13);
  const second = +text.slice(13, 15);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const midnightMs = Date.UTC(+text.slice(0, 4), month - 1, day);
  // Date.UTC carries the 31st of June over into July, where its day is the first.
  if (month < 1 || month > 12 || new Date(midnightMs).getUTCDate() !== day) return undefined;
  return midnightMs + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** The ISO-8601 basic form, as `X-Amz-Date` has it; parts of a second are cut off. */
export function formatAmzDate(ms: number): string {
  const iso = new Date(ms).toISOString();
  return (
    `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}T` +
    `${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`
  );
}

/** Milliseconds since 1970 of an HTTP `Date` header, or undefined when it is none. */
export function parseHttpDate(text: string): number | undefined {
  const parts = HTTP_DATE.exec(text);
  if (parts === null) return undefined;
  const [, , day, month, year, hour, minute, second] = parts;
  const ms = Date.UTC(+year!, MONTHS.indexOf(month!), +day!, +hour!, +minute!, +second!);
  return new Date(ms).toUTCString() === text ? ms : undefined;
}
