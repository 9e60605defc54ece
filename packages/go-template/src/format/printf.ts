// fmt.Sprintf, Sprint and Sprintln on byte strings.
//
// A directive is `%`, flags (`+ - # 0` and the blank), a width, a precision, and a verb. Width and
// precision may be `*`, taken from the arguments; `[n]` before any of the three picks an argument.
// What doesn't work out is reported in the text, never as an error: `%!d(MISSING)`, `%!(EXTRA int=1)`.

import { runeAt } from '../bytes.ts';
import { ByteSink, type CallContext } from '../functions/call-context.ts';
import type { GoValue } from '../values/types.ts';
import { noFlags, ValueFormatter } from './format-value.ts';

/** Widths and precisions beyond this are refused, as in Go. */
const NUMBER_MAX = 1_000_000;

export function sprintf(context: CallContext, format: string, args: readonly GoValue[]): string {
  const sink = new ByteSink(context);
  new Directives(sink, context, format, args).writeAll();
  return sink.toString();
}

/** Operands next to each other, with a blank between two that are no strings. */
export function sprint(context: CallContext, args: readonly GoValue[]): string {
  const sink = new ByteSink(context);
  const formatter = new ValueFormatter(sink, context);
  args.forEach((arg, i) => {
    if (i > 0 && !isString(arg) && !isString(args[i - 1]!)) sink.write(' ');
    formatter.writeArgument(arg, 'v');
  });
  return sink.toString();
}

/** Operands with blanks between them and a newline at the end. */
export function sprintln(context: CallContext, args: readonly GoValue[]): string {
  const sink = new ByteSink(context);
  const formatter = new ValueFormatter(sink, context);
  args.forEach((arg, i) => {
    if (i > 0) sink.write(' ');
    formatter.writeArgument(arg, 'v');
  });
  sink.write('\n');
  return sink.toString();
}

function isString(value: GoValue): boolean {
  return value.kind === 'string';
}

class Directives {
  readonly #sink: ByteSink;
  readonly #formatter: ValueFormatter;
  readonly #context: CallContext;
  readonly #format: string;
  readonly #args: readonly GoValue[];
  #at = 0;
  #next = 0;
  #isReordered = false;
  #isIndexGood = true;
  #isBehindIndex = false;

  constructor(sink: ByteSink, context: CallContext, format: string, args: readonly GoValue[]) {
    this.#sink = sink;
    this.#context = context;
    this.#formatter = new ValueFormatter(sink, context);
    this.#format = format;
    this.#args = args;
  }

