// Random template texts: most make sense, some are broken on purpose. Every sequence of the same seed
// is the same, so a failure can be repeated.
import type { SeededRandom } from '@ampere/platform';

const STRINGS = [
  '""',
  '"a"',
  '"b c"',
  '`r\\n`',
  '"é☃"',
  '"%d"',
  '"%v|%s"',
  '"%5.2f"',
  '"%q"',
  '"%x"',
  '"10"',
  '"A-b"',
];
const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '3.5',
  '1e6',
  '1e21',
  '-0.0',
  '0x1F',
  "'a'",
  '1_000',
  '1i',
  '007',
  '1e-7',
  '99',
];
const FIELDS = [
  '.Status',
  '.Receiver',
  '.ExternalURL',
  '.Alerts',
  '.Alerts.Firing',
  '.Alerts.Resolved',
  '.CommonLabels',
  '.CommonLabels.alertname',
  '.CommonLabels.nolabel',
  '.GroupLabels.SortedPairs',
  '.CommonLabels.SortedPairs.Names',
  '.CommonLabels.Values',
  '.CommonAnnotations',
  '.Labels.instance',
  '.StartsAt',
  '.Nope',
  '.Status.Nope',
  '.',
  '$',
  '$.Status',
  '(index .Alerts 0)',
  '(index .Alerts 1).StartsAt',
  '(index .Alerts 0).Labels',
  '(index .Alerts 1).EndsAt.Unix',
  '(index .Alerts 1).EndsAt.Month',
  'nil',
  'true',
  'false',
];
const FUNCTIONS = [
  'print',
  'println',
  'printf "%v %d"',
  'printf "%08.3f|%-6d|%+v"',
  'printf "%#v %T"',
  'printf "%[2]*[1]d %6q"',
  'len',
  'index',
  'slice',
  'not',
  'and',
  'or',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'html',
  'js',
  'urlquery',
  'toUpper',
  'toLower',
  'title',
  'join ","',
  'match "a"',
  'match "^[a-z]+$"',
  'reReplaceAll "a*" "-"',
  'reReplaceAll "([a-z])" "<$1>"',
  'stringSlice',
  'safeHtml',
  'call',
];
const VARIABLES = ['$x', '$y', '$z'];
const SCRAPS = [
  '{{',
  '}}',
  '{{-',
  '-}}',
  '{{/*',
  '*/}}',
  '(',
  ')',
  '|',
  ':=',
  '=',
  ',',
  '"',
  "'",
  '`',
  '\\',
  '@',
  '.',
  '..',
  '$',
  '{{end}}',
  '{{else}}',
  '\n',
  ' ',
  '{',
  '}',
  '%',
  '日',
  '\u{10ffff}',
  '__proto__',
  'constructor',
];

export class TemplateGenerator {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** A template; now and then one that doesn't parse. */
  next(): string {
    const text = `{{ $x := 1 }}{{ $y := "s" }}{{ $z := .Alerts }}${this.#body(2)}`;
    return this.#random.integer(8) === 0 ? this.#broken(text) : text;
  }

  /** Anything at all. */
  noise(): string {
    let out = '';
    for (let left = this.#random.integer(30); left > 0; left--) {
      out += this.#random.integer(3) === 0 ? this.#body(1) : this.#pick(SCRAPS);
    }
    return out;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#random.integer(items.length)]!;
  }

  #broken(text: string): string {
    const at = this.#random.integer(text.length + 1);
    const kept = this.#random.integer(2) === 0 ? text.slice(at) : text.slice(at + 1);
    return text.slice(0, at) + (this.#random.integer(2) === 0 ? this.#pick(SCRAPS) : '') + kept;
  }

  #body(depth: number): string {
    let out = '';
    for (let left = 1 + this.#random.integer(3); left > 0; left--) out += this.#statement(depth);
    return out;
  }

