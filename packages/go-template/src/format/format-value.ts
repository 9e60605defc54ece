// Writes one value by one verb, as Go's fmt does: `%v %+v %#v %T %s %q %d %x %f %e %g %t %c %U …`.
//
// 1. A type with a String method is written by it where the verb is one for strings.
// 2. Otherwise the kind decides; maps, slices, structs and the first pointer are opened and their
//    parts written by the same verb.
// 3. A verb that doesn't fit is reported in the text: `%!d(string=x)`.

import { bytesOfRune, firstRunes, runeCount } from '../bytes.ts';
import type { ByteSink, CallContext } from '../functions/call-context.ts';
import type { GoType, GoValue } from '../values/types.ts';
import { formatFloat } from './float.ts';
import { canBackquote, describeRune, quote, quoteRune } from './quote.ts';

export interface FormatFlags {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v` and `%#v`: these flags then belong to the verb, not to numbers inside. */
  plusV: boolean;
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function noFlags(): FormatFlags {
  return {
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** What an address prints as; there are none here, and Go's differ from run to run. */
const ADDRESS = 0xc000000000n;

export class ValueFormatter {
  readonly #sink: ByteSink;
  readonly #context: CallContext;
  flags: FormatFlags = noFlags();
  /** While a wrong verb is reported, String methods aren't asked. */
  #isReporting = false;

  constructor(sink: ByteSink, context: CallContext) {
    this.#sink = sink;
    this.#context = context;
  }

  /** Writes an argument; `verb` is one rune as bytes. */
  writeArgument(value: GoValue, verb: string): void {
    if (value.kind === 'invalid' || value.kind === 'interface') {
      if (verb === 'T' || verb === 'v') this.#pad('<nil>');
      else this.#sink.write(`%!${verb}(<nil>)`);
    } else if (verb === 'T') {
      this.#writeString(value.type.name, 's');
    } else if (verb === 'p') {
      this.#writePointer(value, verb);
    } else {
      this.#writeValue(value, verb, 0);
    }
  }

  #writeValue(value: GoValue, verb: string, depth: number): void {
    this.#context.spend(1);
    this.#context.checkDepth(depth);
    if (this.#writeByMethod(value, verb)) return;
    switch (value.kind) {
      case 'invalid':
      case 'interface':
        this.#sink.write(this.flags.sharpV ? 'interface {}(nil)' : '<nil>');
        return;
      case 'bool':
        if (verb === 't' || verb === 'v') this.#pad(String(value.bool));
        else this.#badVerb(value, verb);
        return;
      case 'int':
      case 'uint':
        this.#writeInteger(value, verb);
        return;
      case 'float':
        this.#writeFloat(value, value.float, verb);
        return;
      case 'complex':
        this.#writeComplex(value, verb);
        return;
      case 'string':
        if (!this.#writeString(value.bytes, verb)) this.#badVerb(value, verb);
        return;
      case 'map':
        this.#writeMap(value, verb, depth);
        return;
      case 'slice':
        this.#writeSlice(value, verb, depth);
        return;
      case 'struct':
        this.#writeStruct(value.type, value.values, verb, depth);
        return;
      case 'time':
        this.#writeTimeParts(value.unixNs, value.type, verb, depth);
        return;
      case 'pointer':
        if (depth === 0 && value.target !== undefined && isOpened(value.target)) {
          this.#sink.write('&');
          this.#writeValue(value.target, verb, depth + 1);
        } else {
          this.#writePointer(value, verb);
        }
        return;
    }
  }

  /** Whether a String or GoString method wrote the value. A pointer has its target's methods. */
  #writeByMethod(value: GoValue, verb: string): boolean {
    if (this.#isReporting) return false;
    const subject = value.kind === 'pointer' ? value.target : value;
    if (subject === undefined) return false;
    if (this.flags.sharpV) {
      const text = subject.type.goStringer?.(subject);
      if (text === undefined) return false;
      this.#pad(text);
      return true;
    }
    if (!'vsxXq'.includes(verb)) return false;
    const text = subject.type.stringer?.(subject);
    return text !== undefined && this.#writeString(text, verb);
  }

  #badVerb(value: GoValue, verb: string): void {
    this.#isReporting = true;
    this.#sink.write(`%!${verb}(${value.type.name}=`);
    this.#writeValue(value, 'v', 0);
    this.#sink.write(')');
    this.#isReporting = false;
  }

  #pad(bytes: string): void {
    const { width, minus, zero } = this.flags;
    const missing = width === undefined ? 0 : width - runeCount(bytes);
    if (missing <= 0) {
      this.#sink.write(bytes);
    } else if (minus) {
      this.#sink.write(bytes);
      this.#sink.fill(zero ? '0' : ' ', missing);
    } else {
      this.#sink.fill(zero ? '0' : ' ', missing);
      this.#sink.write(bytes);
    }
  }

  #padWithBlanks(bytes: string): void {
    const { zero } = this.flags;
    this.flags.zero = false;
    this.#pad(bytes);
    this.flags.zero = zero;
  }

  /** False when the verb isn't one for strings. */
  #writeString(bytes: string, verb: string): boolean {
    const { precision, sharp, sharpV, plus } = this.flags;
    const isQuoted = verb === 'q' || (verb === 'v' && sharpV);
    if (isQuoted || verb === 'v' || verb === 's') {
      const text = precision === undefined ? bytes : firstRunes(bytes, precision);
      this.#context.spendBytes(text.length * (isQuoted ? 8 : 1));
      if (!isQuoted) this.#pad(text);
      else this.#pad(sharp && canBackquote(text) ? `\`${text}\`` : quote(text, plus));
    } else if (verb === 'x' || verb === 'X') {
      this.#writeHexBytes(precision === undefined ? bytes : bytes.slice(0, precision), verb);
    } else {
      return false;
    }
    return true;
  }

