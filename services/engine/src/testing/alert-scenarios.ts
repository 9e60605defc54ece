// What the alert managers of a side-by-side run are put through. Each scenario has routes and receivers of its
// own, found by the label `s`, so that all of them run at once in one alert manager.
//
// Moments are seconds after the start. Groups wait one second, and are flushed every two seconds after that,
// unless a scenario says otherwise: 1, 3, 5. What happens in between stands well away from these.

/** An alert's labels beside `s`; `alertname` is `A` unless it is given. */
export interface ScenarioAlert {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Seconds after the start; the moment of posting by default. */
  readonly startsAt?: number;
  /** Undefined: it goes on. */
  readonly endsAt?: number;
  readonly generatorURL?: string;
}

export type ScenarioStep =
  | { readonly at: number; readonly post: readonly ScenarioAlert[] }
  /** A silence on `s` and these; `expire` ends the scenario's first one. */
  | { readonly at: number; readonly silence: Readonly<Record<string, string>> }
  | { readonly at: number; readonly expire: true };

export interface Scenario {
  readonly name: string;
  /** Fields of its route, as YAML flow entries; `$r` is its receiver. */
  readonly route?: string;
  /** Blocks of its receivers after the first, by the ending of their names; `$sink` is where they send. */
  readonly receivers?: Readonly<Record<string, string>>;
  /** Of the first receiver. */
  readonly block?: string;
  readonly inhibit?: string;
  readonly steps: readonly ScenarioStep[];
}

const post = (at: number, ...alerts: ScenarioAlert[]): ScenarioStep => ({ at, post: alerts });
const silence = (at: number, labels: Record<string, string> = {}): ScenarioStep => ({ at, silence: labels });
const expire = (at: number): ScenarioStep => ({ at, expire: true });
const of = (labels: Record<string, string>, more: Partial<ScenarioAlert> = {}): ScenarioAlert => ({
  labels,
  ...more,
});
const OVER = 0.1;

const WEBHOOK = 'webhook_configs: [{url: "$sink"}]';
const sns = (fields: string) =>
  `sns_configs: [{api_url: "$sink", topic_arn: "arn:aws:sns:eu-west-1:123456789012:t$n", sigv4: {region: eu-west-1, access_key: AKIDEXAMPLE, secret_key: secret}${fields === '' ? '' : `, ${fields}`}}]`;
const BOTH = [of({ zone: 'a' }), of({ zone: 'b' })];
const ALWAYS = '[{times: [{start_time: "00:00", end_time: "24:00"}]}]';
const NEVER = '[{years: ["1999"]}]';

export const TIME_INTERVALS = `time_intervals:
- {name: always, time_intervals: ${ALWAYS}}
- {name: never, time_intervals: ${NEVER}}
- {name: weekdays, time_intervals: [{weekdays: ["sunday:saturday"], location: "Europe/Berlin"}]}
- {name: days, time_intervals: [{days_of_month: ["1:-1"], months: ["1:12"]}]}
`;