  #statement(depth: number): string {
    const kind = this.#random.integer(depth > 0 ? 14 : 5);
    const pipe = this.#pipe(2);
    switch (kind) {
      case 0:
        return this.#pick(['text ', '\n', ' ', 'é', 'a\n b']);
      case 1:
        return `{{ ${this.#pick(VARIABLES)} := ${pipe} }}`;
      case 2:
        return `{{ $x := 1 }}{{ $x = ${pipe} }}{{ $x }}`;
      case 5:
        return `{{ if ${pipe} }}${this.#body(depth - 1)}{{ else }}${this.#body(depth - 1)}{{ end }}`;
      case 6:
        return `{{ if ${pipe} }}${this.#body(depth - 1)}{{ else if ${this.#pipe(1)} }}b{{ end }}`;
      case 7:
        return `{{ with ${pipe} }}${this.#body(depth - 1)}{{ end }}`;
      case 8:
        return `{{ range .Alerts }}${this.#body(depth - 1)}{{ end }}`;
      case 9:
        return `{{ range $x, $y := ${pipe} }}${this.#body(depth - 1)}{{ $x }}={{ $y }}{{ else }}e{{ end }}`;
      case 10:
        return `{{- range .CommonLabels.SortedPairs -}} {{ .Name }} {{ if eq .Name "zone" }}{{ ${this.#pick(['break', 'continue'])} }}{{ end }}{{ .Value }} {{- end -}}`;
      case 11:
        return `{{ template "t" ${pipe} }}{{ define "t" }}${this.#body(0)}{{ end }}`;
      case 12:
        return `{{ block "b" ${pipe} }}${this.#body(0)}{{ end }}`;
      case 13:
        return `{{ $${this.#pick(['x', 'y'])} := ${this.#pipe(1)} }}${this.#body(depth - 1)}{{ $x }}`;
      default:
        return `{{ ${pipe} }}`;
    }
  }

  #pipe(depth: number): string {
    const commands = [this.#random.integer(4) > 0 ? this.#sensible() : this.#command(depth)];
    while (this.#random.integer(6) === 0) commands.push(this.#pick(FUNCTIONS));
    return commands.join(' | ');
  }

  /** A command that works out. */
  #sensible(): string {
    return this.#pick([
      'print .Status 1 2.5 $y',
      'printf "%v %6.2f|%-5d|%q|%x" $.CommonLabels 3.14159 42 "é" $y',
      'printf "%+v %#v %T" $.GroupLabels.SortedPairs $.CommonLabels.Names $z',
      'printf "%s %d %*d %.3s" $.Status 5 4 3 "日本語x"',
      'join "-" $.CommonLabels.Names',
      'stringSlice "b" "a" $y',
      'len $z',
      'index $z 1',
      '(index $z 1).StartsAt.Format "Jan 2 15:04:05.000 2006 MST"',
      '(index $z 1).EndsAt.Sub (index $z 1).StartsAt',
      'slice "hello" 1 3',
      'eq $.Status "firing" "x"',
      'and $y $x 0',
      'or "" 0 $z',
      'not $y',
      'lt $x 2',
      'html "<" $y 1 2 nil',
      'js "\'<é☃>"',
      'urlquery "a b" $y',
      'title "hello wORLD-foo"',
      'reReplaceAll "(.)b?" "<$1>" "abc"',
      '$.CommonLabels.Remove $.GroupLabels.Names',
    ]);
  }

  #command(depth: number): string {
    if (this.#random.integer(3) === 0) return this.#operand(depth);
    let out = this.#pick(FUNCTIONS);
    for (let left = this.#random.integer(4); left > 0; left--) out += ` ${this.#operand(depth)}`;
    return out;
  }

  #operand(depth: number): string {
    switch (this.#random.integer(depth > 0 ? 6 : 5)) {
      case 0:
        return this.#pick(STRINGS);
      case 1:
        return this.#pick(NUMBERS);
      case 5:
        return `(${this.#pipe(depth - 1)})`;
      default:
        return this.#random.integer(6) === 0 ? this.#pick(VARIABLES) : this.#pick(FIELDS);
    }
  }
}