  #writeHexBytes(bytes: string, verb: string): void {
    const { sharp, space } = this.flags;
    this.#context.spendBytes(bytes.length * 8);
    this.#context.checkSize(bytes.length * 2);
    const prefix = sharp ? `0${verb}` : '';
    let hex = Buffer.from(bytes, 'latin1').toString('hex');
    if (verb === 'X') hex = hex.toUpperCase();
    if (hex === '') this.#pad('');
    else if (space) this.#pad(hex.replace(/../g, (pair) => ` ${prefix}${pair}`).slice(1));
    else this.#pad(prefix + hex);
  }

  #writeInteger(value: GoValue & { int: bigint }, verb: string): void {
    const { flags } = this;
    switch (verb) {
      case 'v':
        if (flags.sharpV && value.kind === 'uint') this.#sink.write(`0x${value.int.toString(16)}`);
        else this.#writeDigits(value.int, 10, verb);
        return;
      case 'd':
        this.#writeDigits(value.int, 10, verb);
        return;
      case 'b':
        this.#writeDigits(value.int, 2, verb);
        return;
      case 'o':
      case 'O':
        this.#writeDigits(value.int, 8, verb);
        return;
      case 'x':
      case 'X':
        this.#writeDigits(value.int, 16, verb);
        return;
      case 'c':
        this.#pad(bytesOfRune(codeOf(value.int)));
        return;
      case 'q':
        this.#pad(quoteRune(codeOf(value.int), flags.plus));
        return;
      case 'U':
        this.#writeUnicode(value.int);
        return;
      default:
        this.#badVerb(value, verb);
    }
  }

  #writeDigits(int: bigint, base: number, verb: string): void {
    const { flags } = this;
    const isNegative = int < 0n;
    const isSigned = isNegative || flags.plus || flags.space;
    let digitsMin = 0;
    if (flags.precision !== undefined) {
      if (flags.precision === 0 && int === 0n) {
        this.#padWithBlanks('');
        return;
      }
      digitsMin = flags.precision;
    } else if (flags.zero && !flags.minus && flags.width !== undefined) {
      digitsMin = flags.width - (isSigned ? 1 : 0);
    }
    this.#context.checkSize(digitsMin);
    let text = (isNegative ? -int : int).toString(base).padStart(digitsMin, '0');
    if (verb === 'X') text = text.toUpperCase();
    if (flags.sharp) {
      if (base === 2) text = `0b${text}`;
      if (base === 8 && !text.startsWith('0')) text = `0${text}`;
      if (base === 16) text = `0${verb === 'X' ? 'X' : 'x'}${text}`;
    }
    if (verb === 'O') text = `0o${text}`;
    const sign = isNegative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
    this.#padWithBlanks(sign + text);
  }

  #writeUnicode(int: bigint): void {
    const { flags } = this;
    const code = BigInt.asUintN(64, int);
    const digits = code
      .toString(16)
      .toUpperCase()
      .padStart(Math.max(4, flags.precision ?? 0), '0');
    this.#context.checkSize(digits.length);
    const isShown = flags.sharp && code <= 0x10ffffn && describeRune(Number(code)).endsWith("'");
    this.#padWithBlanks(`U+${digits}${isShown ? ` '${bytesOfRune(Number(code))}'` : ''}`);
  }

  #writeFloat(value: GoValue, float: number, verb: string): void {
    switch (verb) {
      case 'v':
        this.#writeFloatDigits(float, 'g', -1, true);
        return;
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        this.#writeFloatDigits(float, verb, -1, false);
        return;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
        this.#writeFloatDigits(float, verb === 'F' ? 'f' : verb, 6, false);
        return;
      default:
        this.#badVerb(value, verb);
    }
  }

  #writeFloatDigits(float: number, verb: string, defaultPrecision: number, isV: boolean): void {
    const { flags } = this;
    const precision = flags.precision ?? defaultPrecision;
    this.#context.checkSize(precision);
    this.#context.spendBytes(Math.max(precision, 0) * 4);
    const text = formatFloat(float, verb, precision);
    const isSpecial = !Number.isFinite(float);
    let sign = text[0] === '-' || text[0] === '+' ? text[0] : '+';
    let digits = text[0] === sign ? text.slice(1) : text;
    if (flags.space && sign === '+' && !flags.plus) sign = ' ';
    if (isSpecial) {
      const isBare = Number.isNaN(float) && !flags.space && !flags.plus;
      this.#padWithBlanks(isBare ? digits : sign + digits);
      return;
    }
    if (flags.sharp && verb !== 'b') digits = withPoint(digits, verb, isV ? -1 : precision);
    if (!flags.plus && sign === '+') {
      this.#pad(digits);
    } else if (flags.zero && !flags.minus && flags.width !== undefined) {
      this.#sink.write(sign);
      this.#sink.fill('0', flags.width - digits.length - 1);
      this.#sink.write(digits);
    } else {
      this.#pad(sign + digits);
    }
  }

  #writeComplex(value: GoValue & { re: number; im: number }, verb: string): void {
    if (!'vbgGxXfFeE'.includes(verb)) {
      this.#badVerb(value, verb);
      return;
    }
    const { plus } = this.flags;
    this.#sink.write('(');
    this.#writeFloat(value, value.re, verb);
    this.flags.plus = true;
    this.#writeFloat(value, value.im, verb);
    this.flags.plus = plus;
    this.#sink.write('i)');
  }

  #writeMap(value: GoValue & { kind: 'map' }, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    this.#sink.write(sharpV ? `${value.type.name}{` : 'map[');
    let separator = '';
    for (const name of sortedKeys(value.entries)) {
      this.#sink.write(separator);
      if (!this.#writeString(name, verb)) {
        this.#sink.write(`%!${verb}(string=`);
        this.#writeString(name, 'v');
        this.#sink.write(')');
      }
      this.#sink.write(':');
      this.#writeValue(value.entries.get(name)!, verb, depth + 1);
      separator = sharpV ? ', ' : ' ';
    }
    this.#sink.write(sharpV ? '}' : ']');
  }

  #writeSlice(value: GoValue & { kind: 'slice' }, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    if (value.type.elem?.kind === 'uint' && 'sqxX'.includes(verb)) {
      this.#writeString(bytesIn(value.items), verb);
      return;
    }
    this.#sink.write(sharpV ? `${value.type.name}{` : '[');
    let separator = '';
    for (const item of value.items) {
      this.#sink.write(separator);
      this.#writeValue(item, verb, depth + 1);
      separator = sharpV ? ', ' : ' ';
    }
    this.#sink.write(sharpV ? '}' : ']');
  }

  #writeStruct(type: GoType, values: readonly GoValue[], verb: string, depth: number): void {
    const { sharpV, plusV } = this.flags;
    this.#sink.write(sharpV ? `${type.name}{` : '{');
    values.forEach((part, i) => {
      if (i > 0) this.#sink.write(sharpV ? ', ' : ' ');
      if (sharpV || plusV) this.#sink.write(`${type.fields[i]!.name}:`);
      this.#writeValue(part, verb, depth + 1);
    });
    this.#sink.write('}');
  }

  /** A time by a number's verb shows Go's inner fields: nanosecond, seconds since year 1, no location. */
  #writeTimeParts(unixNs: bigint, type: GoType, verb: string, depth: number): void {
    const [wallType, extType, locationType] = type.fields.map((field) => field.type);
    const ns = ((unixNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    const seconds = (unixNs - ns) / 1_000_000_000n + 62_135_596_800n;
    const parts: GoValue[] = [
      { kind: 'uint', type: wallType!, int: ns },
      { kind: 'int', type: extType!, int: seconds },
      { kind: 'pointer', type: locationType!, target: undefined },
    ];
    this.#writeStruct(type, parts, verb, depth);
  }

  #writePointer(value: GoValue, verb: string): void {
    if (value.kind !== 'pointer' && value.kind !== 'map' && value.kind !== 'slice') {
      this.#badVerb(value, verb);
      return;
    }
    const address = value.kind === 'pointer' && value.target === undefined ? 0n : ADDRESS;
    const hex = `0x${address.toString(16)}`;
    if (verb === 'v') {
      if (this.flags.sharpV) this.#sink.write(`(${value.type.name})(${address === 0n ? 'nil' : hex})`);
      else this.#pad(address === 0n ? '<nil>' : this.flags.sharp ? hex.slice(2) : hex);
    } else if (verb === 'p') {
      this.#pad(this.flags.sharp ? hex.slice(2) : hex);
    } else if ('bodxX'.includes(verb)) {
      this.#writeDigits(address, { b: 2, o: 8, d: 10 }[verb] ?? 16, verb);
    } else {
      this.#badVerb(value, verb);
    }
  }
}

