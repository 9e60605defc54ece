// The functions and data of rules. Expected texts are those of promtool 2.42, without the frame that
// it puts around errors.
import { expect, test } from 'vitest';
import {
  FunctionError,
  parseTemplates,
  RULE_FUNCTIONS,
  RULE_VARIABLES,
  ruleData,
  ruleFunctions,
} from '../index.ts';
import { outcome, renderRule } from '../testing/notification.ts';

const check = (text: string, expected: string) =>
  test(text, () => expect(outcome(() => renderRule(text))).toBe(expected));

check(
  '{{ tableLink "up == 0" }} {{ graphLink "a b&c" }}',
  '/graph?g0.expr=up+%3D%3D+0&g0.tab=1 /graph?g0.expr=a+b%26c&g0.tab=0',
);
check('{{ humanize "1_000" }}', '1k');
check(
  '{{ humanize "0x10p0" }} {{ humanize "infinity" }} {{ humanize "-Inf" }} {{ humanize "nan" }}',
  '16 +Inf -Inf NaN',
);
check(
  '{{ humanize "+nan" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize "+nan">: error calling humanize: strconv.ParseFloat: parsing "+nan": invalid syntax',
);
check(
  '{{ humanize " 1" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize " 1">: error calling humanize: strconv.ParseFloat: parsing " 1": invalid syntax',
);
check(
  '{{ humanize "" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize "">: error calling humanize: strconv.ParseFloat: parsing "": invalid syntax',
);
check(
  '{{ humanize "1e400" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize "1e400">: error calling humanize: strconv.ParseFloat: parsing "1e400": value out of range',
);
check(
  '{{ humanize nil }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize nil>: error calling humanize: can\'t convert <nil> to float',
);
check(
  '{{ humanize true }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize true>: error calling humanize: can\'t convert bool to float',
);
check(
  '{{ humanize $labels }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize $labels>: error calling humanize: can\'t convert map[string]string to float',
);
check(
  '{{ humanize 1i }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize 1i>: error calling humanize: can\'t convert complex128 to float',
);
check(
  '{{ humanize (index "abc" 0) }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanize (index "abc" 0)>: error calling humanize: can\'t convert uint8 to float',
);
check(
  '{{ humanize (len "abc") }} {{ humanize .Value }} {{ humanize "0x1.8p3" }} {{ humanize "0x1p-1074" }} {{ humanize ".5" }} {{ humanize "5." }} {{ humanize "1E3" }}',
  '3 1.235k 12 4.941e-300y 500m 5 1k',
);
check(
  '{{ humanizeDuration 1e20 }} {{ humanizeDuration 9.3e18 }} {{ humanizeDuration -1e19 }} {{ humanizeDuration 0.9999 }} {{ humanizeDuration 59.99999 }}',
  '-106751991167300d -15h -30m -8s -106751991167300d -15h -30m -8s --106751991167300d -15h -30m -8s 999.9ms 60s',
);
check(
  '{{ humanizeTimestamp -1 }} {{ humanizeTimestamp -0.0005 }} {{ humanizeTimestamp 9223372036 }} {{ humanizeTimestamp 1e9 }} {{ humanizeTimestamp "1.5" }} {{ humanizeTimestamp 1435065584.1289 }}',
  '1969-12-31 23:59:59 +0000 UTC 1970-01-01 00:00:00 +0000 UTC 2262-04-11 23:47:16 +0000 UTC 2001-09-09 01:46:40 +0000 UTC 1970-01-01 00:00:01.5 +0000 UTC 2015-06-23 13:19:44.128 +0000 UTC',
);
check(
  '{{ humanizeTimestamp 9223372037 }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanizeTimestamp 9223372037>: error calling humanizeTimestamp: 9.223372037e+09 cannot be represented as a nanoseconds timestamp since it overflows int64',
);
check(
  '{{ toTime "x" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <toTime "x">: error calling toTime: strconv.ParseFloat: parsing "x": invalid syntax',
);
check(
  '{{ toTime nil }}',
  'template: __alert_A:1:115: executing "__alert_A" at <toTime nil>: error calling toTime: can\'t convert <nil> to float',
);
check(
  '{{ (toTime 0).Unix }} {{ toTime 1.5 }} {{ printf "%T %v" (toTime 1) (toTime 1) }} {{ (toTime $value).Year }} {{ toTime 1 | printf "%s" }} {{ (toTime 1).UTC.Add 5 }}',
  '0 1970-01-01 00:00:01.5 +0000 UTC *time.Time 1970-01-01 00:00:01 +0000 UTC 1970 1970-01-01 00:00:01 +0000 UTC 1970-01-01 00:00:01.000000005 +0000 UTC',
);
check(
  '{{ toTime (parseDuration "1h") }} {{ parseDuration "1h30m" }} {{ parseDuration "1y2w3d4h5m6s7ms" }} {{ parseDuration "0" }} {{ parseDuration "1ms" }}',
  '1970-01-01 01:00:00 +0000 UTC 5400 3.3019506007e+07 0 0.001',
);
check(
  '{{ parseDuration "" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <parseDuration "">: error calling parseDuration: empty duration string',
);
check(
  '{{ parseDuration "1" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <parseDuration "1">: error calling parseDuration: not a valid duration string: "1"',
);
check(
  '{{ parseDuration "300y" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <parseDuration "300y">: error calling parseDuration: duration out of range',
);
check(
  '{{ parseDuration "99999999999999999999y" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <parseDuration "99999999999999999999y">: error calling parseDuration: duration out of range',
);
check(
  '{{ parseDuration "-1h" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <parseDuration "-1h">: error calling parseDuration: not a valid duration string: "-1h"',
);
check(
  '{{ stripPort "a:1" }}|{{ stripPort "[::1]:80" }}|{{ stripPort "::1" }}|{{ stripPort "[::1]" }}|{{ stripPort ":80" }}|{{ stripPort "a:" }}|{{ stripPort "" }}|{{ stripPort "[a]b:1" }}|{{ stripPort "a]:1" }}',
  'a|::1|::1|[::1]||a||[a]b:1|a]:1',
);
check(
  '{{ stripDomain "a.b.c:1" }}|{{ stripDomain "1.2.3.4:80" }}|{{ stripDomain "[fe80::1]:80" }}|{{ stripDomain "a.b" }}|{{ stripDomain "a.b:" }}|{{ stripDomain "[::1]" }}|{{ stripDomain "::1" }}|{{ stripDomain ".x:1" }}|{{ stripDomain "" }}|{{ stripDomain "01.2.3.4" }}|{{ stripDomain "fe80::1%eth0.x" }}',
  'a:1|1.2.3.4:80|[fe80::1]:80|a|a|[::1]|::1|:1||01|fe80::1%eth0',
);
check(
  '{{ title "hello wORLD-foo o\'neil éa_b ß ǆ ﬁ x☃y a/b a\\u00a0b a\\u2003c" }}',
  "Hello WORLD-Foo O'Neil Éa_b ß ǅ ﬁ X☃y A/B A B A C",
);
check(
  '{{ args 1 "a" nil }} {{ (args 1 2).arg1 }} {{ index (args "x") "arg0" }} {{ len (args) }} {{ range $k, $v := args "a" 2 }}{{ $k }}={{ $v }};{{ end }}',
  'map[arg0:1 arg1:a arg2:<nil>] 2 x 0 arg0=a;arg1=2;',
);
check(
  '{{ (args).arg0.x }}',
  'template: __alert_A:1:116: executing "__alert_A" at <args>: nil pointer evaluating interface {}.x',
);
check(
  '{{ (args "s").arg0.x }}',
  'template: __alert_A:1:121: executing "__alert_A" at <"s">: can\'t evaluate field x in type interface {}',
);
check(
  '{{ $a := args 1 }}{{ $a.arg5 }}{{ if $a.arg5 }}x{{ end }}{{ printf "%v" $a.arg5 }} {{ print (args nil) }} {{ printf "%#v" (args 1 "x" nil 1.5) }} {{ index $a "zz" }} {{ print (index $a "zz") }}',
  '<no value><nil> map[arg0:<nil>] map[string]interface {}{"arg0":1, "arg1":"x", "arg2":interface {}(nil), "arg3":1.5} <no value> <nil>',
);
check('{{ eq (args).arg0 nil }}', 'true');
check('{{ query "m" | first | label "job" | toUpper }}', 'NODE');
check('{{ query 1 }}', 'template: __alert_A:1:121: executing "__alert_A" at <1>: expected string; found 1');
check(
  '{{ query nil }}',
  'template: __alert_A:1:121: executing "__alert_A" at <nil>: cannot assign nil to string',
);
check(
  '{{ first nil }}',
  'template: __alert_A:1:115: executing "__alert_A" at <first nil>: error calling first: first() called on vector with no elements',
);
check(
  '{{ first "x" }}',
  'template: __alert_A:1:121: executing "__alert_A" at <"x">: can\'t handle "x" for arg of type template.queryResult',
);
check(
  '{{ label "x" nil }}',
  'template: __alert_A:1:115: executing "__alert_A" at <label "x" nil>: error calling label: runtime error: invalid memory address or nil pointer dereference',
);
check(
  '{{ value nil }}',
  'template: __alert_A:1:115: executing "__alert_A" at <value nil>: error calling value: runtime error: invalid memory address or nil pointer dereference',
);
check(
  '{{ range query "m" }}{{ .Labels.job }}{{ .Value }}{{ .Foo }}{{ end }}',
  'template: __alert_A:1:165: executing "__alert_A" at <.Foo>: can\'t evaluate field Foo in type *template.sample',
);
check(
  '{{ (query "m" | first).Foo }}',
  'template: __alert_A:1:128: executing "__alert_A" at <first>: can\'t evaluate field Foo in type *template.sample',
);
check(
  '{{ range query "m" }}{{ . }}{{ end }}',
  '{map[__name__:m instance:h:1 job:node] 1234.5678}{map[__name__:m instance:h:2 job:api] 0.25}',
);
check(
  '{{ query "m" | printf "%T" }} {{ query "m" | first | printf "%T %v" }} {{ printf "%v" (query "m" | first) }} {{ query "m" | len }} {{ (index (query "m") 0).Value }} {{ printf "%+v" (query "m" | first) }} {{ query "nosuch" | printf "%v" }}',
  'template.queryResult *template.sample %!v(MISSING) &{map[__name__:m instance:h:1 job:node] 1234.5678} 2 1234.5678 &{Labels:map[__name__:m instance:h:1 job:node] Value:1234.5678} []',
);
check(
  '{{ range query "nosuch" }}x{{ else }}none{{ end }}{{ with query "nosuch" }}x{{ else }}n{{ end }}{{ if query "m" }}y{{ end }}',
  'noneny',
);
check('{{ sortByLabel "job" nil }}', '[]');
check('{{ query "m" | sortByLabel "nolabel" | len }}', '2');
check(
  '{{ reReplaceAll "(" "" "" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <reReplaceAll "(" "" "">: error calling reReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
);
check(
  '{{ match "(" "" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <match "(" "">: error calling match: error parsing regexp: missing closing ): `(`',
);
check(
  '{{ $labels }} {{ $externalLabels }} {{ .Labels.__name__ }} {{ $labels.SortedPairs }}',
  'map[__name__:m instance:h:1 job:node] map[] m ',
);
check(
  '{{ .Labels.Foo.Bar }}',
  'template: __alert_A:1:122: executing "__alert_A" at <.Labels.Foo.Bar>: can\'t evaluate field Bar in type string',
);
check(
  '{{ $labels.job 1 }}',
  'template: __alert_A:1:122: executing "__alert_A" at <$labels.job>: job is not a method but has arguments',
);
check(
  '{{ .Value.Foo }}',
  'template: __alert_A:1:121: executing "__alert_A" at <.Value.Foo>: can\'t evaluate field Foo in type float64',
);
check(
  '{{ .ExternalURL.Foo }}',
  'template: __alert_A:1:127: executing "__alert_A" at <.ExternalURL.Foo>: can\'t evaluate field Foo in type string',
);
check('{{ . }}', '{map[__name__:m instance:h:1 job:node] map[] http://ext/pre 1234.5678}');
check(
  '{{ printf "%T" . }}',
  'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value float64 }',
);
check(
  '{{ printf "%#v" . }}',
  'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value float64 }{Labels:map[string]string{"__name__":"m", "instance":"h:1", "job":"node"}, ExternalLabels:map[string]string{}, ExternalURL:"http://ext/pre", Value:1234.5678}',
);
check('{{ $value | printf "%.2f %d" }} {{ $value | printf "%T" }}', '1234.57 %!d(MISSING) float64');
check('{{ eq $value 1.0 }} {{ gt $value 1.0 }} {{ lt $value 1e9 }}', 'false true true');
check(
  '{{ eq $value "x" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <eq $value "x">: error calling eq: incompatible types for comparison',
);
check('{{ $foo }}', 'template: __alert_A:1: undefined variable "$foo"');
check('{{ safeHtml "<a>" | printf "%T" }}', 'template.HTML');
check(
  '{{ template "x" }}',
  'template: __alert_A:1:124: executing "__alert_A" at <{{template "x"}}>: template "x" not defined',
);
check('{{ define "x" }}{{ $value }}{{ end }}', 'template: __alert_A:1: undefined variable "$value"');
check('{{ define "x" }}{{ .Value }}{{ end }}{{ template "x" . }}', '1234.5678');
check('{{ tmpl "x" . }}', 'template: __alert_A:1: function "tmpl" not defined');
check('{{ join "a" }}', 'template: __alert_A:1: function "join" not defined');
check(
  '{{ parseDuration 5 }}',
  'template: __alert_A:1:129: executing "__alert_A" at <5>: expected string; found 5',
);
check(
  '{{ humanize1024 1025 | toUpper }} {{ humanize 1e-25 }} {{ humanize1024 -0.5 }} {{ humanize -0.0 }} {{ humanizePercentage "0.5" }} {{ humanizePercentage -0.0 }} {{ humanize1024 "1" }}',
  '1.001KI 0.1y -0.5 -0 50% -0% 1',
);
check(
  '{{ humanizeDuration "x" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <humanizeDuration "x">: error calling humanizeDuration: strconv.ParseFloat: parsing "x": invalid syntax',
);
check(
  '{{ index (query "m") 5 }}',
  'template: __alert_A:1:115: executing "__alert_A" at <index (query "m") 5>: error calling index: index out of range: 5',
);
check(
  '{{ index $labels "job" "x" }}',
  'template: __alert_A:1:115: executing "__alert_A" at <index $labels "job" "x">: error calling index: cannot index slice/array with type string',
);
check(
  '{{ slice $labels.job 1 2 }} {{ slice $labels.job 0 99 }}',
  'template: __alert_A:1:143: executing "__alert_A" at <slice $labels.job 0 99>: error calling slice: index out of range: 99',
);

