// printf as Go has it. Expected texts are those of amtool 0.25.
import { expect, test } from 'vitest';
import { outcome, renderNotification } from '../testing/notification.ts';

const check = (text: string, expected: string) =>
  test(text, () => expect(outcome(() => renderNotification(text))).toBe(expected));

check('{{ printf "%q" (slice "日本" 1) }}', '"\\x97\\xa5本"');
check(
  '{{ print nil }} {{ print nil nil 1 "a" nil }} {{ printf "%v %d %s %T" nil nil nil nil }} {{ html nil }} {{ println nil 1 "a" }}',
  '<nil> <nil> <nil> 1a<nil> <nil> %!d(<nil>) %!s(<nil>) <nil> &lt;no value&gt; <nil> 1 a\n',
);
check('{{ printf "%v" }}', '%!v(MISSING)');
check(
  '{{ printf "%+v" .Alerts }}',
  '[{Status:firing Labels:map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] Annotations:map[big:x summary:Latency is high] StartsAt:2031-05-06 07:08:09.123 +0000 UTC EndsAt:0001-01-01 00:00:00 +0000 UTC GeneratorURL:http://p/graph?a=1&b=2 Fingerprint:49e3b17a5b42fe02} {Status:resolved Labels:map[alertname:HighLatency instance:10.0.0.2:9100] Annotations:map[summary:Latency is high] StartsAt:2021-02-03 04:05:06 +0000 UTC EndsAt:2021-02-03 05:05:06.5 +0000 UTC GeneratorURL: Fingerprint:db85519888fc7854}]',
);
check(
  '{{ printf "%#v" .CommonLabels }} {{ printf "%#v" .GroupLabels.SortedPairs }} {{ printf "%#v" (stringSlice "a") }}',
  'template.KV{"alertname":"HighLatency", "zone":"b"} template.Pairs{template.Pair{Name:"alertname", Value:"HighLatency"}} []string{"a"}',
);
check(
  '{{ printf "%T %T %T %T %T %T %T" . .Alerts .CommonLabels .CommonLabels.SortedPairs (index .Alerts 0) .Alerts.Firing .CommonLabels.Names }}',
  'template.Data template.Alerts template.KV template.Pairs template.Alert []template.Alert []string',
);
check(
  '{{ printf "%s" .CommonLabels.SortedPairs }} {{ printf "%d" .CommonLabels }} {{ printf "%q" .CommonLabels }} {{ printf "%x" .CommonLabels }} {{ printf "%5s|%-14s|" .CommonLabels.Names "é" }}',
  '[{alertname HighLatency} {zone b}] map[%!d(string=alertname):%!d(string=HighLatency) %!d(string=zone):%!d(string=b)] map["alertname":"HighLatency" "zone":"b"] map[616c6572746e616d65:486967684c6174656e6379 7a6f6e65:62] [alertname  zone]|é             |',
);
check(
  '{{ printf "%6.2f|%-8.3f|%+.1e|%08.3f|%+08.2f|% d|%+d|%x|%X|%#x|%o|%#o|%O|%b|%#b|%c|%q|%U|%#U" 3.14159 2.5 12345.678 3.14159 3.14159 5 5 255 255 255 8 8 8 5 5 65 65 9731 9731 }}',
  "  3.14|2.500   |+1.2e+04|0003.142|+0003.14| 5|+5|ff|FF|0xff|10|010|0o10|101|0b101|A|'A'|U+2603|U+2603 '☃'",
);
check(
  '{{ printf "%e %E %g %G %.3g %.10g %f %.0f %.0f %.0f %.0f" 1234.5678 1234.5678 1e-7 1e-7 1234.5678 1234.5678 1e20 0.5 1.5 2.5 3.5 }}',
  '1.234568e+03 1.234568E+03 1e-07 1E-07 1.23e+03 1234.5678 100000000000000000000.000000 0 2 2 4',
);
check(
  '{{ printf "%x %X %b" 1.5 1.5 1.5 }} {{ printf "%.3x" 3.14159 }} {{ printf "%#g %#.3g %#f %#e %#v" 1.0 1.0 1.0 1.0 1.0 }}',
  '0x1.8p+00 0X1.8P+00 6755399441055744p-52 0x1.922p+01 1.00000 1.00 1.000000 1.000000e+00 1',
);
check(
  '{{ printf "%s|%v|%d|%t" true true true true }} {{ printf "%t|%t" 1 "x" }}',
  '%!s(bool=true)|true|%!d(bool=true)|true %!t(int=1)|%!t(string=x)',
);
check(
  '{{ printf "%x %X % x %#x %# x %.2x %10x|%-10x|" "hello" "hello" "hello" "hello" "hello" "hello" "hi" "hi" }}',
  '68656c6c6f 68656C6C6F 68 65 6c 6c 6f 0x68656c6c6f 0x68 0x65 0x6c 0x6c 0x6f 6865       6869|6869      |',
);
check(
  '{{ printf "%5t|%-7t|%07d|%-07d|%+07d|%7.3d|%.0d|%x" true false 42 42 42 42 0 -255 }}',
  ' true|false  |0000042|42     |+000042|    042||-ff',
);
check(
  '{{ printf "%[2]d %[1]d" 1 2 }} {{ printf "%[3]d" 1 2 }} {{ printf "%[x]d" 1 }} {{ printf "%[1]d %d %[1]d" 1 2 }} {{ printf "%[2]*[1]d|" 7 5 }} {{ printf "%[5]d" 1 }} {{ printf "%[]d" 1 }} {{ printf "%[1" 1 }} {{ printf "%" }} {{ printf "%d %" 1 }}',
  '2 1 %!d(BADINDEX) %!d(BADINDEX) 1 2 1     7| %!d(BADINDEX) %!d(BADINDEX) %!(NOVERB) %!(NOVERB) 1 %!(NOVERB)',
);
check(
  '{{ printf "%*d|%-*d|%*d|%.*f|%.*f" 5 1 5 2 -5 3 2 3.14159 -1 3.14159 }} {{ printf "%*d" "x" 1 }} {{ printf "%.*d" "x" 1 }}',
  '    1|2    |3    |3.14|%!(BADPREC)3.141590 %!(BADWIDTH)1 %!(BADPREC)1',
);
check(
  '{{ printf "%.2[1]f" 1.0 }} {{ printf "%3[1]d" 1 }} {{ printf "%[1].2f" 1.0 }} {{ printf "%!d %z %é" 1 2 3 }}',
  '1.00   1 %!f(BADINDEX) %!!(int=1)d %!z(int=2) %!é(int=3)',
);
check(
  '{{ printf "%d %d" 1 }} {{ printf "%d" 1 2 "x" nil }} {{ printf "" 1.5 }} {{ printf "%s %s" "a" .Alerts.Resolved.Foo }}',
  'template: :1:102: executing "" at <.Alerts.Resolved.Foo>: can\'t evaluate field Foo in type []template.Alert',
);
check(
  '{{ printf "%p" .CommonLabels | len | lt 3 }} {{ printf "%w" "x" }} {{ printf "%w" 1 }}',
  'true %!w(string=x) %!w(int=1)',
);
check(
  '{{ printf "%3c|%-3c|%03c|%c|%c|%q|%+q|%#q|%#q" 65 65 65 -1 1114112 9731 "☃é" "a`b" "ab" }}',
  '  A|A  |00A|�|�|\'☃\'|"\\u2603\\u00e9"|"a`b"|`ab`',
);
check(
  '{{ printf "%.2s|%.1s|%5.1s|%.0s|%.3q" "日本語" "é" "é" "abc" "日本語日本" }}',
  '日本|é|    é||"日本語"',
);
check(
  '{{ printf "%v %v %v" 1i 1+2i -1.5-0i }} {{ printf "%.2f %T" 1+2i 1i }} {{ 1i }} {{ 0i }} {{ 1+0i }}',
  '(0+1i) (1+2i) (-1.5-0i) (1.00+2.00i) complex128 (0+1i) (0+0i) (1+0i)',
);
check('{{ safeHtml "<b>" | printf "%T %s %v %q" }}', 'template.HTML %!s(MISSING) %!v(MISSING) %!q(MISSING)');
check(
  '{{ if true }}\n\n{{ .Status | printf "%s" | foo }}{{ end }}',
  'template: :3: function "foo" not defined',
);