/** The keys of a map in the order in which Go prints and ranges over it: by bytes. */
export function sortedKeys(entries: ReadonlyMap<string, GoValue>): string[] {
  return [...entries.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The bytes in a slice of uint8. */
function bytesIn(items: readonly GoValue[]): string {
  return items.map((item) => (item.kind === 'uint' ? String.fromCharCode(Number(item.int)) : '')).join('');
}

function isOpened(value: GoValue): boolean {
  return ['map', 'slice', 'struct', 'time'].includes(value.kind);
}

function codeOf(int: bigint): number {
  return int < 0n || int > 0x10ffffn ? 0xfffd : Number(int);
}

/** `%#g`: a decimal point always, and the zeros that `%g` drops. */
function withPoint(text: string, verb: string, precision: number): string {
  const isHex = verb === 'x' || verb === 'X';
  const split = text.search(isHex ? /p/i : /e/i);
  const number = split < 0 ? text : text.slice(0, split);
  const tail = split < 0 ? '' : text.slice(split);
  let missing = 0;
  if ('gGxX'.includes(verb)) {
    const significant = number.replace('.', '').replace(/^0+/, '').length;
    missing = (precision === -1 ? 6 : precision) - significant;
  }
  if (number.includes('.')) return number + '0'.repeat(Math.max(missing, 0)) + tail;
  if (number === '0') missing--;
  return `${number}.${'0'.repeat(Math.max(missing, 0))}${tail}`;
}
