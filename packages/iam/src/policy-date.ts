// Dates as policies write them (https://www.w3.org/TR/NOTE-datetime, or seconds since 1970).
// Digits alone are seconds, so a year has its month with it.

const DATE =
  /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[-+][0-9]{2}:[0-9]{2})?)?)?$/i;

/** Milliseconds since 1970; undefined when the text is no date. A time without a zone is UTC. */
export function parsePolicyDate(text: string): number | undefined {
  if (text.length > 40) return undefined;
  if (/^[0-9]{1,15}$/.test(text)) return Number(text) * 1000;
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = ''] = found;
  const timeMs = Date.UTC(
    +year!,
    +month! - 1,
    +day,
    +hour,
    +minute,
    +second,
    +fraction.padEnd(3, '0').slice(0, 3),
  );
  const date = new Date(timeMs);
  // Date.UTC carries February 30 over into March, and takes the years 0 to 99 for 1900 to 1999.
  if (date.getUTCMonth() !== +month! - 1 || date.getUTCDate() !== +day || date.getUTCFullYear() !== +year!)
    return undefined;
  if (+hour > 23 || +minute > 59 || +second > 59) return undefined;
  return timeMs - zoneMs(found[8]);
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone[0] === '-' ? -minutes : minutes) * 60_000;
}
