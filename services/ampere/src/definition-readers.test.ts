// Rule files and alert manager definitions as the control plane hears of them, in the service's words.
import { Limits, parseLimits } from '@ampere/limits';
import { expect, test } from 'vitest';
import { definitionReaders } from './definition-readers.ts';

const ACCOUNT = '123456789012';
const limits = new Limits(
  parseLimits({ workspaces: { 'ws-small': { alert_manager_definition_size: '20B' } } }),
);
const readers = definitionReaders(limits, { accountId: () => ACCOUNT, receivers: 'sns' });
const base64 = (text: string) => Buffer.from(text).toString('base64');

function rules(name: string, text: string, expected: object): void {
  test(`rules: ${name}`, () => expect(readers.ruleFile!(Buffer.from(text))).toEqual(expected));
}

function definition(name: string, text: string, expected: object, workspaceId = 'ws-1'): void {
  test(`alert manager definition: ${name}`, () =>
    expect(readers.alertManager!(Buffer.from(text), workspaceId)).toEqual(expected));
}

const GROUPS =
  'groups:\n- name: g1\n  rules:\n  - {record: a, expr: up}\n  - {record: b, expr: up}\n- name: g2\n';
const TWO = {
  problems: [],
  groups: [
    { name: 'g1', rulesCount: 2 },
    { name: 'g2', rulesCount: 0 },
  ],
};

rules('two groups', GROUPS, TWO);
rules('encoded once more', base64(GROUPS), TWO);
rules('no groups', '', { problems: [], groups: [] });
rules('faults', 'groups:\n- name: ""\n- name: g1\n  rules:\n  - record: job:up:avg\n', {
  problems: [
    '0:0: Groupname must not be empty',
    expect.stringMatching(/group "g1", rule 1, "job:up:avg": field 'expr' must be set in rule$/),
  ],
  groups: [],
});

const topic = (accountId: string) => `arn:aws:sns:eu-west-1:${accountId}:alerts`;
const config = (text: string) => `alertmanager_config: |\n${text.replace(/^/gm, '  ')}\n`;
const sns = (accountId: string) =>
  config(
    `route: {receiver: r}\nreceivers:\n- name: r\n  sns_configs:\n  - topic_arn: ${topic(accountId)}\n    sigv4: {region: eu-west-1}`,
  );
const failed = (message: string) => ({
  kind: 'failed',
  reason: `status=400, message=error validating Alertmanager config: ${message}`,
});

definition('a topic of the account', sns(ACCOUNT), { kind: 'good' });
definition('encoded once more', base64(sns(ACCOUNT)), { kind: 'good' });
definition('encoded once more, to fail later', base64(config('receivers: []')), failed('no routes provided'));
definition('empty', '', { kind: 'refused', message: 'Empty Alertmanager definition.' });
definition('a topic of another account', sns('999999999999'), {
  kind: 'refused',
  message: expect.stringMatching(/account/i),
});
definition(
  'another kind of receiver',
  config(
    'route: {receiver: r}\nreceivers:\n- name: r\n  email_configs: [{to: x}]\nglobal: {smtp_smarthost: "a:1", smtp_from: x}',
  ),
  {
    kind: 'refused',
    message: 'Invalid Alertmanager receiver type: [email_configs]',
  },
);
definition('no route', config('receivers: []'), failed('no routes provided'));
definition(
  'a receiver that is not there',
  config('route: {receiver: r2}\nreceivers: [{name: r}]'),
  failed('undefined receiver "r2" used in route'),
);
definition(
  'a template that is none',
  `template_files:\n  t: '{{ nofunc }}'\n${config('templates: [t]\nroute: {receiver: r}\nreceivers: [{name: r}]')}`,
  failed('template: t:1: function "nofunc" not defined'),
);
definition(
  'more than the workspace may have',
  sns(ACCOUNT),
  { kind: 'refused', message: 'Alertmanager configuration is too big, limit: 20 bytes' },
  'ws-small',
);

const openReaders = definitionReaders(limits, { accountId: () => ACCOUNT, receivers: 'all' });
function anyReceiver(name: string, block: string, expected: object): void {
  test(`every receiver: ${name}`, () => {
    const text = config(`route: {receiver: r}\nreceivers:\n- name: r\n  ${block}`);
    expect(openReaders.alertManager!(Buffer.from(text), 'ws-1')).toEqual(expected);
  });
}

anyReceiver('webhook', 'webhook_configs: [{url: "https://example.com/"}]', { kind: 'good' });
anyReceiver('a topic of another account', `sns_configs: [{topic_arn: "${topic('999999999999')}"}]`, {
  kind: 'good',
});
anyReceiver(
  'a webhook without a URL',
  'webhook_configs: [{}]',
  failed('one of url or url_file must be configured'),
);
anyReceiver(
  'a file of the server',
  'webhook_configs: [{url: "https://example.com/", http_config: {bearer_token_file: /etc/passwd}}]',
  failed('webhook_configs.http_config.bearer_token_file: is not supported by this server'),
);
anyReceiver(
  'e-mail without a smarthost',
  'email_configs: [{to: a@b.c}]',
  failed('no global SMTP smarthost set'),
);
anyReceiver(
  'one that is not there',
  'discord_configs: [{webhook_url: "https://example.com/"}]',
  failed(
    'discord_configs are not supported by this server; sns_configs, email_configs, opsgenie_configs, pagerduty_configs, slack_configs, webhook_configs are',
  ),
);

const CLUSTER = `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/one`;
const PODS = Buffer.from(
  'scrape_configs: [{job_name: j, kubernetes_sd_configs: [{role: pod}], authorization: {credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token}}]',
);

test('scrapers of a cluster need a kubeconfig for it', () => {
  const withKubeconfig = definitionReaders(limits, {
    accountId: () => ACCOUNT,
    receivers: 'sns',
    hasKubeconfig: (arn) => arn === CLUSTER,
  });
  expect(withKubeconfig.scrapeConfiguration!(PODS, CLUSTER)).toEqual({ kind: 'good' });
  const failure = {
    kind: 'failed',
    reason: expect.stringMatching(/^The EKS cluster can not be scraped from here: .* no kubeconfig/),
  };
  expect(withKubeconfig.scrapeConfiguration!(PODS, `${CLUSTER}s`)).toEqual(failure);
  expect(readers.scrapeConfiguration!(PODS, CLUSTER)).toEqual(failure);
  expect(readers.scrapeConfiguration!(PODS, undefined)).toEqual({
    kind: 'refused',
    message: 'field scrape_configs[0].authorization.credentials_file not found',
  });
  const named = Buffer.from('scrape_configs: [{job_name: j, kubernetes_sd_configs: [{role: pod}]}]');
  expect(withKubeconfig.scrapeConfiguration!(named, undefined)).toEqual({
    kind: 'failed',
    reason: 'Not there: kubernetes_sd_configs. Use static_configs or file_sd_configs.',
  });
});

test('a scrape configuration that was encoded twice', () => {
  const text = 'scrape_configs: [{job_name: j, static_configs: [{targets: ["127.0.0.1:1"]}]}]';
  const read = (data: string) => readers.scrapeConfiguration!(Buffer.from(data), undefined);
  expect(read(text)).toEqual({ kind: 'good' });
  expect(read(Buffer.from(text).toString('base64'))).toEqual({ kind: 'good' });
  expect(read(Buffer.from('{}').toString('base64'))).toMatchObject({ kind: 'refused' });
});
