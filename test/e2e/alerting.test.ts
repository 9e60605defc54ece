// From a number that a real Prometheus scrapes to a message at a receiver, with nothing simulated but the
// receiver: rules and alert manager made with the AWS CLI, a firing alert, a grouped notification through a topic
// of our own, a `kill -9` in the middle, a silence through amtool, and the message that it is over.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith, freePort, run, start, temporaryFolder, until } from '@ampere/testing';
import { afterAll, expect, test } from 'vitest';
import { ACCOUNT, createWorkspace, REGION, startAmpere, startSigningProxy } from '../harness/index.ts';

/** The address of a server that answers every request with what `answer` gives. */
async function listen(answer: (body: string) => string): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(answer(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const RULES = `groups:
- name: heat
  interval: 1s
  rules:
  - record: room:temperature:max
    expr: max by (room) (temperature)
  - alert: TooHot
    expr: room:temperature:max > 80
    for: 2s
    labels: {severity: page}
    annotations: {summary: '{{ $labels.room }} is at {{ $value }} degrees'}
`;

const definition = (topic: string) => `alertmanager_config: |
  route: {receiver: ops, group_by: [alertname], group_wait: 2s, group_interval: 2s, repeat_interval: 1h}
  receivers:
  - name: ops
    sns_configs:
    - topic_arn: ${topic}
      sigv4: {region: ${REGION}}
      message: '{{ range .Alerts }}{{ .Status }} {{ .Labels.room }}: {{ .Annotations.summary }};{{ end }}'
`;

describeWith('alerting', ['prometheus', 'aws', 'amtool'], ({ prometheus, aws, amtool }) => {
  test('from a scraped number to a message, and until it is over', { timeout: 240_000 }, async () => {
    const folder = temporaryFolder();
    let degrees = { kitchen: 20, hall: 20 };
    const exporter = await listen(() =>
      Object.entries(degrees)
        .map(([room, value]) => `temperature{room="${room}"} ${value}\n`)
        .join(''),
    );
    const received: Record<string, string>[] = [];
    const receiver = await listen((body) => {
      received.push(JSON.parse(body));
      return '';
    });
    const messages = () => received.filter(({ Type }) => Type === 'Notification');

    const config = join(folder, 'ampere.yaml');
    writeFileSync(
      config,
      'outbound: {allow_private: true}\nlimits: {defaults: {rule_evaluation_interval: 1s}}\n',
    );
    const ampere = await startAmpere({ env: { AMPERE_CONFIG: config } });
    const workspaceId = await createWorkspace(ampere);
    const proxy = await startSigningProxy(ampere.url);
    const json = async (...args: string[]) => {
      const result = await run(aws, [...args, '--endpoint-url', ampere.url, '--output', 'json'], {
        env: ampere.awsEnvironment,
      });
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };

    // A topic with a subscriber, which the workspace may publish to.
    const { TopicArn: topic } = await json('sns', 'create-topic', '--name', 'alerts');
    const policy = {
      Version: '2008-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'aps.amazonaws.com' },
          Action: ['sns:Publish', 'sns:GetTopicAttributes'],
          Resource: topic,
          Condition: {
            ArnEquals: { 'aws:SourceArn': `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspaceId}` },
            StringEquals: { 'AWS:SourceAccount': ACCOUNT },
          },
        },
      ],
    };
    await json('sns', 'set-topic-attributes', '--topic-arn', topic, '--attribute-name', 'Policy', '--attribute-value', JSON.stringify(policy)); // biome-ignore format: a command line
    await json('sns', 'subscribe', '--topic-arn', topic, '--protocol', 'http', '--notification-endpoint', `http://${receiver}/`); // biome-ignore format: a command line
    const { Token } = await until('the question', () => received[0]);
    await json('sns', 'confirm-subscription', '--topic-arn', topic, '--token', Token!);

    // Rules and alert manager.
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    writeFileSync(join(folder, 'definition.yaml'), definition(topic));
    await json('amp', 'create-rule-groups-namespace', '--workspace-id', workspaceId, '--name', 'house', '--data', `fileb://${join(folder, 'rules.yaml')}`); // biome-ignore format: a command line
    await json('amp', 'create-alert-manager-definition', '--workspace-id', workspaceId, '--data', `fileb://${join(folder, 'definition.yaml')}`); // biome-ignore format: a command line

    // A Prometheus that scrapes the rooms.
    const port = await freePort();
    const write = `${proxy}/workspaces/${workspaceId}/api/v1/remote_write`;
    mkdirSync(join(folder, 'prometheus'));
    writeFileSync(
      join(folder, 'prometheus', 'prometheus.yml'),
      `global: {scrape_interval: 1s}
scrape_configs: [{job_name: rooms, static_configs: [{targets: ['${exporter}']}]}]
remote_write: [{url: '${write}', queue_config: {batch_send_deadline: 500ms}}]
`,
    );
    start(
      prometheus,
      ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
      { cwd: join(folder, 'prometheus') },
    );

    const api = async (path: string) =>
      (await (await fetch(`${proxy}/workspaces/${workspaceId}/${path}`)).json()) as never;
    const alertsNow = async () => {
      const { data } = (await api('api/v1/alerts')) as { data: { alerts: { state: string }[] } };
      return data.alerts.map(({ state }) => state).sort();
    };
    await until('the first evaluation', async () => {
      const { data } = (await api('api/v1/query?query=room:temperature:max')) as {
        data: { result: unknown[] };
      };
      return data.result.length === 2;
    }, 60_000); // biome-ignore format: short
    expect(await alertsNow()).toEqual([]);

    // Two rooms get hot: one message for both.
    degrees = { kitchen: 90, hall: 85 };
    await until('the first message', () => messages().length > 0, 60_000);
    expect(messages()[0]).toMatchObject({
      TopicArn: topic,
      Subject: '[FIRING:2] TooHot (page)',
      Message: 'firing hall: hall is at 85 degrees;firing kitchen: kitchen is at 90 degrees;',
    });
    expect(await alertsNow()).toEqual(['firing', 'firing']);

    // A power cut repeats nothing and loses nothing.
    await ampere.kill9();
    await ampere.startAgain();
    const tool = async (...args: string[]) => {
      const url = `--alertmanager.url=${proxy}/workspaces/${workspaceId}/alertmanager`;
      const result = await run(amtool, [url, ...args], { env: {} });
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout;
    };
    await until('the alert manager to know its alerts', async () => {
      const known = JSON.parse(await tool('alert', 'query', '--output=json')) as unknown[];
      return known.length === 2;
    });
    await until(
      'the rules to fire again',
      async () => (await alertsNow()).join() === 'firing,firing',
      60_000,
    );
    expect(messages()).toHaveLength(1);

    // A silence mutes one room, also after another power cut.
    const silence = (await tool('silence', 'add', 'room=hall', '--comment=known', '--author=me')).trim();
    await ampere.kill9();
    await ampere.startAgain();
    await until('the silence to be there again', async () =>
      (await tool('silence', 'query', '-q')).includes(silence),
    ); // biome-ignore format: short
    expect(await tool('alert', 'query', '--silenced', '--output=extended')).toContain('room="hall"');
    const active = JSON.parse(await tool('alert', 'query', '--active', '--output=json')) as {
      labels: { room: string };
      status: { state: string };
    }[];
    expect(active.filter(({ status }) => status.state === 'active').map(({ labels }) => labels.room)).toEqual(
      ['kitchen'],
    );
    expect(await tool('config', 'routes', 'test', 'alertname=TooHot')).toContain('ops');
    await tool('silence', 'expire', silence);

    // It gets cool, and that is told. A rule that is pending after the restart has nothing to resolve.
    await until('the rules to fire once more', async () => (await alertsNow()).join() === 'firing,firing', 60_000); // biome-ignore format: short
    degrees = { kitchen: 20, hall: 20 };
    await until('the last message', () => messages().find(({ Subject }) => Subject?.startsWith('[RESOLVED]')), 90_000); // biome-ignore format: short
    const last = messages().at(-1)!;
    expect(last['Message']).toContain('resolved kitchen: kitchen is at 90 degrees;');
    const sent = (await api('alertmanager/notifications')) as {
      notifications: { deliveries: { ok: boolean; texts: { subject: string } }[] }[];
    };
    expect(sent.notifications[0]?.deliveries[0]).toMatchObject({ ok: true, texts: { to: topic } });
    expect(ampere.process().output()).not.toMatch(/BUG|"level":50/);
  });
});
