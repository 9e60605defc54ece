// The same configuration and alerts given to the real Alertmanager and to us: what arrives must be the same.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ALERTMANAGER_LIMITS, Alertmanager, parseConfig } from '@ampere/alertmanager';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import { SystemClock, SystemRandom } from '@ampere/platform';
import { SnsClient } from '@ampere/sns';
import { describeWith, RealAlertmanager, type ReceivedMail, startMailServer, until } from '@ampere/testing';
import { afterAll, expect, test } from 'vitest';
import { checkReceivers, createNotifier } from './notifier.ts';

// Begun in the future, so that neither program flushes before all of a group are there.
const alert = (labels: Record<string, string>, annotations: Record<string, string> = {}) => ({
  labels,
  annotations,
  startsAt: '2031-05-06T07:08:09.120Z',
  endsAt: '2031-05-06T08:00:00Z',
  generatorURL: 'http://prometheus.example/graph?g0.expr=a+%3E+1&g0.tab=1',
});
const ALERTS = [
  alert(
    { alertname: 'Disk', severity: 'page', instance: 'b"<&>\u2028' },
    { summary: 'disk <b>full</b> & "so"', note: 'x\ty' },
  ),
  alert(
    { alertname: 'Disk', severity: 'page', instance: 'a', job: 'node' },
    { summary: 'disk <b>full</b> & "so"' },
  ),
  alert({ alertname: 'Disk', severity: 'page', instance: 'c', Zone: 'é' }, {}),
];

interface Call {
  readonly line: string;
  readonly headers: Record<string, string | undefined>;
  readonly body: string;
}

