// Whatever a request says, the answer is one of Prometheus': never a 500, always whole JSON.

import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { ApiKit, collect, memorySeries } from './testing/api-kit.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_260_102);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 500_000 : 5_000;

const PATHS = [
  'query',
  'query_range',
  'labels',
  'label/job/values',
  'label/U__a_2e_/values',
  'series',
  'metadata',
  'rules',
  'query_exemplars',
  'format_query',
  'parse_query',
  'status/tsdb',
];
const NAMES = [
  'query',
  'time',
  'start',
  'end',
  'step',
  'limit',
  'match[]',
  'timeout',
  'lookback_delta',
  'stats',
  'metric',
  'limit_per_metric',
  'type',
  'exclude_alerts',
  'group_limit',
  'group_next_token',
];
const VALUES = [
  '',
  '0',
  '1',
  '-1',
  '5',
  'NaN',
  'Inf',
  '-Inf',
  '1e400',
  '1e19',
  '0x1p4',
  '1_0',
  '9223372036854775808',
  '2023-01-01T00:00:00Z',
  '292277025-08-18T07:12:54.999999999Z',
  '1h30m',
  '5m',
  '1ms',
  '0.0001',
  'all',
  'true',
  'up',
  '{}',
  '{job="a"}',
  '{job=~"("}',
  'up[5m]',
  'sum(up)',
  '"a"',
  'up(',
  '%ff',
  '%zz',
  '%00',
  '\ud800',
  ';',
  '%F0%9F%98%80',
];

function randomText(random: SeededRandom): string {
  if (random.integer(4) > 0) return VALUES[random.integer(VALUES.length)]!;
  return Array.from({ length: random.integer(8) }, () => String.fromCharCode(random.integer(300))).join('');
}

function randomPairs(random: SeededRandom): string {
  const pair = () => `${NAMES[random.integer(NAMES.length)]}=${randomText(random)}`;
  return Array.from({ length: random.integer(7) }, pair)
    .join('&')
    .replaceAll('#', '');
}

function randomPath(random: SeededRandom): string {
  if (random.integer(20) > 0) return PATHS[random.integer(PATHS.length)]!;
  return `label/${randomText(random).replaceAll('?', '')}/values`;
}

test(`random requests, seed ${seed}`, async () => {
  const random = new SeededRandom(seed);
  const kit = new ApiKit({
    series: [memorySeries({ __name__: 'up', job: 'a' })],
    limits: { queryTimeRangeMs: 1e9 },
  });
  for (let i = 0; i < rounds; i++) {
    const target = `${random.integer(2) === 0 ? 'GET' : 'POST'} ${randomPath(random)}?${randomPairs(random)}`;
    const body = randomPairs(random);
    const response = await kit.request(target, body);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await collect(response.body));
    const context = JSON.stringify({ seed, target, body, text });
    if (![200, 204, 400, 404, 405, 503].includes(response.status))
      expect.fail(`${response.status} for ${context}`);
    if (response.status === 204) continue;
    const json = JSON.parse(text);
    if (json.status !== (response.status === 200 ? 'success' : 'error')) expect.fail(context);
  }
  expect(kit.logged).toEqual([]);
});
