import { describeWith, run } from '@ampere/testing';
import { describe, expect, test } from 'vitest';
import { Registry } from './registry.ts';

const check = (name: string, fill: (registry: Registry) => void, text: string) =>
  test(name, () => {
    const registry = new Registry();
    fill(registry);
    expect(registry.text()).toBe(text);
  });

describe('text', () => {
  check('of nothing', () => {}, '');
  check(
    'of a counter, from zero on',
    (r) => r.counter('a_total', 'A.'),
    '# HELP a_total A.\n# TYPE a_total counter\na_total 0\n',
  );
  check(
    'of a counter',
    (r) => r.counter('a_total', 'A.').inc(2.5),
    '# HELP a_total A.\n# TYPE a_total counter\na_total 2.5\n',
  );
  check('of a gauge', (r) => r.gauge('g', 'G.').add(-3), '# HELP g G.\n# TYPE g gauge\ng -3\n');
  check('of infinity', (r) => r.gauge('g', 'G.').set(Infinity), '# HELP g G.\n# TYPE g gauge\ng +Inf\n');
  check('of no number', (r) => r.gauge('g', 'G.').set(Number.NaN), '# HELP g G.\n# TYPE g gauge\ng NaN\n');
  check(
    'with escapes',
    (r) =>
      r
        .gaugeVec('g', 'a\\b\nc', { labels: ['l'] })
        .with('a\\b\n"c"')
        .set(1),
    '# HELP g a\\\\b\\nc\n# TYPE g gauge\ng{l="a\\\\b\\n\\"c\\""} 1\n',
  );
  check(
    'of labels never used',
    (r) => r.gaugeVec('g', 'G.', { labels: ['l'] }),
    '# HELP g G.\n# TYPE g gauge\n',
  );
  check(
    'of a callback',
    (r) =>
      r.gaugeCallback('g', 'G.', ['l'], (report) => {
        report(1, 'x');
        report(2, 'y');
      }),
    '# HELP g G.\n# TYPE g gauge\ng{l="x"} 1\ng{l="y"} 2\n',
  );
  check(
    'sorted by name',
    (r) => {
      r.gauge('b', 'B.');
      r.gauge('a', 'A.');
    },
    '# HELP a A.\n# TYPE a gauge\na 0\n# HELP b B.\n# TYPE b gauge\nb 0\n',
  );
});

test('a histogram counts a value in the first bucket whose bound it does not exceed', () => {
  const registry = new Registry();
  const histogram = registry.histogram('h_seconds', 'H.', [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(value);
  expect(histogram.count).toBe(4);
  expect(registry.text().split('\n').slice(2)).toEqual([
    'h_seconds_bucket{le="0.1"} 2',
    'h_seconds_bucket{le="1"} 3',
    'h_seconds_bucket{le="+Inf"} 4',
    'h_seconds_sum 3.65',
    'h_seconds_count 4',
    '',
  ]);
});

test('label values beyond the bound are counted together', () => {
  const registry = new Registry();
  const vec = registry.counterVec('a_total', 'A.', { labels: ['x', 'y'], seriesMax: 2 });
  for (const value of ['1', '2', '3', '4', '1']) vec.with(value, 'y').inc();
  expect(registry.text().split('\n').slice(2, -1)).toEqual([
    'a_total{x="1",y="y"} 2',
    'a_total{x="2",y="y"} 1',
    'a_total{x="overflow",y="overflow"} 2',
  ]);
  vec.remove('x', '1');
  vec.with('5', 'y').inc();
  expect(registry.text()).not.toContain('x="1"');
});

describe('a breach of the conventions is a bug', () => {
  const refused = (name: string, fill: (registry: Registry) => void) =>
    test(name, () => expect(() => fill(new Registry())).toThrow('BUG: '));

  refused('a counter without _total', (r) => r.counter('a', 'A.'));
  refused('a gauge with _total', (r) => r.gauge('a_total', 'A.'));
  refused('a gauge that ends like a histogram', (r) => r.gauge('a_count', 'A.'));
  refused('a name in camel case', (r) => r.gauge('aB', 'A.'));
  refused('no help', (r) => r.gauge('a', ''));
  refused('the label le', (r) => r.gaugeVec('a', 'A.', { labels: ['le'] }));
  refused('a label twice', (r) => r.gaugeVec('a', 'A.', { labels: ['x', 'x'] }));
  refused('bounds that fall', (r) => r.histogram('a', 'A.', [2, 1]));
  refused('one name twice', (r) => [r.gauge('a', 'A.'), r.gauge('a', 'A.')]);
  refused('too few label values', (r) => r.gaugeVec('a', 'A.', { labels: ['x'] }).with());
  refused('a counter that falls', (r) => r.counter('a_total', 'A.').inc(-1));
});

describeWith('promtool check metrics', ['promtool'], ({ promtool }) => {
  test('has nothing to say against the text', async () => {
    const registry = new Registry();
    registry
      .counterVec('ampere_requests_total', 'Requests.', { labels: ['code'] })
      .with('2"0\\0\n')
      .inc();
    registry.gauge('ampere_heap_bytes', 'Heap \\ of\nthe process.').set(1e21);
    registry.histogram('ampere_request_duration_seconds', 'Durations.', [0.1, 1]).observe(0.2);
    const result = await run(promtool, ['check', 'metrics'], { input: registry.text() });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