/** Takes down what it is sent, by the first part of the path: `/real` or `/ours`. */
async function startReceiver() {
  const calls: Record<string, Call[]> = { real: [], ours: [] };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += String(piece);
    const [, side = '', ...rest] = (request.url ?? '').split('/');
    const { headers } = request;
    calls[side]?.push({
      line: `${request.method} /${rest.join('/')}`,
      headers: {
        'content-type': headers['content-type'],
        authorization: headers.authorization?.replace(/(Credential=[^/]*).*/, '$1'),
        'user-agent': headers['user-agent'],
      },
      body,
    });
    response
      .writeHead(200)
      .end('<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

describeWith('the real Alertmanager', ['alertmanager'], ({ alertmanager }) => {
  const external = 'http://alertmanager.example/am';

  /** Runs both with a receiver's block, in which `URL` stands for the side's address; the calls of each. */
  async function both(
    block: string,
    options: {
      alerts?: readonly object[];
      global?: string;
      groupBy?: string;
      resolves?: boolean;
      port?: number;
    } = {},
  ) {
    const receiver = await startReceiver();
    const config = (side: string) =>
      `global: {resolve_timeout: 5m${options.global === undefined ? '' : `, ${options.global}`}}
route: {receiver: team.x, group_wait: 500ms, group_interval: 1s, group_by: [${options.groupBy ?? 'alertname'}]}
receivers:
- name: team.x
  ${block.replaceAll('URL', `${receiver.url}/${side}`).replaceAll('\n', '\n  ')}
`;
    const alerts = options.alerts ?? ALERTS;
    const real = await startReal(config('real'), alerts);
    const ours = startOurs(config('ours'), alerts);
    const { calls } = receiver;
    if (options.resolves === true) {
      await until('both', () => calls['real']!.length > 0 && calls['ours']!.length > 0, 30_000);
      const past = { startsAt: '2021-05-06T07:08:09.000Z', endsAt: '2021-05-06T08:00:00.5Z' };
      const ended = alerts.map((one) => ({ ...one, ...past }));
      await post(real, ended);
      postOurs(ours, ended);
    }
    return calls;
  }

  async function startReal(config: string, alerts: readonly object[]): Promise<string> {
    const args = [`--web.external-url=${external}`, '--web.route-prefix=/'];
    const { url } = await RealAlertmanager.start(alertmanager, config, args);
    await post(url, alerts);
    return url;
  }

  async function post(url: string, alerts: readonly object[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers,
      body: JSON.stringify(alerts),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  const opened: Alertmanager[] = [];
  afterAll(() => {
    for (const one of opened) one.stop();
  });

  function startOurs(text: string, alerts: readonly object[]): Alertmanager {
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const outbound = new Outbound({ policy: new AddressPolicy({ allowPrivate: true, allow: [] }), clock });
    const client = new SnsClient({ outbound, trusted: outbound, clock, random, region: 'eu-west-1' });
    const config = parseConfig(text);
    checkReceivers(config);
    const failures: string[] = [];
    const notify = createNotifier({
      config,
      templateFiles: new Map(),
      externalUrl: external,
      publish: (message, identity, signal) => client.publish(message, identity, signal),
      outbound,
      clock,
    });
    const ours = new Alertmanager({
      config,
      clock,
      random,
      notify: async (notification, signal) => {
        const { outcome } = await notify(notification, signal);
        if (!outcome.ok) failures.push(outcome.reason);
        expect(failures).toEqual([]);
        return outcome;
      },
      limits: ALERTMANAGER_LIMITS,
      restore: null,
      onFlush: () => {},
      onLimit: (reason) => failures.push(reason),
    });
    opened.push(ours);
    postOurs(ours, alerts);
    return ours;
  }

  function postOurs(ours: Alertmanager, alerts: readonly object[]): void {
    ours.post(
      (alerts as ReturnType<typeof alert>[]).map(
        ({ labels, annotations, startsAt, endsAt, generatorURL }) => ({
          labels,
          annotations,
          generatorUrl: generatorURL,
          startsAtMs: Date.parse(startsAt),
          endsAtMs: endsAt === undefined ? null : Date.parse(endsAt),
        }),
      ),
    );
  }

  const same = (name: string, block: string, options: Parameters<typeof both>[1] & { calls?: number } = {}) =>
    test(name, { timeout: 60_000 }, async () => {
      const calls = await both(block, options);
      const count = options.calls ?? 1;
      await until(
        'both',
        () => calls['real']!.length >= count && calls['ours']!.length >= count,
        30_000,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)} ${JSON.stringify(calls)}`);
      });
      const shown = (list: readonly Call[]) =>
        list
          .map((call) => ({ ...call, body: call.body.replaceAll('/real', '/ours') }))
          .sort((a, b) => (a.line < b.line ? -1 : 1));
      expect(shown(calls['ours']!)).toEqual(shown(calls['real']!));
    });

  for (const [kind, block] of [
    ['webhook', 'webhook_configs: [{url: URL/h}]'],
    ['slack', 'slack_configs: [{api_url: URL/h, send_resolved: true}]'],
    ['pagerduty', 'pagerduty_configs: [{routing_key: k, url: URL/h}]'],
    ['opsgenie', 'opsgenie_configs: [{api_key: k, api_url: URL/}]'],
  ] as const)
    same(`${kind}, resolved`, block, { resolves: true, calls: 2 });
  same('webhook', 'webhook_configs: [{url: URL/hook}]');
  same(
    'webhook, three of them cut to two, with a login',
    'webhook_configs: [{url: URL/hook, max_alerts: 2, http_config: {basic_auth: {username: u, password: p}}}]',
  );
  same(
    'webhook, a bearer token',
    'webhook_configs: [{url: URL/hook, http_config: {authorization: {credentials: abc}}}]',
    { alerts: [ALERTS[1]!] },
  );
  same('webhook, grouped by nothing', 'webhook_configs: [{url: URL/hook}]', { groupBy: '' });
  same('webhook, global http_config', 'webhook_configs: [{url: URL/hook}]', {
    global: 'http_config: {bearer_token: t}',
  });
  same('slack', 'slack_configs: [{api_url: URL/slack}]');
  same(
    'slack, everything',
    `slack_configs:
- api_url: URL/slack
  channel: '#{{ .CommonLabels.severity }}'
  username: me
  icon_emoji: ':x:'
  link_names: true
  short_fields: true
  title: '{{ range .Alerts }}{{ .Labels.instance }} {{ end }}'
  text: '{{ .CommonAnnotations.summary }}'
  image_url: http://i/
  thumb_url: http://t/
  color: '{{ .Status }}'
  mrkdwn_in: [text]
  fields: [{title: a, value: '{{ .Status }}'}, {title: b, value: c, short: false}]
  actions:
  - {type: button, text: t, url: http://u, style: danger}
  - {type: button, text: t, name: n, value: v, confirm: {text: sure, ok_text: yes, title: T}}`,
  );
  same('pagerduty 2', 'pagerduty_configs: [{routing_key: k, url: URL/pd}]');
  same(
    'pagerduty 2, everything',
    `pagerduty_configs:
- routing_key: '{{ .CommonLabels.severity }}'
  url: URL/pd
  severity: '{{ .CommonLabels.severity }}'
  class: c
  component: d
  group: e
  details: {firing: f, zone: '{{ .CommonLabels.severity }}'}
  images: [{src: s, alt: a, href: h}, {alt: a}]
  links: [{href: h, text: t}, {text: t}]`,
  );
  same('opsgenie', 'opsgenie_configs: [{api_key: k, api_url: URL/og}]');
  same(
    'opsgenie, everything',
    `opsgenie_configs:
- api_key: k
  api_url: URL/og/
  message: '{{ range .Alerts }}{{ .Labels.instance }} long long long long long long long long long {{ end }}'
  description: d
  source: s
  tags: 'a, b ,c'
  note: n
  priority: P1
  entity: e
  actions: x,y
  update_alerts: true
  details: {severity: other, own: '{{ .Status }}'}
  responders: [{name: ops, type: team}, {name: '{{ .Nope }}', type: user}, {id: i, type: escalation}]`.replace(
      `{name: '{{ .Nope }}', type: user}, `,
      '',
    ),
    { calls: 3 },
  );
  const sns = (fields: string) =>
    `sns_configs: [{api_url: URL, ${fields}, sigv4: {region: eu-west-1, access_key: AKIATEST, secret_key: s}}]`;
  const ARN = 'topic_arn: "arn:aws:sns:eu-west-1:123456789012:t"';

  const sameForm = (name: string, block: string) =>
    test(name, { timeout: 60_000 }, async () => {
      const calls = await both(block);
      await until('both', () => calls['real']!.length > 0 && calls['ours']!.length > 0, 30_000);
      const fields = (side: string) => [...new URLSearchParams(calls[side]![0]!.body)].sort();
      expect(fields('ours')).toEqual(fields('real'));
    });
  sameForm('sns', sns(ARN));
  sameForm(
    'sns, everything',
    sns(
      `${ARN}, subject: 's {{ .Status }}', message: '{{ .CommonLabels.severity }}', attributes: {b: x, a: '{{ .Status }}'}`,
    ),
  );
  sameForm('sns, FIFO', sns('topic_arn: "arn:aws:sns:eu-west-1:123456789012:t.fifo"'));
  sameForm('sns, a telephone, cut', sns(`phone_number: '+1555', message: '{{ printf "%2000d" 1 }}'`));
  sameForm('sns, no subject', sns(`${ARN}, subject: ''`));

  const sameMail = (name: string, fields: string, texts: (text: string) => string = (text) => text) =>
    test(name, { timeout: 60_000 }, async () => {
      const [real, ours] = [await startMailServer(), await startMailServer()];
      const config = (port: number) =>
        `global: {smtp_smarthost: '127.0.0.1:${port}', smtp_from: 'am@example.com', smtp_require_tls: false}
route: {receiver: r, group_wait: 500ms, group_by: [alertname]}
receivers: [{name: r, email_configs: [{to: 'a@example.com, b@example.com', ${fields}}]}]`;
      await startReal(config(real.port), ALERTS);
      startOurs(config(ours.port), ALERTS);
      const first = (mails: ReceivedMail[]) => until('a mail', () => mails[0], 30_000);
      const shown = (mail: ReceivedMail) => {
        const { headers, parts } = parseMail(mail.text);
        return { ...mail, text: undefined, headers, parts: parts.map(texts) };
      };
      expect(shown(await first(ours.mails))).toEqual(shown(await first(real.mails)));
    });
  sameMail(
    'email, text and HTML',
    `text: '{{ template "sns.default.message" . }}', html: '<p>{{ range .Alerts }}{{ .Labels.instance }} {{ .GeneratorURL }}{{ end }}</p>', auth_username: u, auth_password: p`,
  );
  sameMail(
    'email, headers',
    `headers: {subject: 'é {{ .Status }}', reply-to: x@example.com}, html: '', text: 'a'`,
  );
  sameMail('email, the default page says the same', 'send_resolved: true', (html) =>
    html
      .replace(/<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
});

/** The headers that say something, and the decoded parts. */
function parseMail(text: string): { headers: Record<string, string>; parts: string[] } {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const fields = head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => /^([^:]+): ?(.*)$/.exec(line)!.slice(1));
  const all = Object.fromEntries(fields.map(([name, value]) => [name!.toLowerCase(), decodeWord(value!)]));
  const body = rest.join('\r\n\r\n');
  const boundary = /boundary="?([^";]+)/.exec(all['content-type'] ?? '')?.[1];
  const pieces = boundary === undefined ? [text] : body.split(`--${boundary}`).slice(1, -1);
  const parts = pieces.map((piece) => {
    const [partHead = '', ...partBody] = piece.replace(/^\r\n/, '').split('\r\n\r\n');
    const content = partBody.join('\r\n\r\n');
    if (/base64/i.test(partHead)) return Buffer.from(content, 'base64').toString().trim();
    if (!/quoted-printable/i.test(partHead)) return content.replaceAll('\r\n', '\n').trim();
    const bytes = content
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString().replaceAll('\r\n', '\n').trim();
  });
  const { from, to, subject, 'reply-to': replyTo } = all;
  return {
    headers: { from: from!, to: to!, subject: subject!, ...(replyTo === undefined ? {} : { replyTo }) },
    parts,
  };
}

function decodeWord(text: string): string {
  return text.replace(/=\?utf-8\?q\?(.*?)\?=/gi, (_, word: string) =>
    Buffer.from(
      word
        .replaceAll('_', ' ')
        .replace(/=([0-9A-F]{2})/g, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString(),
  );
}
