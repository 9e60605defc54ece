// What a notification says: its data, and the texts that templates make of it.
//
// Alertmanager renders `html` with html/template, which escapes by context. Here the data is escaped before the
// template sees it, for text and quoted attributes alike; a link that isn't http or https is left out. So
// nothing in a label can become markup, but a comparison inside such a template sees `&lt;` for `<`.

import type { FlushedAlert, Notification } from '@ampere/alertmanager';
import { alertmanagerData, type GoValue, type NotificationData, type Template } from '@ampere/go-template';

type Pairs = readonly (readonly [string, string])[];

export interface NotificationFacts {
  readonly status: 'firing' | 'resolved';
  /** As templates show it: quoted for a regular expression. */
  readonly receiver: string;
  readonly alerts: readonly FlushedAlert[];
  readonly groupLabels: Pairs;
  readonly commonLabels: Pairs;
  readonly commonAnnotations: Pairs;
  readonly externalUrl: string;
}

/** The facts of a notification, of the first `alertsMax` of its alerts when that isn't 0. */
export function factsOf(notification: Notification, externalUrl: string, alertsMax = 0): NotificationFacts {
  const alerts = alertsMax === 0 ? notification.alerts : notification.alerts.slice(0, alertsMax);
  return {
    status: alerts.some(({ resolved }) => !resolved) ? 'firing' : 'resolved',
    receiver: notification.receiver.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
    alerts,
    groupLabels: [...notification.groupLabels],
    commonLabels: common(alerts.map(({ alert }) => [...alert.labels])),
    commonAnnotations: common(alerts.map(({ alert }) => alert.annotations)),
    externalUrl,
  };
}

/** The pairs that all have. */
function common(lists: readonly Pairs[]): Pairs {
  const [first = [], ...others] = lists.map((pairs) => new Map(pairs));
  return [...first].filter(([name, value]) => others.every((other) => other.get(name) === value));
}

/** Renders the texts of one notification. Throws TemplateError. */
export class Renderer {
  readonly #templates: Template;
  readonly #facts: NotificationFacts;
  #data: GoValue | undefined;
  #escapedData: GoValue | undefined;

  constructor(templates: Template, facts: NotificationFacts) {
    this.#templates = templates;
    this.#facts = facts;
  }

  text(template: string): string {
    if (!template.includes('{{')) return template;
    this.#data ??= alertmanagerData(templateData(this.#facts));
    return this.#templates.compile({ name: '', text: template }).execute(this.#data);
  }

  html(template: string): string {
    if (!template.includes('{{')) return template;
    this.#escapedData ??= alertmanagerData(escapedData(templateData(this.#facts)));
    return this.#templates.compile({ name: '', text: template }).execute(this.#escapedData);
  }
}

function templateData(facts: NotificationFacts): NotificationData {
  return {
    receiver: facts.receiver,
    status: facts.status,
    alerts: facts.alerts.map(({ alert, resolved }) => ({
      status: resolved ? 'resolved' : 'firing',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAtMs: alert.startsAtMs,
      ...(resolved ? { endsAtMs: alert.endsAtMs } : {}),
      generatorUrl: alert.generatorUrl,
      fingerprint: alert.fingerprint,
    })),
    groupLabels: facts.groupLabels,
    commonLabels: facts.commonLabels,
    commonAnnotations: facts.commonAnnotations,
    externalUrl: facts.externalUrl,
  };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '+': '&#43;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[\0&<>"'+]/g, (found) => ESCAPES[found]!);
}

function escapedData(data: NotificationData): NotificationData {
  const pairs = (list: Iterable<readonly [string, string]>): Pairs =>
    [...list].map(([name, value]) => [escapeHtml(name), escapeHtml(value)]);
  const link = (url: string) => (/^https?:/i.test(url) ? escapeHtml(url) : '');
  return {
    ...data,
    receiver: escapeHtml(data.receiver),
    alerts: data.alerts.map((alert) => ({
      ...alert,
      labels: pairs(alert.labels),
      annotations: pairs(alert.annotations),
      generatorUrl: link(alert.generatorUrl),
    })),
    groupLabels: pairs(data.groupLabels),
    commonLabels: pairs(data.commonLabels),
    commonAnnotations: pairs(data.commonAnnotations),
    externalUrl: link(data.externalUrl),
  };
}

/** At most so many characters, the last of them an ellipsis where something was cut. */
export function truncate(text: string, charactersMax: number): string {
  const characters = [...text];
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`;
}

/** The parts between commas that aren't empty; blanks count but for those around the whole. */
export function splitList(text: string): string[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '');
}
