// Floats written as Go writes them: the texts of APIs and errors are compared with Prometheus' letter by letter.

/** Go's `strconv.FormatFloat(value, 'f', -1, 64)`: shortest digits that read back equal, no exponent. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  const e = text.indexOf('e');
  return e < 0 ? text : withoutExponent(text.slice(0, e), Number(text.slice(e + 1)));
}

/** Go's `%g` and `%v` of a float: shortest digits, an exponent below 1e-4 and from 1e6 on. */
export function formatFloatG(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || !Number.isFinite(value) || (magnitude >= 1e-4 && magnitude < 1e6)) {
    return formatFloat(value);
  }
  const text = value.toExponential();
  const e = text.indexOf('e');
  const exponent = text.slice(e + 2);
  return `${text.slice(0, e)}e${text[e + 1]}${exponent.length < 2 ? `0${exponent}` : exponent}`;
}

/** Go's `%.<digits>f`, exact also where JavaScript's toFixed turns to exponents. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  if (Math.abs(value) < 1e21) {
    const text = value.toFixed(digits);
    return Object.is(value, -0) ? `-${text}` : text;
  }
  return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
}

function withoutExponent(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const unsigned = sign === '' ? mantissa : mantissa.slice(1);
  const point = unsigned.indexOf('.');
  const digits = point < 0 ? unsigned : unsigned.slice(0, point) + unsigned.slice(point + 1);
  const position = (point < 0 ? unsigned.length : point) + exponent;
  if (position <= 0) return `${sign}0.${'0'.repeat(-position)}${digits}`;
  if (position >= digits.length) return sign + digits + '0'.repeat(position - digits.length);
  return `${sign}${digits.slice(0, position)}.${digits.slice(position)}`;
}

/** `strconv.FormatFloat(value, 'e', -1, 64)`: `1.2345678e+03`, `NaN`, `+Inf`. */
export function formatExponent(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0e+0' : value.toExponential();
  return text.replace(/(e[+-])(\d)$/, '$10$2');
}
