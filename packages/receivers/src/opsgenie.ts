// `opsgenie_configs`: the Alert API: an alert is created under an alias made of the group, and closed under it.

import { ConfigError } from '@ampere/alertmanager';
import { goJson, sortedRecord } from './go-json.ts';
import { groupHash, readHttpConfig, send } from './http-sender.ts';
import { factsOf, Renderer, splitList, truncate } from './rendering.ts';
import type { SenderFactory, Sent } from './sender.ts';
import { checkedUrl } from './settings.ts';

const MESSAGE_CHARACTERS_MAX = 130;

export const opsgenie: SenderFactory = (settings, global) => {
  const apiKey = settings.text('api_key', global.texts['opsgenie_api_key'] ?? '');
  if (apiKey === '') throw new ConfigError('no global OpsGenie API Key set either inline or in a file');
  const given = settings.text('api_url', global.texts['opsgenie_api_url'] ?? 'https://api.opsgenie.com/');
  const base = checkedUrl('opsgenie_configs.api_url', given).replace(/\/*$/, '/');
  const http = readHttpConfig('opsgenie_configs', settings.plain('http_config') ?? global.httpConfig);
  const message = settings.text('message', '{{ template "opsgenie.default.message" . }}');
  const description = settings.text('description', '{{ template "opsgenie.default.description" . }}');
  const source = settings.text('source', '{{ template "opsgenie.default.source" . }}');
  const details = settings.texts('details');
  const responders = settings.sections('responders').map((responder) => {
    const [id, name, username] = [responder.text('id'), responder.text('name'), responder.text('username')];
    const type = responder.text('type');
    if (id === '' && name === '' && username === '') {
      throw new ConfigError(
        'OpsGenieConfig responder has to have at least one of id, username or name specified',
      );
    }
    responder.end();
    return { id, name, username, type };
  });
  const tags = settings.text('tags');
  const [note, priority, entity] = [
    settings.text('note'),
    settings.text('priority'),
    settings.text('entity'),
  ];
  const updates = settings.boolean('update_alerts', false);
  const actions = settings.text('actions');
  settings.end(['api_key_file']);

  return async (notification, { outbound, templates, externalUrl }, signal): Promise<Sent> => {
    const facts = factsOf(notification, externalUrl);
    const renderer = new Renderer(templates, facts);
    const render = (text: string) => renderer.text(text);
    const alias = groupHash(notification.groupKey);
    const key = render(apiKey);
    const call = (method: string, path: string, body: object) =>
      send(
        outbound,
        http,
        {
          method,
          url: base + path,
          headers: { 'content-type': 'application/json', authorization: `GenieKey ${key}` },
          body: goJson(body),
        },
        { retryCodes: [429], signal },
      );
    if (facts.status === 'resolved') {
      return call('POST', `v2/alerts/${alias}/close?identifierType=alias`, { source: render(source) });
    }
    const text = truncate(render(message), MESSAGE_CHARACTERS_MAX);
    const shownDetails = sortedRecord(
      new Map([
        ...facts.commonLabels,
        ...[...details].map(([name, value]) => [name, render(value)] as const),
      ]),
    );
    const list = (template: string) => {
      const parts = splitList(render(template));
      return parts.length === 0 ? undefined : parts;
    };
    const shownResponders = responders.flatMap<object>(({ id, name, username, type }) => {
      const shown = { id: render(id), name: render(name), username: render(username), type: render(type) };
      if (shown.id === '' && shown.name === '' && shown.username === '') return [];
      if (shown.type === 'teams') return splitList(shown.name).map((team) => ({ name: team, type: 'team' }));
      return [
        {
          id: shown.id || undefined,
          name: shown.name || undefined,
          username: shown.username || undefined,
          type: shown.type,
        },
      ];
    });
    const created = await call('POST', 'v2/alerts', {
      alias,
      message: text,
      description: render(description) || undefined,
      details: shownDetails,
      source: render(source),
      responders: shownResponders.length === 0 ? undefined : shownResponders,
      tags: list(tags),
      note: render(note) || undefined,
      priority: render(priority) || undefined,
      entity: render(entity) || undefined,
      actions: list(actions),
    });
    if (!updates || !created.outcome.ok) return created;
    // An alert that is open keeps its texts unless they are set again.
    const updated = await call('PUT', `v2/alerts/${alias}/message?identifierType=alias`, { message: text });
    if (!updated.outcome.ok) return updated;
    return call('PUT', `v2/alerts/${alias}/description?identifierType=alias`, {
      description: render(description),
    });
  };
};
