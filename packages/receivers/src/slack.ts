// `slack_configs`: one attachment to an incoming webhook or to the Web API's chat.postMessage.

import { ConfigError } from '@ampere/alertmanager';
import { goJson } from './go-json.ts';
import { readHttpConfig, send } from './http-sender.ts';
import { factsOf, Renderer, truncate } from './rendering.ts';
import type { SenderFactory } from './sender.ts';
import { checkedUrl, type Settings } from './settings.ts';

const TITLE_CHARACTERS_MAX = 1024;
const template = (name: string) => `{{ template "slack.default.${name}" . }}`;

/** Texts of the attachment: key of the block, key in the message, default, whether it is there when empty. */
const TEXTS: readonly (readonly [key: string, json: string, fallback: string, always: boolean])[] = [
  ['title', 'title', template('title'), false],
  ['title_link', 'title_link', template('titlelink'), false],
  ['pretext', 'pretext', template('pretext'), false],
  ['text', 'text', template('text'), true],
  ['fallback', 'fallback', template('fallback'), true],
  ['callback_id', 'callback_id', template('callbackid'), true],
];
const LATER_TEXTS: typeof TEXTS = [
  ['image_url', 'image_url', '', false],
  ['thumb_url', 'thumb_url', '', false],
  ['footer', 'footer', template('footer'), true],
  ['color', 'color', '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}', false],
];

interface Field {
  readonly title: string;
  readonly value: string;
  readonly short: boolean;
}

type Render = (template: string) => string;
type Action = (render: Render) => Record<string, unknown>;

export const slack: SenderFactory = (settings, global) => {
  const url = settings.text('api_url', global.texts['slack_api_url'] ?? '');
  if (url === '') throw new ConfigError('no global Slack API URL set either inline or in a file');
  checkedUrl('slack_configs.api_url', url);
  const http = readHttpConfig('slack_configs', settings.plain('http_config') ?? global.httpConfig);
  const channel = settings.text('channel');
  const username = settings.text('username', template('username'));
  const iconEmoji = settings.text('icon_emoji', template('iconemoji'));
  const iconUrl = settings.text('icon_url', template('iconurl'));
  const linkNames = settings.boolean('link_names', false);
  const shortFields = settings.boolean('short_fields', false);
  const texts = TEXTS.map(([key, , fallback]) => settings.text(key, fallback));
  const laterTexts = LATER_TEXTS.map(([key, , fallback]) => settings.text(key, fallback));
  const fields = settings.sections('fields').map((field) => readField(field, shortFields));
  const actions = settings.sections('actions').map(readAction);
  const markdownIn = settings.list('mrkdwn_in');
  settings.end(['api_url_file']);

  return (notification, { outbound, templates, externalUrl }, signal) => {
    const renderer = new Renderer(templates, factsOf(notification, externalUrl));
    const render = (text: string) => renderer.text(text);
    const rendered = (table: typeof TEXTS, values: readonly string[]) =>
      table.map(([key, json, , always], index) => {
        const text = render(values[index]!);
        return [
          json,
          always ? text : orNothing(key === 'title' ? truncate(text, TITLE_CHARACTERS_MAX) : text),
        ];
      });
    const attachment = {
      ...Object.fromEntries(rendered(TEXTS, texts)),
      fields: orNone(
        fields.map((field) => ({
          title: render(field.title),
          value: render(field.value),
          short: field.short,
        })),
      ),
      actions: orNone(actions.map((action) => action(render))),
      ...Object.fromEntries(rendered(LATER_TEXTS, laterTexts)),
      mrkdwn_in: markdownIn.length === 0 ? ['fallback', 'pretext', 'text'] : markdownIn,
    };
    const body = goJson({
      channel: orNothing(render(channel)),
      username: orNothing(render(username)),
      icon_emoji: orNothing(render(iconEmoji)),
      icon_url: orNothing(render(iconUrl)),
      link_names: linkNames || undefined,
      attachments: [attachment],
    });
    const headers = { 'content-type': 'application/json' };
    return send(outbound, http, { method: 'POST', url, headers, body }, { signal });
  };
};

function readField(field: Settings, ofAbsent: boolean): Field {
  const [title, value] = [field.text('title'), field.text('value')];
  if (title === '') throw new ConfigError('missing title in Slack field configuration');
  if (value === '') throw new ConfigError('missing value in Slack field configuration');
  const read = { title, value, short: field.boolean('short', ofAbsent) };
  field.end();
  return read;
}

function readAction(action: Settings): Action {
  const [type, text, url] = [action.text('type'), action.text('text'), action.text('url')];
  const [style, name, value] = [action.text('style'), action.text('name'), action.text('value')];
  if (type === '') throw new ConfigError('missing type in Slack action configuration');
  if (text === '') throw new ConfigError('missing text in Slack action configuration');
  if (url === '' && name === '') throw new ConfigError('missing name or url in Slack action configuration');
  const confirm = action.section('confirm');
  const asked = confirm && {
    text: confirm.text('text'),
    title: confirm.text('title'),
    ok_text: confirm.text('ok_text'),
    dismiss_text: confirm.text('dismiss_text'),
  };
  if (asked?.text === '') throw new ConfigError('missing text in Slack confirmation configuration');
  confirm?.end();
  action.end();
  return (render) => ({
    type: render(type),
    text: render(text),
    url: orNothing(render(url)),
    style: orNothing(render(style)),
    name: orNothing(render(name)),
    value: orNothing(render(value)),
    confirm: asked && {
      text: render(asked.text),
      title: orNothing(render(asked.title)),
      ok_text: orNothing(render(asked.ok_text)),
      dismiss_text: orNothing(render(asked.dismiss_text)),
    },
  });
}

function orNothing(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function orNone<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
