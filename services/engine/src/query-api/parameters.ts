// The parameters of a request: URL query and form body, as Go's net/http reads them.
//
// 1. A pair that contains `;` or a broken percent escape is left out, the others stay.
// 2. Values of the body come before those of the URL; `first` takes the first of all.
// 3. Bytes that are no UTF-8 become lone surrogates (U+DC00 + byte), so that an error text can show
//    them as Go does (`\xff`) and the JSON writer, which prints U+FFFD for them, can't be confused.

import { isUtf8 } from 'node:buffer';
import { parseGoInteger } from '@ampere/go-text';
import { invalidParameter } from './prometheus-error.ts';
import { FormatError, parseDurationNs, parseTime } from './times.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;

export class Parameters {
  readonly #values = new Map<string, string[]>();

  /** `search` as received, without `?`. `body` counts when `contentType` says that it is a form. */
  constructor(search: string, body?: Uint8Array, contentType?: string) {
    if (body !== undefined && isForm(contentType))
      this.#add(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'));
    this.#add(search);
  }

  /** The first value, or the empty string. */
  first(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** A time that must be there. Throws PrometheusError. */
  time(name: string): number {
    return this.#parse(name, '', parseTime);
  }

  /** A time that may be missing. Throws PrometheusError. */
  timeOr(name: string, absentMs: number): number {
    if (this.first(name) === '') return absentMs;
    return this.#parse(name, `invalid time value for '${name}': `, parseTime);
  }

  /** Nanoseconds. Throws PrometheusError. */
  durationNs(name: string): number {
    return this.#parse(name, '', parseDurationNs);
  }

  /** How many results at most; 0 for all. Throws PrometheusError. */
  limit(): number {
    const text = this.first('limit');
    if (text === '') return 0;
    const result = parseGoInteger(text, 'Atoi');
    if ('error' in result) throw invalidParameter('limit', result.error);
    if (result.value < 0) throw invalidParameter('limit', 'limit must be non-negative');
    return result.value;
  }

  #parse(name: string, prefix: string, parse: (text: string) => number): number {
    try {
      return parse(this.first(name));
    } catch (error) {
      if (error instanceof FormatError) throw invalidParameter(name, prefix + error.message);
      throw error;
    }
  }

  #add(encoded: string): void {
    for (const pair of encoded.split('&')) {
      if (pair === '' || pair.includes(';')) continue;
      const equals = pair.indexOf('=');
      const name = decodeFormText(equals < 0 ? pair : pair.slice(0, equals));
      const value = equals < 0 ? '' : decodeFormText(pair.slice(equals + 1));
      if (name === undefined || value === undefined) continue;
      const values = this.#values.get(name);
      if (values === undefined) this.#values.set(name, [value]);
      else values.push(value);
    }
  }
}

function isForm(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType.split(';', 1)[0]!.trim().toLowerCase() === FORM_TYPE;
}

function decodeFormText(text: string): string | undefined {
  return decodePercent(text.replaceAll('+', ' '));
}

/** Undoes percent-encoding of a text whose characters stand for bytes; undefined when an escape is broken. */
export function decodePercent(text: string): string | undefined {
  if (BROKEN_ESCAPE.test(text)) return undefined;
  if (/[\x80-\xff]/.test(text))
    text = text.replace(/[\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // The escapes are whole, so what they spell is no UTF-8.
    const bytes = text.replace(/%(..)/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    return decodeLoosely(Buffer.from(bytes, 'latin1'));
  }
}

function decodeLoosely(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) text += String.fromCharCode(0xdc00 + bytes[at]!);
    else text += bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the UTF-8 sequence that begins at `at`, or 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
