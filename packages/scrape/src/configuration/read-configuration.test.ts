import { expect, test } from 'vitest';
import { readScrapeConfiguration } from './read-configuration.ts';

const JOB = 'scrape_configs:\n- job_name: j\n';
const read = (text: string) => readScrapeConfiguration(Buffer.from(text));

function refused(text: string, message: string | RegExp): void {
  test(`refused: ${JSON.stringify(text.slice(0, 100))}`, () => expect(() => read(text)).toThrow(message));
}

refused('', 'it has no scrape_configs');
refused('- a', 'the document must be a mapping');
refused('scrape_configs: []', 'it has no scrape_configs');
refused('scrape_configs: x', 'scrape_configs must be a list');
refused('scrape_configs: [x]', 'scrape_configs[0] must be a mapping');
refused('a: 1\na: 2', /^yaml: Map keys must be unique/);
refused('a: [', /^yaml: /);
refused(`${JOB}rule_files: [a]`, 'field rule_files not found');
refused(`${JOB}  colour: red`, 'field scrape_configs[0].colour not found');
refused('scrape_configs: [{job_name: ""}]', 'job_name is empty');
refused(`${JOB}- job_name: j`, 'found multiple scrape configs with job name "j"');
refused(`${JOB}  scrape_interval: 10`, 'not a valid duration string: "10"');
refused(`${JOB}  scrape_interval: 500ms`, 'shorter than 1s');
refused(
  `${JOB}  scrape_timeout: 2m`,
  'scrape timeout greater than scrape interval for scrape config with job name "j"',
);
refused(`${JOB}  scheme: ftp`, 'scrape_configs[0].scheme must be http or https');
refused(`${JOB}  honor_labels: perhaps`, 'honor_labels must be true or false');
refused(`${JOB}  sample_limit: -1`, 'sample_limit must be a whole number that is not negative');
refused(`${JOB}  body_size_limit: much`, 'body_size_limit must be a size such as 10MB');
refused(`${JOB}  basic_auth: {password_file: /etc/passwd}`, 'basic_auth.password_file not found');
refused(`${JOB}  bearer_token_file: /etc/passwd`, 'bearer_token_file not found');
refused(`${JOB}  tls_config: {ca_file: /etc/passwd}`, 'tls_config.ca_file not found');
refused(`${JOB}  bearer_token: a\n  basic_auth: {username: b}`, 'at most one of basic_auth');
refused(`${JOB}  authorization: {type: Basic}`, 'authorization type cannot be set to "basic"');
refused(`${JOB}  static_configs: [{targets: ['http://a/']}]`, '"http://a/" is not a valid hostname');
refused(`${JOB}  file_sd_configs: [{files: [/etc/x.json]}]`, "must be below the server's folder");
refused(`${JOB}  file_sd_configs: [{files: [a/../../x.json]}]`, "must be below the server's folder");
refused(`${JOB}  file_sd_configs: [{files: ['a*/x.json']}]`, 'is not valid for file discovery');
refused(`${JOB}  file_sd_configs: [{files: [x.txt]}]`, 'is not valid for file discovery');
refused(`${JOB}  file_sd_configs: [{}]`, 'must contain at least one path name');
refused(`${JOB}  relabel_configs: [{action: dance}]`, 'unknown relabel action "dance"');
refused(`${JOB}  relabel_configs: [{regex: '('}]`, /^invalid regex "\("/);
refused(`${JOB}  relabel_configs: [{action: hashmod, target_label: a}]`, 'requires non-zero modulus');
refused(`${JOB}  relabel_configs: [{source_labels: [a]}]`, "replace action requires 'target_label' value");
refused(
  `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]`,
  /^yaml: Excessive alias count/,
);
refused(`# ${'x'.repeat(1 << 20)}`, 'it is longer than 1048576 bytes');
refused('- '.repeat(100_000), 'yaml: nested too deeply');

test('defaults are those of Prometheus, over them those of global', () => {
  const { jobs } = read(`${JOB}- {job_name: k, scrape_interval: 5s}\n`);
  expect(jobs.map(({ intervalMs, timeoutMs }) => [intervalMs, timeoutMs])).toEqual([
    [60_000, 10_000],
    [5000, 5000],
  ]);
  expect(jobs[0]).toMatchObject({ metricsPath: '/metrics', scheme: 'http', honorTimestamps: true });
  const own = read(`global: {scrape_interval: 1m30s, scrape_timeout: 20s}\n${JOB}`).jobs[0]!;
  expect([own.intervalMs, own.timeoutMs]).toEqual([90_000, 20_000]);
});

test('texts stay as they are written; other ways to find targets are noted', () => {
  const { externalLabels, jobs, unsupported } = read(
    `global: {external_labels: {a: 007, b: y, c: 1e3}}\n${JOB}  kubernetes_sd_configs: [{role: pod}]\n  ec2_sd_configs: []\n  static_configs: [{targets: [a:1], labels: {x: yes}}]\n  basic_auth: {username: u, password: 'p:w'}\n`,
  );
  expect([...externalLabels]).toEqual([
    ['a', '007'],
    ['b', 'y'],
    ['c', '1e3'],
  ]);
  expect(unsupported).toEqual(['ec2_sd_configs', 'kubernetes_sd_configs']);
  expect(jobs[0]!.authentication.header).toBe(`Basic ${Buffer.from('u:p:w').toString('base64')}`);
  expect([...jobs[0]!.staticGroups[0]!.labels]).toEqual([['x', 'yes']]);
});
