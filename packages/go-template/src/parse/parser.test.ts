// Syntax: what parses, and what Go says of what doesn't. Expected texts are those of amtool 0.25.
import { expect, test } from 'vitest';
import { outcome, renderNotification } from '../testing/notification.ts';

const check = (text: string, expected: string) =>
  test(text, () => expect(outcome(() => renderNotification(text))).toBe(expected));

check(
  '{{ $a := index .Alerts 0 }}{{ eq $a.StartsAt $a.StartsAt $a.EndsAt }}{{ eq $a.StartsAt $a.EndsAt }}',
  'truefalse',
);
check(
  '{{ $a := index .Alerts 0 }}{{ lt $a.StartsAt $a.EndsAt }}',
  'template: :1:30: executing "" at <lt $a.StartsAt $a.EndsAt>: error calling lt: invalid type for comparison',
);
check(
  '{{ $a := index .Alerts 0 }}{{ eq $a.StartsAt 1 }}',
  'template: :1:30: executing "" at <eq $a.StartsAt 1>: error calling eq: incompatible types for comparison',
);
check('{{ nil.x }}', 'template: :1: unexpected . after term "nil"');
check('{{ 18446744073709551616 }}', 'template: :1: integer overflow: "18446744073709551616"');
check(
  "{{ 0x1p4 }} {{ 0x_1F }} {{ 1_0.5_0 }} {{ 017 }} {{ 'a' }} {{ '\\n' }} {{ '\\x41' }} {{ '☃' }} {{ .5 }} {{ 5. }} {{ 1e3 }} {{ 0x1P-2 }} {{ -0 }} {{ -0.0 }} {{ +5 }}",
  '16 31 10.5 15 97 10 65 9731 0.5 5 1000 0.25 0 -0 5',
);
check('{{ 089 }}', 'template: :1: integer overflow: "089"');
check('{{ 1_ }}', 'template: :1: illegal number syntax: "1_"');
check('{{ 0x }}', 'template: :1: illegal number syntax: "0x"');
check('{{ 1e }}', 'template: :1: illegal number syntax: "1e"');
check('{{ 0b12 }}', 'template: :1: bad number syntax: "0b12"');
check('{{ 1.2.3 }}', 'template: :1: unexpected ".3" in operand');
check('{{ 1a }}', 'template: :1: bad number syntax: "1a"');
check("{{ '' }}", 'template: :1: invalid syntax');
check("{{ 'a }}", 'template: :1: unterminated character constant');
check('{{ "a }}', 'template: :1: unterminated quoted string');
check('{{ `a }}', 'template: :1: unterminated raw quoted string');
check('{{ "\\x4" }}', 'template: :1: invalid syntax');
check('{{ "\\400" }}', 'template: :1: invalid syntax');
check('{{ "\\ud800" }}', 'template: :1: invalid syntax');
check('{{ $x }}', 'template: :1: undefined variable "$x"');
check('{{ $x = 1 }}', 'template: :1:8: executing "" at <1>: undefined variable: $x');
check(
  '{{ $x := 1 }}{{ $x.y }}',
  'template: :1:18: executing "" at <$x.y>: can\'t evaluate field y in type int',
);
check(
  '{{ $ }}{{ $.Status }}{{ $x:=1 }}{{$x}}',
  '{team-web firing [{firing map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] map[big:x summary:Latency is high] 2031-05-06 07:08:09.123 +0000 UTC 0001-01-01 00:00:00 +0000 UTC http://p/graph?a=1&b=2 49e3b17a5b42fe02} {resolved map[alertname:HighLatency instance:10.0.0.2:9100] map[summary:Latency is high] 2021-02-03 04:05:06 +0000 UTC 2021-02-03 05:05:06.5 +0000 UTC  db85519888fc7854}] map[alertname:HighLatency] map[alertname:HighLatency zone:b] map[summary:Latency is high] http://ext}firing1',
);
check('{{ range $i, $a, $b := .Alerts }}{{ end }}', 'template: :1: too many declarations in range');
check('{{ range $i, 5 := .Alerts }}{{ end }}', 'template: :1: range can only initialize variables');
check('{{ $i, $j := .Alerts }}', 'template: :1: too many declarations in command');
check('{{ with $i, $j := .Alerts }}{{ end }}', 'template: :1: too many declarations in with');
check(
  '{{ range $i, $a = .Alerts }}{{ end }}',
  'template: :1:18: executing "" at <.Alerts>: undefined variable: $i',
);
check(
  '{{ $a := 1 }}{{ $b := 2 }}{{ range $a = stringSlice "x" }}{{ $a }}{{ $b }}{{ end }}{{ $a }}{{ $b }}',
  '[x]x[x]x',
);
check(
  '{{ $i := 9 }}{{ $a := 1 }}{{ range $i, $a = stringSlice "x" "y" }}{{ $a }}{{ $i }}{{ end }}{{ $a }}{{ $i }}',
  'x0y1y1',
);
check(
  '{{ range $i := stringSlice "x" "y" }}{{ $i }}{{ end }}{{ $i }}',
  'template: :1: undefined variable "$i"',
);
check('{{ if true }}{{ $q := 1 }}{{ end }}{{ $q }}', 'template: :1: undefined variable "$q"');
check(
  '{{ range .Alerts }}{{ break }}{{ end }}x{{ range .Alerts }}{{ if true }}{{ continue }}{{ end }}y{{ end }}z',
  'xz',
);
check('{{ continue }}', 'template: :1: {{continue}} outside {{range}}');
check('{{ range .Alerts }}{{ break 1 }}{{ end }}', 'template: :1: unexpected "1" in {{break}}');
check(
  '{{ range .Alerts }}{{ define "x" }}{{ break }}{{ end }}{{ end }}',
  'template: :1: unexpected <define> in command',
);
check(
  '{{ range .Alerts }}{{ template "x" }}{{ end }}{{ define "x" }}{{ break }}{{ end }}',
  'template: :1: {{break}} outside {{range}}',
);
check('{{ range .CommonLabels }}{{ . }},{{ end }}', 'HighLatency,b,');
check(
  '{{ range "abc" }}x{{ end }}',
  'template: :1:9: executing "" at <"abc">: range can\'t iterate over abc',
);
check(
  '{{ range .Status }}x{{ end }}',
  'template: :1:9: executing "" at <.Status>: range can\'t iterate over firing',
);
check('{{ range nil }}x{{ end }}', 'template: :1:9: executing "" at <nil>: nil is not a command');
check('{{ range true }}x{{ end }}', 'template: :1:9: executing "" at <true>: range can\'t iterate over true');
check(
  '{{ range .CommonLabels.nokey }}x{{ else }}e{{ end }}',
  'template: :1:22: executing "" at <.CommonLabels.nokey>: range can\'t iterate over ',
);
check(
  '{{ range $k, $v := .CommonLabels }}{{ $k }}{{ else }}e{{ end }}{{ range stringSlice }}a{{ else }}b{{ end }}',
  'alertnamezoneb',
);
check('{{ if }}x{{ end }}', 'template: :1: missing value for if');
check('{{ if true }}x{{ else }}y{{ else }}z{{ end }}', 'template: :1: expected end; found {{else}}');
check('{{ if false }}x{{ else if true }}y{{ else }}z{{ end }}', 'y');
check('{{ with false }}x{{ else if true }}y{{ end }}', 'template: :1: unexpected <if> in input');
check('{{ with false }}x{{ else with true }}y{{ end }}', 'template: :1: unexpected <with> in else');
check('{{ else }}', 'template: :1: unexpected {{else}}');
check('{{ end }}', 'template: :1: unexpected {{end}}');
check('{{ if true }}', 'template: :1: unexpected EOF');
check('{{ if true }}{{ end }}{{ end }}', 'template: :1: unexpected {{end}}');
check('{{ define }}{{ end }}', 'template: :1: unexpected "}}" in define clause');
check('{{ define "x" "y" }}{{ end }}', 'template: :1: unexpected "\\"y\\"" in define clause');
check('{{ define x }}{{ end }}', 'template: :1: unexpected "x" in define clause');
check('{{ if true }}{{ define "x" }}{{ end }}{{ end }}', 'template: :1: unexpected <define> in command');
check(
  '{{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}',
  'template: :1: template: multiple definition of template "a"',
);
check('{{ define "a" }}1{{ end }}{{ define "a" }} {{ end }}{{ template "a" }}', '1');
check('{{ define "a" }}1{{ else }}2{{ end }}', 'template: :1: unexpected {{else}} in define clause');
check(
  '{{ template "nope" }}',
  'template: :1:12: executing "" at <{{template "nope"}}>: template "nope" not defined',
);
check(
  '{{ template "nope" . }}',
  'template: :1:12: executing "" at <{{template "nope" .}}>: template "nope" not defined',
);
check('{{ template .Status }}', 'template: :1: unexpected ".Status" in template clause');
check('{{ template }}', 'template: :1: unexpected "}}" in template clause');
check(
  '{{ template "a" 1 2 }}',
  'template: :1:12: executing "" at <{{template "a" 1 2}}>: template "a" not defined',
);
check('{{ define "a" }}{{ . }}{{ end }}{{ template "a" 1 | print 2 }}', '2 1');
check(
  '{{ template "a" }}{{ define "a" }}{{ .Foo }}{{ .Foo.Bar }}{{ . }}{{ $ }}{{ end }}',
  '<no value><no value><no value><no value>',
);
check('{{ block "b" }}x{{ end }}', 'template: :1: missing value for block clause');
check('{{ block "b" . }}{{ .Status }}{{ end }}{{ template "b" . }}', 'firingfiring');
check('{{ block "b" . }}{{ else }}{{ end }}', 'template: :1: unexpected {{else}} in block clause');
check('{{/* c */}}x{{- /* d */ -}} y', 'xy');
check('{{ /* c */ }}', 'template: :1: unexpected "/" in command');
check('{{/* c }}', 'template: :1: unclosed comment');
check('{{/* c */ 1 }}', 'template: :1: comment ends before closing delimiter');
check('{{/* c */-}}', 'template: :1: comment ends before closing delimiter');
check('{{-1}}', '-1');
check('{{- 1-}}', 'template: :1: bad number syntax: "1-"');
check('{{ 1 -}}', '1');
check('{{ 1 - }}', 'template: :1: illegal number syntax: "-"');
check('{{- -}}', 'template: :1: illegal number syntax: "-"');
check('{{}}', 'template: :1: missing value for command');
check('{{ | }}', 'template: :1: unexpected "|" in command');
check('{{ 1 | | 2 }}', 'template: :1: unexpected "|" in command');
check('{{ 1 | print | 2 }}', 'template: :1: non executable command in pipeline stage 3');
check('{{ print | 1 }}', 'template: :1: non executable command in pipeline stage 2');
check('{{ (1 }}', 'template: :1: unclosed left paren');
check('{{ 1) }}', 'template: :1: unexpected ")" in command');
check('{{ () }}', 'template: :1: missing value for parenthesized pipeline');
check('{{ "a".x }}', 'template: :1: unexpected . after term "\\"a\\""');
check('{{ 1.x }}', 'template: :1: bad number syntax: "1.x"');
check('{{ true.x }}', 'template: :1: unexpected . after term "true"');
check('{{ ..x }}', 'template: :1: unexpected . after term "."');
check('{{ .x.}}', 'template: :1: unexpected <.> in operand');
check('{{ print(1) }}', 'template: :1: unexpected "(" in operand');
check('{{ print("a")("b") }}', 'template: :1: unexpected "(" in operand');
check('{{ print"a" }}', "template: :1: bad character U+0022 '\"'");
check('{{ print "a""b" }}', 'template: :1: unexpected "\\"b\\"" in operand');
check('{{ print 1"b" }}', 'template: :1: unexpected "\\"b\\"" in operand');
check('{{ print $.Status$.Status }}', "template: :1: bad character U+0024 '$'");
check('{{ .Status, }}', 'template: :1: unexpected "," in operand');
check('{{ a, b }}', 'template: :1: function "a" not defined');
check('{{ x := 1 }}', 'template: :1: function "x" not defined');
check('{{ : }}', 'template: :1: expected :=');
check('{{ := }}', 'template: :1: unexpected ":=" in command');
check('{{ = }}', 'template: :1: unexpected "=" in command');
check('{{ # }}', 'template: :1: unexpected "#" in command');
check('{{ ~ }}', 'template: :1: unexpected "~" in command');
check('{{ ☃ }}', "template: :1: unrecognized character in action: U+2603 '☃'");
check('{{ é }}', 'template: :1: function "é" not defined');
check('{{ "a', 'template: :1: unterminated quoted string');
check('{{ print', 'template: :1: unclosed action');
check('{{ `a', 'template: :1: unterminated raw quoted string');
check('{{ if true }}', 'template: :1: unexpected EOF');
check('{{ @ }}', 'template: :1: unexpected "@" in command');
check('{{ print', 'template: :1: unclosed action');
check('{{ print 1', 'template: :1: unclosed action');
check('{{ print "aaaaaaaaaaaaaaaaaa" := }}', 'template: :1: unexpected ":=" in operand');
check('{{ print abcdefghijklmnop }}', 'template: :1: function "abcdefghijklmnop" not defined');
check('{{ constructor }}', 'template: :1: function "constructor" not defined');
check(
  '{{ template "constructor" }}',
  'template: :1:12: executing "" at <{{template "constructor"}}>: template "constructor" not defined',
);
check('{{ "a\nb" }}', 'template: :1: unterminated quoted string');
check('line1\n{{ if true }}\n{{ @ }}', 'template: :3: unexpected "@" in command');
check('{{ print\n "x', 'template: :2: unterminated quoted string in action started at :1');
check('{{ print 1\n', 'template: :2: unclosed action started at :1');
check('{{ print 1\n@ }}', 'template: :2: unexpected "@" in operand');
check('{{ /* x\n*/ }}', 'template: :1: unexpected "/" in command');
check('x {{- "\n" -}} y', 'template: :1: unterminated quoted string');
check('a{{ range .Alerts -}}\n\n {{ .Status }} {{- end }}b', 'afiringresolvedb');
