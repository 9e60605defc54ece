// The same targets and configuration for a real Prometheus and for us: the same series and values must come out.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeWith, RealPrometheus, until } from '@ampere/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScrapeConfiguration } from './configuration/configuration.ts';
import { readScrapeConfiguration } from './configuration/read-configuration.ts';
import { TargetState } from './scrape.ts';
import { targetsOf } from './target.ts';

interface Case {
  readonly name: string;
  readonly body: string;
  readonly type?: string;
  /** Lines of the job, indented by four blanks. */
  readonly job?: string;
}

const TEXT = 'text/plain; version=0.0.4';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const CASES: readonly Case[] = [
  { name: 'plain', body: '# HELP a is a\n# TYPE a counter\na 1\na{x="1"} 2\n\nb{y="2",} 3.5\n' },
  { name: 'numbers', body: 'a +Inf\nb -Inf\nc NaN\nd 1e3\ne -0.5\nf .5\ng 5.\nh inf\ni +5\nj 1E-2\n' },
  { name: 'hex is no number', body: 'a 0x1p4\n' },
  { name: 'underscores are no number', body: 'a 1_000\n' },
  { name: 'escapes', body: 'a{x="q\\"q",y="b\\\\b",z="n\\nn"} 1\n' },
  { name: 'blanks', body: 'a { x = "1" , y="2" }   4  \nb\t5\n' },
  {
    name: 'utf-8 names',
    body: '{"my.metric",x="1","y.z"="2"} 1\n',
    type: 'text/plain; version=1.0.0; escaping=allow-utf-8',
  },
  { name: 'utf-8 values', body: 'a{x="ünïcode ⛄ 𝛼"} 1\n' },
  { name: 'an empty label is none', body: 'a{x="",y="1"} 1\n' },
  { name: 'no newline at the end', body: 'a 1\nb 2' },
  { name: 'garbage', body: 'a 1\n<html>\n' },
  { name: 'a missing value', body: 'a 1\nb\n' },
  { name: 'an open string', body: 'a{x="1} 1\n' },
  { name: 'a type that is none', body: '# TYPE a thing\na 1\n' },
  { name: 'a comment', body: '# anything TYPE\n#x\na 1\n' },
  { name: 'an empty body', body: '' },
  { name: 'summary', body: '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\n' },
  { name: 'labels of the target', body: 'a{job="own",instance="i",exported_job="e"} 1\n' },
  { name: 'honor', body: 'a{job="own",instance="i"} 1\nb{instance=""} 2\nc 3\n', job: 'honor_labels: true' },
  {
    name: 'openmetrics',
    type: OPEN_METRICS,
    body: '# HELP a_total is\n# TYPE a counter\na_total 1\na_created 1.5e9\n# TYPE b gauge\n# UNIT b_seconds seconds\nb_seconds{x="1"} 2\n# EOF\n',
  },
  { name: 'openmetrics without end', type: OPEN_METRICS, body: 'a 1\n' },
  { name: 'openmetrics after the end', type: OPEN_METRICS, body: 'a 1\n# EOF\nb 2\n' },
  {
    name: 'openmetrics exemplars',
    type: OPEN_METRICS,
    body: '# TYPE a counter\na_total{x="1"} 4 # {trace_id="t"} 3.0\n# EOF\n',
  },
  { name: 'openmetrics blank lines', type: OPEN_METRICS, body: 'a 1\n\nb 2\n# EOF\n' },
  { name: 'another type', type: 'application/json', body: 'a 1\n' },
  {
    name: 'a fallback',
    type: 'application/json',
    body: 'a 1\n',
    job: 'fallback_scrape_protocol: PrometheusText0.0.4',
  },
  { name: 'a sample limit', body: 'a 1\nb 2\n', job: 'sample_limit: 1' },
  { name: 'a sample limit kept', body: 'a 1\nb 2\n', job: 'sample_limit: 2' },
  { name: 'a label limit', body: 'a{x="1",y="2"} 1\n', job: 'label_limit: 4' },
  { name: 'a label limit kept', body: 'a{x="1",y="2"} 1\n', job: 'label_limit: 5' },
  { name: 'a name length limit', body: 'a{loooooooooooooong="2"} 1\n', job: 'label_name_length_limit: 12' },
  {
    name: 'a value length limit',
    body: 'a{x="loooooooooooooooooooooooooooooooooooooooooooong"} 1\n',
    job: 'label_value_length_limit: 40',
  },
  {
    name: 'drop',
    body: 'go_a 1\ngo_b 2\nkeep_me 3\n',
    job: "metric_relabel_configs:\n      - {source_labels: [__name__], regex: 'go_.*', action: drop}",
  },
  {
    name: 'keep',
    body: 'a{x="1"} 1\na{x="12"} 2\n',
    job: "metric_relabel_configs:\n      - {source_labels: [x], regex: '1', action: keep}",
  },
  {
    name: 'replace',
    body: 'a{x="left-right"} 1\n',
    job: "metric_relabel_configs:\n      - {source_labels: [x], regex: '(.*)-(?P<r>.*)', target_label: 'to_$1', replacement: '${r}.$2$$x$9'}",
  },
  {
    name: 'rename',
    body: 'a_total 1\n',
    job: "metric_relabel_configs:\n      - {source_labels: [__name__], regex: '(.*)_total', target_label: __name__, replacement: '${1}_all'}",
  },
  {
    name: 'hashmod',
    body: 'a{x="value"} 1\n',
    job: 'metric_relabel_configs:\n      - {source_labels: [x, __name__], modulus: 1000, target_label: hash, action: hashmod}',
  },
  {
    name: 'labelmap',
    body: 'a{k8s_pod="p",k8s_ns="n"} 1\n',
    job: "metric_relabel_configs:\n      - {regex: 'k8s_(.*)', replacement: 'is_$1', action: labelmap}\n      - {regex: 'k8s_.*', action: labeldrop}",
  },
  {
    name: 'labelkeep',
    body: 'a{x="1",y="2"} 1\n',
    job: "metric_relabel_configs:\n      - {regex: '__name__|job|instance|x', action: labelkeep}",
  },
  {
    name: 'cases',
    body: 'a{x="MiXed"} 1\n',
    job: 'metric_relabel_configs:\n      - {source_labels: [x], target_label: low, action: lowercase}\n      - {source_labels: [x], target_label: up, action: uppercase}',
  },
  {
    name: 'equals',
    body: 'a{x="1",y="1"} 1\nb{x="1",y="2"} 2\n',
    job: 'metric_relabel_configs:\n      - {source_labels: [x], target_label: y, action: dropequal}',
  },
  {
    name: 'no name left',
    body: 'a 1\nb 2\n',
    job: "metric_relabel_configs:\n      - {source_labels: [__name__], regex: 'b', target_label: __name__, replacement: ''}",
  },
  {
    name: 'target relabelling',
    body: 'a 1\n',
    job: "relabel_configs:\n      - {source_labels: [__address__], regex: '(.*):.*', target_label: host}\n      - {target_label: instance, replacement: me}\n      - {target_label: __tmp, replacement: gone}",
  },
  { name: 'duplicates', body: 'a 1\na 2\n' },
  { name: 'a label twice', body: 'a{x="1",x="2"} 1\n' },
  { name: 'broken utf-8', body: 'a{x="\xff"} 1\n' },
];

