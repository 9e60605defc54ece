// The definitions that Alertmanager 0.25 loads before a user's files: the default texts of its
// receivers, under their names, which users' templates call and replace.
//
// Most are one of five texts: the subject, the program's name, its URL, nothing, or a list of alerts.
// The lists differ in white space only: `spaced` ones have blank lines around their parts.
// (`email.default.html` is HTML and isn't here.)

import type { TemplateFile } from '../template.ts';

const SUBJECT =
  '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}]' +
  ' {{ join " " .GroupLabels.SortedPairs.Values }}' +
  ' {{ if lt (len .GroupLabels) (len .CommonLabels) }}' +
  '({{ (.CommonLabels.Remove .GroupLabels.Names).Values | join " " }}){{ end }}';

const pairs = (field: string) =>
  `${field}:\n{{ range .${field}.SortedPairs }} - {{ .Name }} = {{ .Value }}\n{{ end }}`;
const ALERT_LIST = `{{ range . }}${pairs('Labels')}${pairs('Annotations')}Source: {{ .GeneratorURL }}\n{{ end }}`;

/** Firing and resolved alerts, each part with what stands before and behind it. */
function alertParts(before: string, behind: string): string {
  const part = (name: string) =>
    `{{ with .Alerts.${name} }}${before}Alerts ${name}:\n{{ template "__text_alert_list" . }}${behind}{{ end }}`;
  return `${part('Firing')}\n${part('Resolved')}`;
}

const ANNOTATIONS = '{{ join " " .CommonAnnotations.SortedPairs.Values }}\n';
const SPACED = `${alertParts('\n', '\n')}\n`;
const DENSE = ANNOTATIONS + alertParts('', '');

const subject = '{{ template "__subject" . }}';
const program = '{{ template "__alertmanager" . }}';
const link = '{{ template "__alertmanagerURL" . }}';

const DEFINITIONS: readonly (readonly [name: string, body: string])[] = [
  ['__alertmanager', 'Alertmanager'],
  ['__alertmanagerURL', '{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}'],
  ['__subject', SUBJECT],
  ['__description', ''],
  ['__text_alert_list', ALERT_LIST],
  ['sns.default.subject', subject],
  ['sns.default.message', ANNOTATIONS + SPACED],
  ['slack.default.title', subject],
  ['slack.default.username', program],
  [
    'slack.default.fallback',
    '{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}',
  ],
  ['slack.default.callbackid', ''],
  ['slack.default.pretext', ''],
  ['slack.default.titlelink', link],
  ['slack.default.iconemoji', ''],
  ['slack.default.iconurl', ''],
  ['slack.default.text', ''],
  ['slack.default.footer', ''],
  ['pagerduty.default.description', subject],
  ['pagerduty.default.client', program],
  ['pagerduty.default.clientURL', link],
  ['pagerduty.default.instances', '{{ template "__text_alert_list" . }}'],
  ['opsgenie.default.message', subject],
  ['opsgenie.default.description', DENSE],
  ['opsgenie.default.source', link],
  ['wechat.default.message', `${subject}\n${DENSE}\nAlertmanagerUrl:\n${link}`],
  ['wechat.default.to_user', ''],
  ['wechat.default.to_party', ''],
  ['wechat.default.to_tag', ''],
  ['wechat.default.agent_id', ''],
  ['victorops.default.state_message', DENSE],
  ['victorops.default.entity_display_name', subject],
  ['victorops.default.monitoring_tool', program],
  ['pushover.default.title', subject],
  ['pushover.default.message', ANNOTATIONS + SPACED],
  ['pushover.default.url', link],
  ['telegram.default.message', `\n${SPACED}`],
  ['discord.default.title', subject],
  ['discord.default.message', `\n${SPACED}`],
  ['webex.default.message', ANNOTATIONS + SPACED],
];

/** A file for `parseTemplates`, to stand before the user's files. */
export const ALERTMANAGER_TEMPLATES: TemplateFile = {
  name: '',
  text: DEFINITIONS.map(([name, body]) => `{{ define "${name}" }}${body}{{ end }}\n`).join(''),
};
