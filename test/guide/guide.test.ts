// The commands of the user guide's chapters, typed as it has them: each script of this folder runs with the real
// AWS CLI and curl against one fresh server, and what it prints is looked at. A script leaves nothing behind.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith, freePort, run, temporaryFolder } from '@ampere/testing';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { ACCOUNT, type AmpereServer, awsShim, REGION, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

const FOLDER = join(ROOT, 'test', 'guide');

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A subscriber that confirms what it is asked, and writes the messages that it gets into a file. */
function receiver(file: string): Promise<string> {
  return listen(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    response.end();
    const message: Record<string, string> = JSON.parse(text);
    if (message['SubscribeURL'] !== undefined) await fetch(message['SubscribeURL']);
    else writeFileSync(file, JSON.stringify(message));
  });
}

const commands = (text: string) => [...text.matchAll(/\baws (amp [a-z-]+)/g)].map((found) => found[1]!);
const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.sh'));

test('every operation of the API is in a script', () => {
  const description = readFileSync(join(ROOT, 'openapi', 'amp.yaml'), 'utf8');
  const operations = [...description.matchAll(/operationId: (\w+)/g)].map((found) => found[1]!);
  expect(operations).toHaveLength(44);
  const typed = new Set(scripts.flatMap((name) => commands(readFileSync(join(FOLDER, name), 'utf8'))));
  const asCommand = (name: string) => `amp${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const missing = operations.filter((name) => !typed.has(asCommand(name).replace('-', ' ')));
  expect(missing).toEqual([]);
});

describeWith('the user guide', ['aws', 'curl', 'prometheus'], ({ aws, prometheus }) => {
  let ampere: AmpereServer;
  let environment: Record<string, string>;
  const received = join(temporaryFolder(), 'received.json');

  beforeAll(async () => {
    const folder = temporaryFolder();
    const config = join(folder, 'ampere.yaml');
    writeFileSync(config, 'outbound: {allow_private: true}\n');
    ampere = await startAmpere({ env: { AMPERE_CONFIG: config } });
    const hook = await receiver(received);
    const target = await listen((_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end('scraped_total 42\n');
    });
    environment = {
      ...ampere.awsEnvironment,
      PATH: `${awsShim(ampere, aws)}:${process.env['PATH']}`,
      PROMETHEUS: prometheus,
      PROMETHEUS_PORT: String(await freePort()),
      RECEIVER_URL: `http://${hook}/`,
      RECEIVER_FILE: received,
      TARGET: target,
      LOGS: join(ampere.dataFolder, 'logs'),
    };
  });
  afterAll(async () => {
    const { stdout } = await run(
      aws,
      ['amp', 'list-workspaces', '--output', 'json', '--endpoint-url', ampere.url],
      {
        env: ampere.awsEnvironment,
      },
    );
    expect(JSON.parse(stdout)).toEqual({ workspaces: [] });
    expect(await ampere.stop()).toBe(0);
  });

  /** Skips a test when the script needs a command that this AWS CLI is too old for. */
  const needs = async (name: string, context: TestContext) => {
    const needed = /^# Needs: (\S+) (\S+)$/m.exec(readFileSync(join(FOLDER, name), 'utf8'));
    if (needed === null) return;
    const { stderr } = await run(aws, [needed[1]!, needed[2]!, '--no-such-option'], { env: environment });
    if (stderr.includes('Invalid choice')) context.skip(`this AWS CLI has no "${needed[0].slice(9)}"`);
  };

  /** What the script prints: a line for each of these, in this order. */
  const prints = (name: string, ...expected: (string | RegExp)[]) =>
    test(`${name}.sh`, { timeout: 240_000 }, async (context) => {
      await needs(`${name}.sh`, context);
      const options = { env: environment, cwd: temporaryFolder() };
      const result = await run('bash', [join(FOLDER, `${name}.sh`)], options);
      expect([result.code, result.stderr], result.stdout).toEqual([0, '']);
      const lines = result.stdout.trimEnd().split('\n');
      const asExpected = expected.map((line) =>
        typeof line === 'string' ? line : expect.stringMatching(line),
      );
      expect(lines).toEqual(asExpected);
    });
  /** As the CLI tells a refusal; newer ones put their name before it. */
  const refusedAs = (kind: string, operation: string, message: string) => {
    const told = `An error occurred (${kind}) when calling the ${operation} operation: ${message}`;
    return new RegExp(`${told.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  };
  const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
  const iamArn = (rest: string) => `arn:aws:iam::${ACCOUNT}:${rest}`;
  const isForbidden = 'curl: (22) The requested URL returned error: 403';

  prints(
    'getting-started',
    'ACTIVE',
    /^endpoint: http:\S+\/workspaces\/ws-[-0-9a-f]{36}\/$/,
    /^instant: \{"status":"success",.*"cluster":"prod-east".*"value":\[[\d.]+,"1"\]/,
    /"resultType":"vector".*"__name__":"up"/,
    /^range: .*"resultType":"matrix".*"values":\[\[\d+,"1"\]/,
    /^labels: .*"__name__",.*"cluster",.*"job"/,
    'values: {"status":"success","data":["prometheus"]}',
    /^series: .*"data":\[\{"__name__":"up","cluster":"prod-east","instance":"[^"]+","job":"prometheus"\}\]/,
    /^metadata: \{"status":"success"/,
  );
  prints(
    'workspaces',
    'one workspace for one token',
    refusedAs(
      'ConflictException',
      'CreateWorkspace',
      'The clientToken was already used with different request parameters.',
    ),
    'team-a',
    'ACTIVE',
    /^team-a\tACTIVE\tarn:aws:aps:us-east-1:123456789012:workspace\/ws-/,
    'team-a-production',
    'None',
    refusedAs('ResourceNotFoundException', 'DescribeWorkspace', 'Workspace not found.'),
  );
  prints('workspace-configuration', '150', 'UPDATING', 'ACTIVE\t60\t1000,5000');
  prints(
    'rules',
    'CREATING',
    'ACTIVE',
    'UPDATING',
    'same bytes',
    /\(ValidationException\).*Invalid RuleGroupsNamespace data: \[5:15: group "test", rule 1, .*unclosed left parenthesis\]$/,
    'my-rules\tACTIVE',
    '0',
    /^rules: .*"name":"alert-test","file":"my-rules".*"name":"metric:alerting_rule".*"duration":120.*"name":"test"/,
    'alerts: {"status":"success","data":{"alerts":[]}}',
    refusedAs('ResourceNotFoundException', 'DescribeRuleGroupsNamespace', 'Rule groups namespace not found.'),
  );
  prints(
    'alert-manager',
    'pending confirmation',
    'confirmed',
    'CREATING',
    'ACTIVE',
    'UPDATING',
    'same bytes',
    /^alerts: .*"state":"active".*"alertname":"TooHot"/,
    /^groups: .*"receiver":\{"name":"default"\}/,
    'receivers: [{"name":"default"}]',
    /^status: .*"original":/,
    /^silence: .*"state":"active".*"comment":"being repaired"/,
    /^silences: \[\{.*"comment":"being repaired"/,
    refusedAs(
      'ValidationException',
      'PutAlertManagerDefinition',
      'Invalid Alertmanager receiver type: [email_configs]',
    ),
    /^received: .*"Subject":"\[FIRING\] TooHot","Message":"The kitchen is at 90 degrees".*"severity":\{"Type":"String","Value":"page"\}/,
  );
  prints(
    'tagging',
    'test\tSecret\tOther-Team',
    '1',
    'test\ta',
    '1',
    refusedAs(
      'ValidationException',
      'TagResource',
      'Invalid tags: Map keys must not begin with the reserved prefix aws:',
    ),
    iamArn('user/tagged'),
    /\(AccessDeniedException\).*user\/tagged is not authorized to perform: aps:DeleteWorkspace on resource: /,
    'deleted',
  );
  prints(
    'iam-roles',
    'AmazonPrometheusFullAccess',
    'AmazonPrometheusConsoleFullAccess',
    'AmazonPrometheusRemoteWriteAccess',
    'AmazonPrometheusQueryAccess',
    iamArn('user/operator'),
    iamArn('role/EC2-Prometheus-Ingest'),
    'AmazonPrometheusRemoteWriteAccess',
    iamArn('user/operator'),
    /"resultType":"scalar"/,
    isForbidden,
    /user\/operator is not authorized to perform: aps:RemoteWrite on resource: /,
    `arn:aws:sts::${ACCOUNT}:assumed-role/EC2-Prometheus-Ingest/guide`,
    isForbidden,
    /EC2-Prometheus-Ingest\/guide is not authorized to perform: aps:QueryMetrics on resource: /,
    'written',
    /\(AccessDeniedException\).*EC2-Prometheus-Ingest\/guide is not authorized to perform: aps:ListWorkspaces/,
    'aps:QueryMetrics\tallowed',
    'aps:RemoteWrite\timplicitDeny',
  );
  prints('service-quotas', /\t10(\.0)?\tTrue$/, /^10(\.0)?$/, 'APPROVED', /^25(\.0)?$/);
  const record = (...members: string[]) => new RegExp(`^\\{.*${members.join('.*')}`);
  prints(
    'cloudtrail',
    refusedAs('ResourceNotFoundException', 'DescribeWorkspace', 'Workspace not found.'),
    record('"type":"Root"', '"eventName":"CreateWorkspace"', '"requestParameters":\\{"alias":"on-record"'),
    record(
      '"eventName":"DescribeWorkspace"',
      '"errorCode":"ResourceNotFoundException"',
      '"workspaceId":"ws-0"',
    ),
    '4',
  );
  prints(
    'logging',
    'CREATING',
    'UPDATING',
    `ACTIVE\t${arn('logs', 'log-group:/aws/vendedlogs/prometheus/alerting:*')}`,
    refusedAs(
      'ResourceNotFoundException',
      'DescribeLoggingConfiguration',
      'Workspace logging configuration not found.',
    ),
    'CREATING',
    'UPDATING',
    '0',
    /"result":\[\]/,
    /^logged: .*"query":"count\(some_metric\)".*"component":"query-frontend"/,
  );
  prints(
    'resource-policies',
    iamArn('user/guest'),
    isForbidden,
    /user\/guest is not authorized to perform: aps:QueryMetrics/,
    'ACTIVE',
    /"resultType":"scalar"/,
    isForbidden,
    /user\/guest is not authorized to perform: aps:GetSeries/,
    refusedAs('ValidationException', 'PutResourcePolicy', 'Workspace resource policy cannot be malformed'),
    refusedAs('ResourceNotFoundException', 'DescribeResourcePolicy', 'Workspace resource policy not found.'),
  );
  prints(
    'scrapers',
    'global:',
    ...Array.from({ length: 10 }, () => /^ +\S|^scrape_configs:$/),
    'my-scraper\tACTIVE',
    'my-scraper',
    'a',
    /^scraped: .*"job":"target".*"value":\[[\d.]+,"1"\]/,
    'CREATING',
    'ACTIVE\tCOLLECTOR',
    'UPDATING',
    /^CREATION_FAILED\tThe EKS cluster can not be scraped from here: this server has no kubeconfig/,
    'DELETING',
    'DELETING',
  );
  prints(
    'anomaly-detectors',
    /^load\tACTIVE\t/,
    'UPDATING',
    refusedAs(
      'ValidationException',
      'PutAnomalyDetector',
      "Unsupported PromQL expression for RandomCutForest, expression's root must be a supported aggregation operator",
    ),
    'load',
  );
});