export const SCENARIOS: readonly Scenario[] = [
  // Grouping.
  { name: 'one alert', steps: [post(0, of({}))] },
  { name: 'two alerts of one group', steps: [post(0, ...BOTH)] },
  { name: 'groups by a label', route: 'group_by: [zone]', steps: [post(0, ...BOTH)] },
  { name: 'groups by all labels', route: "group_by: ['...']", steps: [post(0, ...BOTH)] },
  {
    name: 'all in one group',
    route: 'group_by: []',
    steps: [post(0, of({ alertname: 'X' }), of({ alertname: 'Y' }))],
  },
  {
    name: 'a group label that one lacks',
    route: 'group_by: [alertname, zone]',
    steps: [post(0, of({}), of({ zone: 'a' }))],
  },
  {
    name: 'order of alerts in a message',
    route: 'group_by: [s]',
    steps: [
      post(
        0,
        of({ instance: '2', job: 'b' }),
        of({ instance: '1', job: 'b' }),
        of({ job: 'a', instance: '9' }),
        of({ zone: 'z' }),
        of({ a: '1', b: '2', c: '3' }),
        of({ instance: '5' }),
      ),
    ],
  },
  {
    name: 'common labels and annotations',
    steps: [
      post(
        0,
        of({ zone: 'a', x: '1' }, { annotations: { t: 'same', u: '1' } }),
        of({ zone: 'b', x: '1' }, { annotations: { t: 'same', u: '2' } }),
      ),
    ],
  },
  {
    name: 'texts beyond ASCII',
    steps: [post(0, of({ zone: 'Zürich <&>"\\' }, { annotations: { text: 'a\nb 🏔' } }))],
  },
  {
    name: 'a link and an empty annotation',
    steps: [post(0, of({}, { generatorURL: 'http://prom/graph?g0.expr=up', annotations: { none: '' } }))],
  },
  // Routing.
  {
    name: 'the first child that matches',
    route: 'routes: [{matchers: ["zone=a"], receiver: $r-1}, {matchers: ["zone=~a|b"], receiver: $r-2}]',
    receivers: { 1: WEBHOOK, 2: WEBHOOK },
    steps: [post(0, ...BOTH, of({ zone: 'c' }))],
  },
  {
    name: 'continue',
    route:
      'routes: [{matchers: ["zone=a"], receiver: $r-1, continue: true}, {matchers: ["zone=~a|b"], receiver: $r-2}]',
    receivers: { 1: WEBHOOK, 2: WEBHOOK },
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'continue without a second match',
    route: 'routes: [{matchers: ["zone=a"], receiver: $r-1, continue: true}]',
    receivers: { 1: WEBHOOK },
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'children of children',
    route:
      'routes: [{matchers: ["zone=a"], receiver: $r-1, group_by: [alertname, x], routes: [{matchers: ["x=1"], receiver: $r-2}, {matchers: ["x=2"]}]}]',
    receivers: { 1: WEBHOOK, 2: WEBHOOK },
    steps: [post(0, of({ zone: 'a', x: '1' }), of({ zone: 'a', x: '2' }), of({ zone: 'a', x: '3' }))],
  },
  {
    name: 'older matchers',
    route: 'routes: [{match: {zone: a}, receiver: $r-1}, {match_re: {zone: "b|c"}, receiver: $r-2}]',
    receivers: { 1: WEBHOOK, 2: WEBHOOK },
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'negative matchers',
    route: 'routes: [{matchers: ["zone!=a", "zone!~c.*"], receiver: $r-1}]',
    receivers: { 1: WEBHOOK },
    steps: [post(0, ...BOTH, of({ zone: 'cc' }), of({}))],
  },
  {
    name: 'a missing label is the empty text',
    route: 'routes: [{matchers: [\'zone=""\'], receiver: $r-1}]',
    receivers: { 1: WEBHOOK },
    steps: [post(0, ...BOTH, of({}))],
  },
  {
    name: 'two integrations of a receiver',
    block: 'webhook_configs: [{url: "$sink"}, {url: "$sink/second", max_alerts: 1}]',
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'a receiver whose name is a pattern',
    route: 'routes: [{matchers: ["zone=a"], receiver: "$r.x+"}]',
    receivers: { '.x+': WEBHOOK },
    steps: [post(0, of({ zone: 'a' }))],
  },
  // Timing.
  {
    name: 'an alert that began long ago',
    steps: [post(0, of({}, { startsAt: -600 })), post(0.5, of({ zone: 'later' }))],
  },
  { name: 'a new alert in a group', steps: [post(0, of({})), post(2, of({ zone: 'new' }))] },
  { name: 'nothing new', steps: [post(0, of({})), post(2, of({})), post(4, of({}))] },
  { name: 'repeated', route: 'repeat_interval: 3s', steps: [post(0, of({}))] },
  {
    name: 'an annotation that changes is no news',
    steps: [
      post(0, of({}, { annotations: { v: '1' } })),
      post(2, of({}, { startsAt: 0, annotations: { v: '2' } })),
      post(4, of({ zone: 'new' })),
    ],
  },
  // Resolving.
  {
    name: 'resolved',
    steps: [post(0, of({}, { startsAt: 0 })), post(2, of({}, { startsAt: 0, endsAt: 2 - OVER }))],
  },
  {
    name: 'one of two resolved',
    steps: [
      post(0, of({ zone: 'a' }, { startsAt: 0 }), of({ zone: 'b' }, { startsAt: 0 })),
      post(2, of({ zone: 'a' }, { startsAt: 0, endsAt: 2 - OVER })),
    ],
  },
  {
    name: 'resolved before it was told',
    steps: [post(0, of({}, { startsAt: 0 })), post(0.5, of({}, { startsAt: 0, endsAt: 0.4 }))],
  },
  { name: 'ends by itself', steps: [post(0, of({}, { startsAt: 0, endsAt: 2 }))] },
  {
    name: 'resolved and firing again',
    steps: [
      post(0, of({}, { startsAt: 0 })),
      post(2, of({}, { startsAt: 0, endsAt: 2 - OVER })),
      post(4, of({}, { startsAt: 4 })),
    ],
  },
  {
    name: 'without resolved ones',
    block: 'webhook_configs: [{url: "$sink", send_resolved: false}]',
    steps: [
      post(0, of({ zone: 'a' }, { startsAt: 0 }), of({ zone: 'b' }, { startsAt: 0 })),
      post(2, of({ zone: 'a' }, { startsAt: 0, endsAt: 2 - OVER })),
      post(4, of({ zone: 'c' })),
    ],
  },
  {
    name: 'fires again without resolved ones',
    block: 'webhook_configs: [{url: "$sink", send_resolved: false}]',
    steps: [
      post(0, of({}, { startsAt: 0 })),
      post(2, of({}, { startsAt: 0, endsAt: 2 - OVER })),
      post(4, of({}, { startsAt: 4 })),
    ],
  },
  // Inhibition.
  {
    name: 'inhibited',
    inhibit: 'source_matchers: ["sev=critical"], target_matchers: ["sev=warning"], equal: [zone]',
    route: 'group_by: [sev]',
    steps: [
      post(
        0,
        of({ sev: 'critical', zone: 'a' }),
        of({ sev: 'warning', zone: 'a' }),
        of({ sev: 'warning', zone: 'b' }),
      ),
    ],
  },
  {
    name: 'inhibited without the label',
    inhibit: 'source_matchers: ["sev=critical"], target_matchers: ["sev=warning"], equal: [zone]',
    route: 'group_by: [sev]',
    steps: [post(0, of({ sev: 'critical' }), of({ sev: 'warning' }))],
  },
  {
    name: 'inhibited until the source is over',
    inhibit: 'source_matchers: ["sev=critical"], target_matchers: ["sev=warning"]',
    route: 'group_by: [sev]',
    steps: [
      post(0, of({ sev: 'critical' }, { startsAt: 0 }), of({ sev: 'warning' })),
      post(2, of({ sev: 'critical' }, { startsAt: 0, endsAt: 2 - OVER })),
    ],
  },
  {
    name: 'alerts that match both sides',
    inhibit: 'source_matchers: ["sev=~critical|warning"], target_matchers: ["sev=warning"]',
    route: 'group_by: [zone]',
    steps: [post(0, of({ sev: 'warning', zone: 'a' }), of({ sev: 'warning', zone: 'b' }))],
  },
  {
    name: 'an older inhibition rule',
    inhibit: 'source_match: {sev: critical}, target_match_re: {sev: "w.*"}',
    route: 'group_by: [sev]',
    steps: [post(0, of({ sev: 'critical' }), of({ sev: 'warning' }), of({ sev: 'info' }))],
  },
  // Silences.
  { name: 'silenced', steps: [silence(0), post(0.2, of({}))] },
  { name: 'one of two silenced', steps: [silence(0, { zone: 'a' }), post(0.2, ...BOTH)] },
  { name: 'silenced for a while', steps: [silence(0), post(0.2, of({})), expire(2.2)] },
  {
    name: 'resolved while silenced',
    steps: [
      post(0, of({}, { startsAt: 0 })),
      silence(1.8),
      post(2.2, of({}, { startsAt: 0, endsAt: 2 })),
      expire(4),
    ],
  },
  {
    name: 'a silenced source inhibits',
    inhibit: 'source_matchers: ["sev=critical"], target_matchers: ["sev=warning"]',
    route: 'group_by: [sev]',
    steps: [silence(0, { sev: 'critical' }), post(0.2, of({ sev: 'critical' }), of({ sev: 'warning' }))],
  },
  // Times.
  {
    name: 'muted by time',
    route: 'routes: [{matchers: ["zone=a"], mute_time_intervals: [always]}]',
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'muted at another time',
    route: 'routes: [{matchers: ["zone=a"], mute_time_intervals: [never]}]',
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'active',
    route: 'routes: [{matchers: ["zone=a"], active_time_intervals: [never, weekdays]}]',
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'not active',
    route: 'routes: [{matchers: ["zone=a"], active_time_intervals: [never]}]',
    steps: [post(0, ...BOTH)],
  },
  {
    name: 'active and muted',
    route: 'routes: [{matchers: ["zone=a"], active_time_intervals: [days], mute_time_intervals: [days]}]',
    steps: [post(0, ...BOTH)],
  },
  // Templates, as SNS carries them.
  {
    name: 'the default message',
    block: sns(''),
    steps: [
      post(
        0,
        of({ zone: 'a', sev: 'page' }, { startsAt: 0, annotations: { summary: 'it burns' } }),
        of({ zone: 'b' }, { startsAt: 0 }),
      ),
      post(2, of({ zone: 'b' }, { startsAt: 0, endsAt: 2 - OVER })),
    ],
  },
  {
    name: 'a template of a file',
    block: sns(
      `subject: '{{ template "test.subject" . }}', message: '{{ template "test.message" . }}', attributes: {sev: '{{ .CommonLabels.sev }}', fixed: x}`,
    ),
    steps: [
      post(
        0,
        of({ zone: 'a', sev: 'page' }, { startsAt: 0, generatorURL: 'http://x/y?a=b&c' }),
        of({ zone: 'b', sev: 'page' }, { startsAt: 0 }),
      ),
    ],
  },
  {
    name: 'functions and methods',
    block: sns(
      `subject: '{{ .Status | toUpper }} {{ len .Alerts.Firing }}/{{ len .Alerts }} {{ .Receiver }}', message: '{{ .GroupLabels.SortedPairs.Values | join "," }} {{ with index .Alerts 0 }}{{ .Fingerprint }} {{ .StartsAt.Unix }} {{ .EndsAt.IsZero }}{{ end }} {{ reReplaceAll "(.)b" "<$1>" "abcb" }} {{ title "hello woRLD" }} {{ printf "%5.2f|%q|%v" 3.14159 "x" .CommonLabels.Names }}'`,
    ),
    steps: [post(0, of({ zone: 'a' }, { startsAt: 0 }))],
  },
  { name: 'a FIFO topic', block: sns('').replace('$n"', '$n.fifo"'), steps: [post(0, of({ zone: 'a' }))] },
];

export const TEMPLATE_FILE = `{{ define "test.subject" }}{{ .CommonLabels.sev }} x{{ len .Alerts }}{{ end }}
{{ define "test.message" }}{{ range $i, $a := .Alerts }}{{ if $i }}; {{ end }}{{ $a.Labels.zone }}={{ $a.GeneratorURL }}{{ else }}none{{ end }}{{ end }}
`;
