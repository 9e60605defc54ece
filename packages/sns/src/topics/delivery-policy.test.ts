import { expect, test } from 'vitest';
import {
  DEFAULT_RETRIES,
  EMAIL_RETRIES,
  pauseMsAfter,
  type RetryPolicy,
  readDeliveryPolicy,
} from './delivery-policy.ts';

const pauses = (policy: RetryPolicy) => {
  const list: number[] = [];
  for (let attempts = 1; ; attempts++) {
    const pauseMs = pauseMsAfter(attempts, policy);
    if (pauseMs === undefined) return list;
    list.push(pauseMs / 1000);
  }
};
const policyOf = (text: string) => readDeliveryPolicy(`{"healthyRetryPolicy":${text}}`, 'subscription')!;

test('by default three more attempts, 20 seconds apart', () =>
  expect(pauses(DEFAULT_RETRIES)).toEqual([20, 20, 20]));

test('e-mail: fifty within six and a half hours', () => {
  const all = pauses(EMAIL_RETRIES);
  expect([all.length, all.slice(0, 3), all.at(-1)]).toEqual([50, [10, 10, 10], 600]);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  const hours = all.reduce((sum, pause) => sum + pause, 0) / 3600;
  expect(hours).toBeGreaterThan(6);
  expect(hours).toBeLessThan(7.5);
});

test('the four phases', () => {
  const text =
    '{"minDelayTarget":1,"maxDelayTarget":10,"numRetries":9,"numNoDelayRetries":2,"numMinDelayRetries":1,"numMaxDelayRetries":2}';
  expect(pauses(policyOf(text))).toEqual([0, 0, 1, 1, 4, 7, 10, 10, 10]);
  for (const backoffFunction of ['arithmetic', 'geometric', 'exponential']) {
    const grown = pauses(policyOf(text.replace('}', `,"backoffFunction":"${backoffFunction}"}`)));
    expect([grown[3], grown[6]]).toEqual([1, 10]);
    expect(grown[4]).toBeLessThan(4);
  }
});

const refused = (name: string, text: string, part: string) =>
  test(`refused: ${name}`, () => expect(() => readDeliveryPolicy(text, 'subscription')).toThrow(part));
refused('no JSON', '{', 'JSON is expected');
refused('a list', '[]', 'a JSON object is expected');
refused('an unknown member', '{"healthyRetryPolicy":{"x":1}}', 'unknown member x');
refused(
  'targets the wrong way round',
  '{"healthyRetryPolicy":{"minDelayTarget":30}}',
  'maxDelayTarget must be',
);
refused(
  'more phases than retries',
  '{"healthyRetryPolicy":{"numRetries":1,"numNoDelayRetries":2}}',
  'numRetries must be',
);
refused(
  'a function of objects',
  '{"healthyRetryPolicy":{"backoffFunction":"toString"}}',
  'unknown backoffFunction',
);