check('{{ externalURL }} {{ pathPrefix }}', 'http://ext/pre /pre');
check('{{ strvalue (query "m" | first) }}|', '|');

test('a failed query says why, in any script', () => {
  const text = `${RULE_VARIABLES}{{ query "m" }}`;
  const compiled = parseTemplates([], { functions: RULE_FUNCTIONS }).compile({ name: '__alert_Ä', text });
  const query = () => {
    throw new FunctionError('la série «m» 日本');
  };
  const data = ruleData({ labels: [], externalLabels: [], externalUrl: '', value: 1 });
  const run = () => compiled.execute(data, { functions: ruleFunctions({ externalUrl: '', query }) });
  expect(outcome(run)).toBe(
    'template: __alert_Ä:1:115: executing "__alert_Ä" at <query "m">: error calling query: la série «m» 日本',
  );
});

test('what a query throws besides is not caught', () => {
  const compiled = parseTemplates([], { functions: RULE_FUNCTIONS }).compile({
    name: '__alert_A',
    text: '{{ query "m" }}',
  });
  const query = () => {
    throw new RangeError('a bug');
  };
  const data = ruleData({ labels: [], externalLabels: [], externalUrl: '', value: 1 });
  expect(() => compiled.execute(data, { functions: ruleFunctions({ externalUrl: '', query }) })).toThrow(
    RangeError,
  );
});

test('without its host a template can be checked, not run', () => {
  const compiled = parseTemplates([], { functions: RULE_FUNCTIONS }).compile({
    name: 'a',
    text: '{{ query "m" }}',
  });
  const data = ruleData({ labels: [], externalLabels: [], externalUrl: '', value: 1 });
  expect(outcome(() => compiled.execute(data))).toContain("query isn't available here");
});