/** Series as text, with their value; what can't be the same twice is left out. */
type Found = Record<string, string>;

const keyOf = (labels: Iterable<readonly [string, string]>) => JSON.stringify([...labels].sort());

describeWith('a real Prometheus', ['prometheus'], ({ prometheus: program }) => {
  let server: Server;
  let prometheus: RealPrometheus;
  let configuration: ScrapeConfiguration;
  let theirs: Map<string, Found>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { body, type = TEXT } = CASES[Number(request.url!.slice(1))]!;
      response.setHeader('content-type', type);
      response.end(body.includes('\xff') ? Buffer.from(body, 'latin1') : body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const jobs = CASES.map(
      ({ job }, at) =>
        `  - job_name: job-${at}\n    metrics_path: /${at}\n    static_configs: [{targets: ['127.0.0.1:${port}'], labels: {own: label}}]\n${job === undefined ? '' : `    ${job}\n`}`,
    );
    const text = `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${jobs.join('')}`;
    configuration = readScrapeConfiguration(Buffer.from(text));
    prometheus = await RealPrometheus.start(program, { configuration: text });
    const ask = async (): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
      const query = new URLSearchParams({ query: '{__name__!=""}' });
      return JSON.parse((await prometheus.ask('POST query', query)).text).data.result;
    };
    const isComplete = async () =>
      (await ask()).filter(({ metric }) => metric['__name__'] === 'up').length === CASES.length;
    let complete = false;
    await until(
      'all targets to be scraped',
      () => {
        void isComplete().then((is) => {
          complete = is;
        });
        return complete;
      },
      30_000,
    );
    theirs = new Map();
    for (const { metric, value } of await ask()) {
      const job =
        CASES.length === 0 ? '' : metric['exported_job'] === undefined ? metric['job'] : metric['job'];
      const group = /^job-\d+$/.test(job ?? '') ? job! : 'honored';
      theirs.set(group, { ...theirs.get(group), [keyOf(Object.entries(metric))]: value[1] });
    }
  }, 60_000);

  afterAll(() => server?.close());

  for (const [at, { name, body, type = TEXT }] of CASES.entries()) {
    test(name, () => {
      const job = configuration.jobs[at]!;
      const [target] = targetsOf(job, job.staticGroups[0]!);
      const state = new TargetState(target!, job, new Map());
      const bytes = body.includes('\xff') ? Buffer.from(body, 'latin1') : Buffer.from(body);
      const { samples, problem } = state.look({ status: 200, contentType: type, body: bytes }, 1, 0);
      const mine: Found = {};
      for (const { labels, value } of samples) mine[keyOf(labels)] ??= String(value);
      const expected = { ...theirs.get(`job-${at}`), ...(name === 'honor' ? theirs.get('honored') : {}) };
      const normal = (found: Found) =>
        Object.entries(found)
          // Only the first look adds series, and time is another every time.
          .filter(([key]) => !/"scrape_(duration_seconds|series_added)"/.test(key))
          .map(
            ([key, value]) =>
              `${key} ${Number(value.replace('Inf', 'Infinity').replace('Infinityinity', 'Infinity'))}`,
          )
          .sort();
      expect(normal(mine), problem).toEqual(normal(expected));
    });
  }
});