  writeAll(): void {
    const format = this.#format;
    while (this.#at < format.length) {
      const percent = format.indexOf('%', this.#at);
      const end = percent < 0 ? format.length : percent;
      if (end > this.#at) this.#sink.write(format.slice(this.#at, end));
      if (percent < 0) break;
      this.#at = percent + 1;
      this.#context.spend(1);
      if (!this.#writeDirective()) break;
    }
    if (!this.#isReordered && this.#next < this.#args.length) this.#writeExtra();
  }

  /** False at the end of the format. */
  #writeDirective(): boolean {
    this.#isIndexGood = true;
    this.#isBehindIndex = false;
    const flags = noFlags();
    this.#formatter.flags = flags;
    this.#readFlags();
    this.#readIndex();
    this.#readWidth();
    this.#readPrecision();
    if (!this.#isBehindIndex) this.#readIndex();
    if (this.#at >= this.#format.length) {
      this.#sink.write('%!(NOVERB)');
      return false;
    }
    const { size } = runeAt(this.#format, this.#at);
    const verb = this.#format.slice(this.#at, this.#at + size);
    this.#at += size;
    if (verb === '%') {
      this.#sink.write('%');
    } else if (!this.#isIndexGood) {
      this.#sink.write(`%!${verb}(BADINDEX)`);
    } else if (this.#next >= this.#args.length) {
      this.#sink.write(`%!${verb}(MISSING)`);
    } else {
      if (verb === 'v') {
        flags.sharpV = flags.sharp;
        flags.plusV = flags.plus;
        flags.sharp = false;
        flags.plus = false;
      }
      this.#formatter.writeArgument(this.#args[this.#next++]!, verb);
    }
    return true;
  }

  #readFlags(): void {
    const { flags } = this.#formatter;
    for (; ; this.#at++) {
      switch (this.#format[this.#at]) {
        case '#':
          flags.sharp = true;
          break;
        case '0':
          flags.zero = !flags.minus;
          break;
        case '+':
          flags.plus = true;
          break;
        case '-':
          flags.minus = true;
          flags.zero = false;
          break;
        case ' ':
          flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  /** `[3]`: the next argument is the third. */
  #readIndex(): void {
    this.#isBehindIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#isReordered = true;
    const close = this.#format.indexOf(']', this.#at);
    if (close < 0 || this.#format.length - this.#at < 3) {
      this.#isIndexGood = false;
      this.#at++;
      return;
    }
    const digits = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    this.#isBehindIndex = /^\d{1,8}$/.test(digits);
    const index = this.#isBehindIndex ? Number(digits) : 0;
    if (index >= 1 && index <= this.#args.length) this.#next = index - 1;
    else this.#isIndexGood = false;
  }

  #readWidth(): void {
    const { flags } = this.#formatter;
    if (this.#format[this.#at] === '*') {
      this.#at++;
      const width = this.#intArgument();
      if (width === undefined) this.#sink.write('%!(BADWIDTH)');
      else if (width < 0) {
        flags.minus = true;
        flags.zero = false;
      }
      flags.width = width === undefined ? undefined : Math.abs(width);
      this.#isBehindIndex = false;
    } else {
      flags.width = this.#readNumber();
      if (this.#isBehindIndex && flags.width !== undefined) this.#isIndexGood = false;
    }
  }

  #readPrecision(): void {
    if (this.#format[this.#at] !== '.') return;
    const { flags } = this.#formatter;
    this.#at++;
    if (this.#isBehindIndex) this.#isIndexGood = false;
    this.#readIndex();
    if (this.#format[this.#at] === '*') {
      this.#at++;
      const precision = this.#intArgument();
      if (precision === undefined) this.#sink.write('%!(BADPREC)');
      flags.precision = precision !== undefined && precision >= 0 ? precision : undefined;
      if (precision !== undefined && precision < 0) this.#sink.write('%!(BADPREC)');
      this.#isBehindIndex = false;
    } else {
      flags.precision = this.#readNumber() ?? 0;
    }
  }

  #readNumber(): number | undefined {
    const start = this.#at;
    let number = 0;
    while (/^\d$/.test(this.#format[this.#at] ?? '')) {
      if (number > NUMBER_MAX) {
        // Go gives up on the whole rest of the format.
        this.#at = this.#format.length;
        return undefined;
      }
      number = number * 10 + Number(this.#format[this.#at]);
      this.#at++;
    }
    return this.#at === start ? undefined : number;
  }

  #intArgument(): number | undefined {
    const arg = this.#args[this.#next];
    if (arg === undefined) return undefined;
    this.#next++;
    if (arg.kind !== 'int' && arg.kind !== 'uint') return undefined;
    const number = Number(arg.int);
    return Math.abs(number) > NUMBER_MAX ? undefined : number;
  }

  #writeExtra(): void {
    this.#formatter.flags = noFlags();
    this.#sink.write('%!(EXTRA ');
    this.#args.slice(this.#next).forEach((arg, i) => {
      if (i > 0) this.#sink.write(', ');
      if (arg.kind === 'invalid' || arg.kind === 'interface') {
        this.#sink.write('<nil>');
        return;
      }
      this.#sink.write(`${arg.type.name}=`);
      this.#formatter.writeArgument(arg, 'v');
    });
    this.#sink.write(')');
  }
}
