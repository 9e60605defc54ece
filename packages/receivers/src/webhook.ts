// `webhook_configs`: the notification's data as JSON, version 4.

import { ConfigError } from '@ampere/alertmanager';
import { formatTime, GO_ZERO_TIME } from '@ampere/go-text';
import { goJson, sortedRecord } from './go-json.ts';
import { readHttpConfig, send } from './http-sender.ts';
import { factsOf } from './rendering.ts';
import type { SenderFactory } from './sender.ts';
import { checkedUrl } from './settings.ts';

export const webhook: SenderFactory = (settings, global) => {
  const url = settings.text('url');
  if (url === '') throw new ConfigError('one of url or url_file must be configured');
  checkedUrl('webhook_configs.url', url);
  const alertsMax = settings.count('max_alerts');
  const http = readHttpConfig('webhook_configs', settings.plain('http_config') ?? global.httpConfig);
  settings.end(['url_file']);
  return (notification, { outbound, externalUrl }, signal) => {
    const facts = factsOf(notification, externalUrl, alertsMax);
    const body = goJson({
      receiver: facts.receiver,
      status: facts.status,
      alerts: facts.alerts.map(({ alert, resolved }) => ({
        status: resolved ? 'resolved' : 'firing',
        labels: sortedRecord(alert.labels),
        annotations: sortedRecord(alert.annotations),
        startsAt: formatTime(alert.startsAtMs),
        endsAt: resolved ? formatTime(alert.endsAtMs) : GO_ZERO_TIME,
        generatorURL: alert.generatorUrl,
        fingerprint: alert.fingerprint,
      })),
      groupLabels: sortedRecord(facts.groupLabels),
      commonLabels: sortedRecord(facts.commonLabels),
      commonAnnotations: sortedRecord(facts.commonAnnotations),
      externalURL: externalUrl,
      version: '4',
      groupKey: notification.groupKey,
      truncatedAlerts: notification.alerts.length - facts.alerts.length,
    });
    const headers = { 'content-type': 'application/json' };
    return send(outbound, http, { method: 'POST', url, headers, body }, { signal });
  };
};
