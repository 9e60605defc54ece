// Fields, constants, comparisons, nil. Expected texts are those of amtool 0.25.
import { expect, test } from 'vitest';
import { outcome, renderNotification } from './testing/notification.ts';

const check = (text: string, expected: string) =>
  test(text, () => expect(outcome(() => renderNotification(text))).toBe(expected));

check('{{ eq nil nil }} {{ eq "a" nil }} {{ ne nil 1 }}', 'true false true');
check(
  '{{ eq 1 1.0 }}',
  'template: :1:3: executing "" at <eq 1 1.0>: error calling eq: incompatible types for comparison',
);
check(
  '{{ eq 1 "1" }}',
  'template: :1:3: executing "" at <eq 1 "1">: error calling eq: incompatible types for comparison',
);
check(
  '{{ eq .Alerts .Alerts }}',
  'template: :1:3: executing "" at <eq .Alerts .Alerts>: error calling eq: non-comparable type [{firing map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] map[big:x summary:Latency is high] 2031-05-06 07:08:09.123 +0000 UTC 0001-01-01 00:00:00 +0000 UTC http://p/graph?a=1&b=2 49e3b17a5b42fe02} {resolved map[alertname:HighLatency instance:10.0.0.2:9100] map[summary:Latency is high] 2021-02-03 04:05:06 +0000 UTC 2021-02-03 05:05:06.5 +0000 UTC  db85519888fc7854}]: template.Alerts',
);
check(
  '{{ eq 1 }}',
  'template: :1:3: executing "" at <eq 1>: error calling eq: missing argument for comparison',
);
check('{{ eq }}', 'template: :1:3: executing "" at <eq>: wrong number of args for eq: want at least 1 got 0');
check('{{ lt 1 }}', 'template: :1:3: executing "" at <lt>: wrong number of args for lt: want 2 got 1');
check(
  '{{ lt nil 1 }}',
  'template: :1:3: executing "" at <lt nil 1>: error calling lt: invalid type for comparison',
);
check(
  '{{ lt 1 nil }}',
  'template: :1:3: executing "" at <lt 1 nil>: error calling lt: invalid type for comparison',
);
check(
  '{{ lt true false }}',
  'template: :1:3: executing "" at <lt true false>: error calling lt: invalid type for comparison',
);
check(
  '{{ le true true }}',
  'template: :1:3: executing "" at <le true true>: error calling le: invalid type for comparison',
);
check(
  '{{ eq true true }}{{ eq 1i 1i }}{{ lt 1i 2i }}',
  'template: :1:35: executing "" at <lt 1i 2i>: error calling lt: invalid type for comparison',
);
check(
  '{{ eq .Status .Status .Receiver }}{{ eq .Status "x" 1 }}',
  'template: :1:37: executing "" at <eq .Status "x" 1>: error calling eq: incompatible types for comparison',
);
check('{{ eq .Status "firing" 1 }}', 'true');
check('{{ nil }}', 'template: :1:3: executing "" at <nil>: nil is not a command');
check('{{ if nil }}x{{ end }}', 'template: :1:6: executing "" at <nil>: nil is not a command');
check('{{ with nil }}x{{ end }}', 'template: :1:8: executing "" at <nil>: nil is not a command');
check('{{ (nil).x }}', 'template: :1:4: executing "" at <nil>: nil is not a command');
check('{{ printf nil }}', 'template: :1:10: executing "" at <nil>: cannot assign nil to string');
check('{{ printf 1 }}', 'template: :1:10: executing "" at <1>: expected string; found 1');
check('{{ 1 }}{{ 1 2 }}', 'template: :1:10: executing "" at <1>: can\'t give argument to non-function 1');
check('{{ "a" "b" }}', 'template: :1:3: executing "" at <"a">: can\'t give argument to non-function "a"');
check(
  '{{ .Status 1 }}',
  'template: :1:3: executing "" at <.Status>: Status has arguments but cannot be invoked as function',
);
check(
  '{{ .CommonLabels.x 1 }}',
  'template: :1:16: executing "" at <.CommonLabels.x>: x is not a method but has arguments',
);
check(
  '{{ 1 | .Status }}',
  'template: :1:7: executing "" at <.Status>: Status has arguments but cannot be invoked as function',
);
check(
  '{{ .CommonLabels.Foo.Bar }}',
  'template: :1:16: executing "" at <.CommonLabels.Foo.Bar>: can\'t evaluate field Bar in type string',
);
check(
  '{{ .Status.Foo }}',
  'template: :1:10: executing "" at <.Status.Foo>: can\'t evaluate field Foo in type string',
);
check(
  '{{ .Alerts.Foo }}',
  'template: :1:10: executing "" at <.Alerts.Foo>: can\'t evaluate field Foo in type template.Alerts',
);
check(
  '{{ .Alerts }}',
  '[{firing map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] map[big:x summary:Latency is high] 2031-05-06 07:08:09.123 +0000 UTC 0001-01-01 00:00:00 +0000 UTC http://p/graph?a=1&b=2 49e3b17a5b42fe02} {resolved map[alertname:HighLatency instance:10.0.0.2:9100] map[summary:Latency is high] 2021-02-03 04:05:06 +0000 UTC 2021-02-03 05:05:06.5 +0000 UTC  db85519888fc7854}]',
);
check(
  '{{ . }}',
  '{team-web firing [{firing map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] map[big:x summary:Latency is high] 2031-05-06 07:08:09.123 +0000 UTC 0001-01-01 00:00:00 +0000 UTC http://p/graph?a=1&b=2 49e3b17a5b42fe02} {resolved map[alertname:HighLatency instance:10.0.0.2:9100] map[summary:Latency is high] 2021-02-03 04:05:06 +0000 UTC 2021-02-03 05:05:06.5 +0000 UTC  db85519888fc7854}] map[alertname:HighLatency] map[alertname:HighLatency zone:b] map[summary:Latency is high] http://ext}',
);
check('{{ 9223372036854775807 }}', '9223372036854775807');
check(
  '{{ 9223372036854775808 }}',
  'template: :1:3: executing "" at <9223372036854775808>: 9223372036854775808 overflows int',
);
check('{{ -9223372036854775808 }}', '-9223372036854775808');
check('{{ 1 | }}', '1');
check(
  '{{ 1 | print | .Status }}',
  'template: :1:15: executing "" at <.Status>: Status has arguments but cannot be invoked as function',
);
check('{{ (1) }}', '1');
check('{{ (1) 2 }}', 'template: :1:3: executing "" at <(1) 2>: can\'t give argument to non-function 1');
check('{{ (print 1).x }}', 'template: :1:10: executing "" at <1>: can\'t evaluate field x in type string');
check('{{ (print 1) | print }}', '1');
check('{{ . .Status }}', 'template: :1:3: executing "" at <.>: can\'t give argument to non-function .');
check(
  '{{ .Status.Foo.Bar }}',
  'template: :1:10: executing "" at <.Status.Foo.Bar>: can\'t evaluate field Foo in type string',
);
check(
  '{{ print .Status.Foo }}',
  'template: :1:16: executing "" at <.Status.Foo>: can\'t evaluate field Foo in type string',
);
check('{{ print.x }}', 'template: :1:3: executing "" at <print>: can\'t evaluate field x in type string');
check('{{ .Status| print }}', 'firing');
check('{{ .Status|print }}', 'firing');
check('{{ .é }}', 'template: :1:3: executing "" at <.é>: can\'t evaluate field é in type template.Data');
check(
  'b` }}x{{ .Foo }}',
  'template: :1:9: executing "" at <.Foo>: can\'t evaluate field Foo in type template.Data',
);
check(
  '  {{ .Foo }}',
  'template: :1:5: executing "" at <.Foo>: can\'t evaluate field Foo in type template.Data',
);
check(
  '{{ and }}',
  'template: :1:3: executing "" at <and>: wrong number of args for and: want at least 1 got 0',
);
check(
  '{{ and 1 }}{{ or 0 }}{{ 1 | and 2 }}{{ 0 | or 0 }}{{ not }}',
  'template: :1:53: executing "" at <not>: wrong number of args for not: want 1 got 0',
);
check('{{ and nil }}', '<no value>');
check('{{ or nil 1 }} {{ and 1 nil }}', '1 <no value>');
check('{{ not nil }}', 'true');
check('{{ not 1 2 }}', 'template: :1:3: executing "" at <not>: wrong number of args for not: want 1 got 2');
check(
  '{{ .Status.String }}',
  'template: :1:10: executing "" at <.Status.String>: can\'t evaluate field String in type string',
);
check(
  '{{ .constructor }}{{ .__proto__ }}',
  'template: :1:3: executing "" at <.constructor>: can\'t evaluate field constructor in type template.Data',
);
check('{{ $__proto__ := 1 }}{{ $__proto__ }}', '1');
check('{{ print\n"x"\n}}', 'x');
check(
  '{{ `a\nb` }}x{{ .Foo }}',
  'template: :2:9: executing "" at <.Foo>: can\'t evaluate field Foo in type template.Data',
);
check(
  'line1\n  {{ .Foo }}',
  'template: :2:5: executing "" at <.Foo>: can\'t evaluate field Foo in type template.Data',
);
check(
  '{{ eq .CommonLabels.Values .CommonLabels }}',
  'template: :1:3: executing "" at <eq .CommonLabels.Values .CommonLabels>: error calling eq: non-comparable types [HighLatency b]: []string, template.KV: map[alertname:HighLatency zone:b]',
);
