// What doesn't need the real Alertmanager to be judged: which answers are tried again, what is refused, what a
// label can't do.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Integration, parseConfig } from '@ampere/alertmanager';
import { formatTime } from '@ampere/go-text';
import { AddressPolicy, type MailMessage, Outbound } from '@ampere/outbound';
import { FakeClock } from '@ampere/platform';
import { Labels } from '@ampere/series';
import type { OutgoingMessage } from '@ampere/sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goJson } from './go-json.ts';
import { checkReceivers, createNotifier } from './notifier.ts';

let url = '';
const answers: number[] = [];
const bodies: string[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += String(piece);
  bodies.push(body);
  response.writeHead(answers.shift() ?? 200).end('said');
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const config = (block: string) =>
  parseConfig(`route: {receiver: r}\nreceivers:\n- name: r\n  ${block.replaceAll('URL', url)}`);
const EVIL = '<img src=x onerror=alert(1)>"\'';

async function notify(block: string, allowPrivate = true) {
  const clock = new FakeClock();
  const published: OutgoingMessage[] = [];
  const mails: MailMessage[] = [];
  const read = config(block);
  const notifier = createNotifier({
    config: read,
    templateFiles: new Map(),
    externalUrl: 'http://am.example',
    publish: (message) => {
      published.push(message);
      return { ok: true, messageId: 'm-1' };
    },
    outbound: new Outbound({ policy: new AddressPolicy({ allowPrivate, allow: [] }), clock }),
    clock,
    sendMail: async (_, message) => {
      mails.push(message);
    },
  });
  const labels = Labels.fromRecord({ alertname: 'A', evil: EVIL });
  const alert = {
    fingerprint: 'f',
    labels,
    annotations: [['summary', EVIL]] as const,
    generatorUrl: 'javascript:alert(1)',
    startsAtMs: 1,
    endsAtMs: 2,
    updatedAtMs: 1,
    timeout: false,
  };
  const integration = read.receivers[0]!.integrations[0] as Integration;
  const sent = await notifier(
    {
      receiver: 'r',
      integration,
      groupKey: '{}:{}',
      groupLabels: Labels.fromRecord({}),
      alerts: [{ alert, resolved: false }],
      nowMs: 1,
    },
    new AbortController().signal,
  );
  return { ...sent, published, mails };
}

const retried = (name: string, block: string, status: number, retry: boolean) =>
  test(`${name}, ${status}: ${retry ? 'tried again' : 'final'}`, async () => {
    answers.push(status);
    const { outcome, answer } = await notify(block);
    expect(outcome).toEqual({ ok: false, retry, reason: `unexpected status code ${status}: said` });
    expect(answer).toBe(`${status}: said`);
  });
const WEBHOOK = 'webhook_configs: [{url: URL}]';
const PAGERDUTY = 'pagerduty_configs: [{url: URL, routing_key: very-secret}]';
const OPSGENIE = 'opsgenie_configs: [{api_url: URL, api_key: very-secret}]';
retried('webhook', WEBHOOK, 500, true);
retried('webhook', WEBHOOK, 429, false);
retried('webhook', WEBHOOK, 404, false);
retried('slack', 'slack_configs: [{api_url: URL}]', 429, false);
retried('pagerduty', PAGERDUTY, 429, true);
retried('pagerduty', PAGERDUTY, 403, false);
retried('opsgenie', OPSGENIE, 429, true);
retried('opsgenie', OPSGENIE, 422, false);

test('what is recorded holds no secrets', async () => {
  for (const block of [PAGERDUTY, OPSGENIE])
    expect(JSON.stringify(await notify(block))).not.toContain('very-secret');
  expect(bodies.join()).toContain('very-secret');
});

test('a private address is refused for good', async () => {
  const before = bodies.length;
  for (const block of [WEBHOOK, 'email_configs: [{to: a@b.c, from: x@y.z, smarthost: "127.0.0.1:25"}]']) {
    const { outcome, mails } = await notify(block, false);
    expect(outcome).toMatchObject({
      ok: false,
      retry: false,
      reason: expect.stringContaining('may not be reached'),
    });
    expect(mails).toEqual([]);
  }
  expect(bodies.length).toBe(before);
});

test('a label can not become markup, a header or a link', async () => {
  const block = `email_configs: [{to: a@b.c, from: x@y.z, smarthost: "127.0.0.1:25", headers: {X-A: "{{ .CommonLabels.evil }}\\r\\nBcc: z"}}]`;
  const { mails, outcome } = await notify(block);
  expect(outcome).toEqual({ ok: true });
  const { html, headers } = mails[0]!;
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&#34;&#39;');
  expect(html).not.toContain('<img');
  expect(html).not.toContain('javascript:');
  expect(headers!['X-A']).not.toMatch(/[\r\n]/);
});

test('a template that fails sends nothing', async () => {
  const { outcome, published } = await notify(
    'sns_configs: [{topic_arn: "arn:aws:sns:a:1:t", message: "{{ slice .Status 99 }}"}]',
  );
  expect(outcome).toMatchObject({ ok: false, retry: false, reason: expect.stringContaining('slice') });
  expect(published).toEqual([]);
});

test('what was published is told', async () => {
  const { texts, answer } = await notify(
    'sns_configs: [{topic_arn: "arn:aws:sns:a:1:t", attributes: {k: v}}]',
  );
  expect(answer).toBe('MessageId m-1');
  expect(texts).toMatchObject({
    to: 'arn:aws:sns:a:1:t',
    'attribute k': 'v',
    subject: expect.stringContaining('[FIRING:1]'),
  });
});

const refused = (block: string, text: string) =>
  test(`refused: ${block}`, () => expect(() => checkReceivers(config(block))).toThrow(text));
refused('webhook_configs: [{url: "ftp://x"}]', 'unsupported scheme');
refused('webhook_configs: [{url: URL, nope: 1}]', 'webhook_configs.nope: is not known');
refused('webhook_configs: [{url: URL, url_file: /etc/passwd}]', 'url_file: is not supported by this server');
refused(
  'webhook_configs: [{url: URL, http_config: {proxy_url: "http://p"}}]',
  'proxy_url: is not supported by this server',
);
refused(
  'webhook_configs: [{url: URL, http_config: {tls_config: {ca_file: /x}}}]',
  'ca_file: is not supported',
);
refused('webhook_configs: [{url: URL, http_config: {bearer_token: a, basic_auth: {}}}]', 'at most one of');
refused('slack_configs: [{}]', 'no global Slack API URL set');
refused('pagerduty_configs: [{}]', 'missing service or routing key in PagerDuty config');
refused('opsgenie_configs: [{}]', 'no global OpsGenie API Key set');
refused('email_configs: [{to: a@b.c}]', 'no global SMTP smarthost set');
refused('telegram_configs: [{}]', 'telegram_configs are not supported');

test("Go's JSON and times", () => {
  expect(goJson({ a: '<&>\u2028\b\f\n"\\' })).toBe(
    '{"a":"\\u003c\\u0026\\u003e\\u2028\\u0008\\u000c\\n\\"\\\\"}\n',
  );
  expect([0, 120, 1500].map(formatTime)).toEqual([
    '1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00.12Z',
    '1970-01-01T00:00:01.5Z',
  ]);
  expect(formatTime(Date.UTC(2031, 0, 1, 0, 0, 10))).toBe('2031-01-01T00:00:10Z');
});
