// `pagerduty_configs`: the Events API, version 2 with a routing key, version 1 with a service key.

import { ConfigError } from '@ampere/alertmanager';
import { goJson, sortedRecord } from './go-json.ts';
import { groupHash, readHttpConfig, send } from './http-sender.ts';
import { factsOf, Renderer, truncate } from './rendering.ts';
import { notSent, type SenderFactory, type Sent } from './sender.ts';
import { checkedUrl } from './settings.ts';

const V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json';
const V2_URL = 'https://events.pagerduty.com/v2/enqueue';
const DESCRIPTION_CHARACTERS_MAX = 1024;
const EVENT_BYTES_MAX = 512_000;
const DETAILS_REMOVED =
  'Custom details have been removed because the original event exceeds the maximum size of 512KB';
const DETAILS: readonly (readonly [string, string])[] = [
  ['firing', '{{ template "pagerduty.default.instances" .Alerts.Firing }}'],
  ['resolved', '{{ template "pagerduty.default.instances" .Alerts.Resolved }}'],
  ['num_firing', '{{ .Alerts.Firing | len }}'],
  ['num_resolved', '{{ .Alerts.Resolved | len }}'],
];

export const pagerduty: SenderFactory = (settings, global) => {
  const routingKey = settings.text('routing_key');
  const serviceKey = settings.text('service_key');
  if (routingKey === '' && serviceKey === '')
    throw new ConfigError('missing service or routing key in PagerDuty config');
  const url = checkedUrl(
    'pagerduty_configs.url',
    settings.text('url', global.texts['pagerduty_url'] ?? V2_URL),
  );
  const http = readHttpConfig('pagerduty_configs', settings.plain('http_config') ?? global.httpConfig);
  const client = settings.text('client', '{{ template "pagerduty.default.client" . }}');
  const clientUrl = settings.text('client_url', '{{ template "pagerduty.default.clientURL" . }}');
  const description = settings.text('description', '{{ template "pagerduty.default.description" .}}');
  const severity = settings.text('severity') || 'error';
  const details = new Map([...DETAILS, ...settings.texts('details')]);
  const [klass, component, group] = [
    settings.text('class'),
    settings.text('component'),
    settings.text('group'),
  ];
  const images = settings.sections('images').map((image) => {
    const read = { src: image.text('src'), alt: image.text('alt'), href: image.text('href') };
    image.end();
    return read;
  });
  const links = settings.sections('links').map((link) => {
    const read = { href: link.text('href'), text: link.text('text') };
    link.end();
    return read;
  });
  settings.end(['service_key_file', 'routing_key_file', 'source']);

  return async (notification, { outbound, templates, externalUrl }, signal): Promise<Sent> => {
    const facts = factsOf(notification, externalUrl);
    const renderer = new Renderer(templates, facts);
    const render = (text: string) => renderer.text(text);
    const orNothing = (text: string) => render(text) || undefined;
    const key = groupHash(notification.groupKey);
    const type = facts.status === 'resolved' ? 'resolve' : 'trigger';
    const rendered = sortedRecord([...details].map(([name, text]) => [name, render(text)]));
    const summary = truncate(render(description), DESCRIPTION_CHARACTERS_MAX);
    const post = (to: string, body: string, retryCodes: readonly number[]) =>
      send(
        outbound,
        http,
        { method: 'POST', url: to, headers: { 'content-type': 'application/json' }, body },
        { retryCodes, texts: { summary, ...rendered }, signal },
      );
    if (serviceKey !== '') {
      const message = (shown: Record<string, string>) =>
        goJson({
          service_key: orNothing(serviceKey),
          incident_key: key,
          event_type: type,
          description: summary || undefined,
          event_action: '',
          payload: null,
          client: type === 'trigger' ? orNothing(client) : undefined,
          client_url: type === 'trigger' ? orNothing(clientUrl) : undefined,
          details: shown,
        });
      return post(V1_URL, withinBytes(message, rendered), [403]);
    }
    const routing = render(routingKey);
    if (routing === '') return notSent('routing key cannot be empty', false);
    const shownImages = images
      .map(({ src, alt, href }) => ({ src: render(src), alt: render(alt), href: render(href) }))
      .filter(({ src }) => src !== '');
    const shownLinks = links
      .map(({ href, text }) => ({ href: render(href), text: render(text) }))
      .filter(({ href }) => href !== '');
    const message = (shown: Record<string, string>) =>
      goJson({
        routing_key: routing,
        dedup_key: key,
        event_action: type,
        payload: {
          summary,
          source: render(client),
          severity: render(severity),
          class: orNothing(klass),
          component: orNothing(component),
          group: orNothing(group),
          custom_details: shown,
        },
        client: orNothing(client),
        client_url: orNothing(clientUrl),
        images: shownImages.length === 0 ? undefined : shownImages,
        links: shownLinks.length === 0 ? undefined : shownLinks,
      });
    return post(url, withinBytes(message, rendered), [429]);
  };
};

/** The message; without its details when it is larger than PagerDuty takes. */
function withinBytes(
  message: (details: Record<string, string>) => string,
  details: Record<string, string>,
): string {
  const whole = message(details);
  return Buffer.byteLength(whole) <= EVENT_BYTES_MAX ? whole : message({ error: DETAILS_REMOVED });
}
