// A notification to render templates with, and both programs' ways to render one.
import {
  ALERTMANAGER_FUNCTIONS,
  ALERTMANAGER_TEMPLATES,
  alertmanagerData,
  type ExecuteOptions,
  type GoValue,
  parseTemplates,
  RULE_FUNCTIONS,
  RULE_VARIABLES,
  ruleData,
  ruleFunctions,
  TemplateError,
  type TemplateSample,
} from '../index.ts';

/** As amtool reads it from a file. */
export const NOTIFICATION_JSON = {
  receiver: 'team-web',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'HighLatency', instance: '10.0.0.1:9100', uni: 'naïve ☃ 日本語 ÀÉ ß ǆ' },
      annotations: { summary: 'Latency is high', big: 'x' },
      startsAt: '2031-05-06T07:08:09.123Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://p/graph?a=1&b=2',
      fingerprint: '49e3b17a5b42fe02',
    },
    {
      status: 'resolved',
      labels: { alertname: 'HighLatency', instance: '10.0.0.2:9100' },
      annotations: { summary: 'Latency is high' },
      startsAt: '2021-02-03T04:05:06Z',
      endsAt: '2021-02-03T05:05:06.5Z',
      generatorURL: '',
      fingerprint: 'db85519888fc7854',
    },
  ],
  groupLabels: { alertname: 'HighLatency' },
  commonLabels: { alertname: 'HighLatency', zone: 'b' },
  commonAnnotations: { summary: 'Latency is high' },
  externalURL: 'http://ext',
};

export interface NotificationJson {
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly generatorURL: string;
    readonly fingerprint: string;
  }[];
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly commonAnnotations: Readonly<Record<string, string>>;
  readonly externalURL: string;
}

const statusOf = (text: string) => (text === 'firing' ? 'firing' : 'resolved');

/** The same as a template's data. */
export function dataOfJson(json: NotificationJson): GoValue {
  return alertmanagerData({
    receiver: json.receiver,
    status: statusOf(json.status),
    alerts: json.alerts.map((alert) => ({
      status: statusOf(alert.status),
      labels: Object.entries(alert.labels),
      annotations: Object.entries(alert.annotations),
      startsAtMs: Date.parse(alert.startsAt),
      endsAtMs: alert.endsAt.startsWith('0001') ? undefined : Date.parse(alert.endsAt),
      generatorUrl: alert.generatorURL,
      fingerprint: alert.fingerprint,
    })),
    groupLabels: Object.entries(json.groupLabels),
    commonLabels: Object.entries(json.commonLabels),
    commonAnnotations: Object.entries(json.commonAnnotations),
    externalUrl: json.externalURL,
  });
}

export const NOTIFICATION = dataOfJson(NOTIFICATION_JSON);

const notifications = parseTemplates([ALERTMANAGER_TEMPLATES], { functions: ALERTMANAGER_FUNCTIONS });

/** What Alertmanager makes of a text. Throws TemplateError. */
export function renderNotification(text: string, options: ExecuteOptions = {}): string {
  return notifications.compile({ name: '', text }).execute(NOTIFICATION, options);
}

const SERIES: readonly TemplateSample[] = [
  {
    labels: [
      ['__name__', 'm'],
      ['instance', 'h:1'],
      ['job', 'node'],
    ],
    value: 1234.5678,
  },
  {
    labels: [
      ['__name__', 'm'],
      ['instance', 'h:2'],
      ['job', 'api'],
    ],
    value: 0.25,
  },
];

const rules = parseTemplates([], { functions: RULE_FUNCTIONS });

/** What Prometheus makes of a rule's text; the series `m` and nothing else can be queried. */
export function renderRule(text: string): string {
  return rules.compile({ name: '__alert_A', text: RULE_VARIABLES + text }).execute(
    ruleData({
      labels: SERIES[0]!.labels,
      externalLabels: [],
      externalUrl: 'http://ext/pre',
      value: 1234.5678,
    }),
    {
      functions: ruleFunctions({
        externalUrl: 'http://ext/pre',
        query: (expression) => (expression === 'm' ? SERIES : []),
      }),
    },
  );
}

/** The output, or the text of the failure: tables check both alike. */
export function outcome(render: () => string): string {
  try {
    return render();
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}
