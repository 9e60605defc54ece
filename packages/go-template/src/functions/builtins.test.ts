// Built-in functions, those of Alertmanager, and its default texts. Expected texts are those of amtool 0.25.
import { expect, test } from 'vitest';
import { outcome, renderNotification } from '../testing/notification.ts';

const check = (text: string, expected: string) =>
  test(text, () => expect(outcome(() => renderNotification(text))).toBe(expected));

check(
  '{{ len nil }}',
  'template: :1:3: executing "" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value',
);
check(
  '{{ index (stringSlice "a" "b") 2 }}',
  'template: :1:3: executing "" at <index (stringSlice "a" "b") 2>: error calling index: reflect: slice index out of range',
);
check(
  '{{ index "abc" 3 }}',
  'template: :1:3: executing "" at <index "abc" 3>: error calling index: reflect: string index out of range',
);
check(
  '{{ index "abc" -1 }}',
  'template: :1:3: executing "" at <index "abc" -1>: error calling index: index out of range: -1',
);
check(
  '{{ index .CommonLabels nil }}',
  'template: :1:3: executing "" at <index .CommonLabels nil>: error calling index: value is nil; should be of type string',
);
check(
  '{{ index nil 1 }}',
  'template: :1:3: executing "" at <index nil 1>: error calling index: index of untyped nil',
);
check(
  '{{ index .Alerts "x" }}',
  'template: :1:3: executing "" at <index .Alerts "x">: error calling index: cannot index slice/array with type string',
);
check(
  '{{ index .Status "x" }}',
  'template: :1:3: executing "" at <index .Status "x">: error calling index: cannot index slice/array with type string',
);
check(
  '{{ index .Alerts 0 1 }}',
  'template: :1:3: executing "" at <index .Alerts 0 1>: error calling index: can\'t index item of type template.Alert',
);
check(
  '{{ index .Alerts 1.0 }}',
  'template: :1:3: executing "" at <index .Alerts 1.0>: error calling index: cannot index slice/array with type float64',
);
check(
  '{{ index .Alerts nil }}',
  'template: :1:3: executing "" at <index .Alerts nil>: error calling index: cannot index slice/array with nil',
);
check(
  '{{ slice .CommonLabels 1 }}',
  'template: :1:3: executing "" at <slice .CommonLabels 1>: error calling slice: can\'t slice item of type template.KV',
);
check(
  '{{ slice "abc" 2 1 }}',
  'template: :1:3: executing "" at <slice "abc" 2 1>: error calling slice: invalid slice index: 2 > 1',
);
check(
  '{{ slice "abc" 1 2 3 }}',
  'template: :1:3: executing "" at <slice "abc" 1 2 3>: error calling slice: cannot 3-index slice a string',
);
check('{{ slice (stringSlice "a" "b" "c") 0 1 2 }}', '[a]');
check(
  '{{ slice (stringSlice "a" "b" "c") 0 2 1 }}',
  'template: :1:3: executing "" at <slice (stringSlice "a" "b" "c") 0 2 1>: error calling slice: invalid slice index: 2 > 1',
);
check(
  '{{ slice "abc" 1 2 3 4 }}',
  'template: :1:3: executing "" at <slice "abc" 1 2 3 4>: error calling slice: too many slice indexes: 4',
);
check(
  '{{ slice nil 1 }}',
  'template: :1:3: executing "" at <slice nil 1>: error calling slice: slice of untyped nil',
);
check('{{ slice "日本" 1 }}|', '��本|');
check('{{ slice "日本" 0 1 }}{{ slice "日本" 1 }}', '日本');
check(
  '{{ eq (index .Alerts 0) (index .Alerts 0) }}',
  'template: :1:3: executing "" at <eq (index .Alerts 0) (index .Alerts 0)>: error calling eq: non-comparable type {firing map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] map[big:x summary:Latency is high] 2031-05-06 07:08:09.123 +0000 UTC 0001-01-01 00:00:00 +0000 UTC http://p/graph?a=1&b=2 49e3b17a5b42fe02}: template.Alert',
);
check('{{ eq (index .GroupLabels.SortedPairs 0) (index .GroupLabels.SortedPairs 0) }}', 'true');
check('{{ eq (index "abc" 0) 97 }}{{ eq 97 (index "abc" 0) }}{{ lt (index "abc" 0) 98 }}', 'truetruetrue');
check(
  '{{ .Alerts.Firing.Foo }}',
  'template: :1:10: executing "" at <.Alerts.Firing.Foo>: can\'t evaluate field Foo in type []template.Alert',
);
check(
  '{{ (index .Alerts 0).Foo }}',
  'template: :1:18: executing "" at <0>: can\'t evaluate field Foo in type template.Alert',
);
check(
  '{{ toUpper.x }}',
  'template: :1:3: executing "" at <toUpper>: wrong number of args for toUpper: want 1 got 0',
);
check('{{ call nil }}', 'template: :1:3: executing "" at <call nil>: error calling call: call of nil');
check(
  '{{ call }}',
  'template: :1:3: executing "" at <call>: wrong number of args for call: want at least 1 got 0',
);
check(
  '{{ call print 1 }}',
  'template: :1:3: executing "" at <call print 1>: error calling call: non-function of type string',
);
check(
  '{{ html "a" 1 2 "b" }} {{ js "é☃\\u2028\\x00\\x7f" }} {{ urlquery "a" 1 }} {{ html 1.5 .CommonLabels }}',
  'a1 2b é☃\\u2028\\u0000\u007f a1 1.5 map[alertname:HighLatency zone:b]',
);
check('{{ "<a>" | html | html }}{{ html }}|{{ js }}|{{ urlquery }}', '&amp;lt;a&amp;gt;||');
check('{{ len 1 }}', 'template: :1:3: executing "" at <len 1>: error calling len: len of type int');
check('{{ len .CommonLabels }}{{ len .Alerts }}{{ len "é" }}', '222');
check(
  '{{ len (index .Alerts 0) }}',
  'template: :1:3: executing "" at <len (index .Alerts 0)>: error calling len: len of type template.Alert',
);
check('{{ toUpper 1 }}', 'template: :1:11: executing "" at <1>: expected string; found 1');
check(
  '{{ toUpper .Alerts }}',
  'template: :1:11: executing "" at <.Alerts>: wrong type for value; expected string; got template.Alerts',
);
check(
  '{{ toUpper "a" "b" }}',
  'template: :1:3: executing "" at <toUpper>: wrong number of args for toUpper: want 1 got 2',
);
check(
  '{{ .Alerts | toUpper }}',
  'template: :1:13: executing "" at <toUpper>: wrong type for value; expected string; got template.Alerts',
);
check('{{ nil | toUpper }}', 'template: :1:3: executing "" at <nil>: nil is not a command');
check('{{ toUpper nil }}', 'template: :1:11: executing "" at <nil>: cannot assign nil to string');
check('{{ .CommonLabels.x | toUpper }}', '');
check(
  '{{ join "," }}',
  'template: :1:3: executing "" at <join>: wrong number of args for join: want 2 got 1',
);
check('{{ join "," nil }}|', '|');
check(
  '{{ join "," .CommonLabels.Names }}{{ join .Status .Alerts }}',
  'template: :1:50: executing "" at <.Alerts>: wrong type for value; expected []string; got template.Alerts',
);
check('{{ stringSlice 1 }}', 'template: :1:15: executing "" at <1>: expected string; found 1');
check('{{ stringSlice "a" nil }}', 'template: :1:19: executing "" at <nil>: cannot assign nil to string');
check(
  '{{ .CommonLabels.Remove "x" }}',
  'template: :1:24: executing "" at <"x">: can\'t handle "x" for arg of type []string',
);
check(
  '{{ .CommonLabels.Remove .Alerts }}',
  'template: :1:24: executing "" at <.Alerts>: wrong type for value; expected []string; got template.Alerts',
);
check(
  '{{ (.CommonLabels.Remove (stringSlice "zone")).Names }} {{ .CommonLabels.SortedPairs.Names }} {{ .CommonLabels.Names 1 }}',
  'template: :1:110: executing "" at <.CommonLabels.Names>: wrong number of args for Names: want 0 got 1',
);
check(
  '{{ safeHtml "<b>" | toUpper }}',
  'template: :1:20: executing "" at <toUpper>: wrong type for value; expected string; got template.HTML',
);
check(
  "{{ title \"hello wORLD foo-bar o'neil a.b 7up x_y éa ÉA ab'cd'' x''y don't 3d ǆ ß ﬁ a:b a. b İI Σας ΑΣ\" }}",
  "Hello World Foo-Bar O'neil A.b 7Up X_y Éa Éa Ab'cd'' X''Y Don't 3D ǅ Ss Fi A:b A. B İi Σας Ας",
);
check('{{ toUpper "ß ŉ ǰ ﬁ ǆ ÿ ı" }} {{ toLower "İ Σ ΑΣ Ǆ K" }}', 'ß ŉ ǰ ﬁ Ǆ Ÿ I i σ ασ ǆ k');
check(
  '{{ match "a" }}',
  'template: :1:3: executing "" at <match>: wrong number of args for match: want 2 got 1',
);
check(
  '{{ match "a{1001}" "a" }}',
  'template: :1:3: executing "" at <match "a{1001}" "a">: error calling match: error parsing regexp: invalid repeat count: `{1001}`',
);
check(
  '{{ match "(?P<n>a)" "ba" }}{{ match "^$" "" }}{{ match "\\\\d+" "a1" }}{{ match "(?i)A" "a" }}{{ match "\\\\pL" "é" }}',
  'truetruetruetruetrue',
);
check(
  '{{ match "(?=a)" "a" }}',
  'template: :1:3: executing "" at <match "(?=a)" "a">: error calling match: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
);
check(
  '{{ match "[z-a]" "a" }}',
  'template: :1:3: executing "" at <match "[z-a]" "a">: error calling match: error parsing regexp: invalid character class range: `z-a`',
);
check(
  '{{ match "*" "a" }}',
  'template: :1:3: executing "" at <match "*" "a">: error calling match: error parsing regexp: missing argument to repetition operator: `*`',
);
check(
  '{{ match "a**" "a" }}',
  'template: :1:3: executing "" at <match "a**" "a">: error calling match: error parsing regexp: invalid nested repetition operator: `**`',
);
check(
  '{{ match "\\\\q" "a" }}',
  'template: :1:3: executing "" at <match "\\\\q" "a">: error calling match: error parsing regexp: invalid escape sequence: `\\q`',
);
check(
  '{{ match "[[:foo:]]" "a" }}',
  'template: :1:3: executing "" at <match "[[:foo:]]" "a">: error calling match: error parsing regexp: invalid character class range: `[:foo:]`',
);
check(
  '{{ match "x{2,1}" "a" }}',
  'template: :1:3: executing "" at <match "x{2,1}" "a">: error calling match: error parsing regexp: invalid repeat count: `{2,1}`',
);
check(
  '{{ reReplaceAll "(" "" "" }}',
  'template: :1:3: executing "" at <reReplaceAll "(" "" "">: error calling reReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
);
check(
  '{{ reReplaceAll "`(" "" "" }}',
  'template: :1:3: executing "" at <reReplaceAll "`(" "" "">: error calling reReplaceAll: regexp: Compile("`("): error parsing regexp: missing closing ): ``(`',
);
check(
  '{{ reReplaceAll "(?P<n>a)(b)?" "<${n}$2$3$n_x$$ $ $-${1}${}>" "ab a" }}',
  '<ab$ $ $-a${}> <a$ $ $-a${}>',
);
check(
  '{{ reReplaceAll "" "-" "abc☃" }} {{ reReplaceAll "b*" "-" "abbc" }} {{ reReplaceAll "^" "x" "a\\nb" }} {{ reReplaceAll "(?m)^" "x" "a\\nb" }} {{ reReplaceAll "\\\\b" "|" "ab cd" }} {{ reReplaceAll "$" "!" "ab" }}',
  '-a-b-c-☃- -a-c- xa\nb xa\nxb |ab| |cd| ab!',
);
check(
  '{{ .Alerts.Firing | len }}{{ .Alerts.Firing.Names }}',
  'template: :1:36: executing "" at <.Alerts.Firing.Names>: can\'t evaluate field Names in type []template.Alert',
);
check(
  '{{ template "__subject" . }}|{{ template "sns.default.message" . }}|{{ template "telegram.default.message" . }}|{{ template "discord.default.message" . }}|{{ template "webex.default.message" . }}|{{ template "wechat.default.message" . }}|{{ template "opsgenie.default.description" . }}|{{ template "slack.default.fallback" . }}|{{ template "pagerduty.default.instances" .Alerts.Firing }}',
  '[FIRING:1] HighLatency (b)|Latency is high\n\nAlerts Firing:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n\n\n\nAlerts Resolved:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.2:9100\nAnnotations:\n - summary = Latency is high\nSource: \n\n\n|\n\nAlerts Firing:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n\n\n\nAlerts Resolved:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.2:9100\nAnnotations:\n - summary = Latency is high\nSource: \n\n\n|\n\nAlerts Firing:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n\n\n\nAlerts Resolved:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.2:9100\nAnnotations:\n - summary = Latency is high\nSource: \n\n\n|Latency is high\n\nAlerts Firing:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n\n\n\nAlerts Resolved:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.2:9100\nAnnotations:\n - summary = Latency is high\nSource: \n\n\n|[FIRING:1] HighLatency (b)\nLatency is high\nAlerts Firing:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n\nAlerts Resolved:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.2:9100\nAnnotations:\n - summary = Latency is high\nSource: \n\nAlertmanagerUrl:\nhttp://ext/#/alerts?receiver=team-web|Latency is high\nAlerts Firing:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n\nAlerts Resolved:\nLabels:\n - alertname = HighLatency\n - instance = 10.0.0.2:9100\nAnnotations:\n - summary = Latency is high\nSource: \n|[FIRING:1] HighLatency (b) | http://ext/#/alerts?receiver=team-web|Labels:\n - alertname = HighLatency\n - instance = 10.0.0.1:9100\n - uni = naïve ☃ 日本語 ÀÉ ß ǆ\nAnnotations:\n - big = x\n - summary = Latency is high\nSource: http://p/graph?a=1&b=2\n',
);
check(
  '{{ .CommonLabels.constructor }}|{{ .CommonLabels.__proto__ }}|{{ index .CommonLabels "__proto__" }}',
  '||',
);
