/** `20150830T123600Z`. */
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** `Sun, 30 Aug 2015 12:36:00 GMT`, the one form that RFC 9110 lets senders use in `Date`. */
const HTTP_DATE = /^(\w{3}), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds since 1970 of an ISO-8601 basic date and time, or undefined when it is none. */
export function parseAmzDate(text: string): number | undefined {
  const parts = AMZ_DATE.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const ms = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!);
  // Date.UTC carries the 31st of June over into July; the way back shows it.
  return formatAmzDate(ms) === text ? ms : undefined;
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
