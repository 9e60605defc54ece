import { expect, test } from 'vitest';
import { type Answer, differenceOf, haveSameValues } from './answer-comparison.ts';

type Sample = readonly [metric: Record<string, string>, value: string];

const vector = (...samples: Sample[]): Answer => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: samples.map(([metric, value]) => ({ metric, value: [1, value] as const })),
  },
});
const scalar = (value: string): Answer => ({
  status: 'success',
  data: { resultType: 'scalar', result: [1, value] },
});
const text = (value: string): Answer => ({
  status: 'success',
  data: { resultType: 'string', result: [1, value] },
});
const error = (text: string): Answer => ({ status: 'error', errorType: 'bad_data', error: text });
const warned = (...warnings: string[]): Answer => ({ ...vector(), warnings });

const check = (name: string, query: string, a: Answer, b: Answer, difference: string | undefined) =>
  test(name, () => {
    for (const found of [differenceOf(query, a, b), differenceOf(query, b, a)]) {
      if (difference === undefined) expect(found).toBe(undefined);
      else expect(found).toContain(difference);
    }
  });

const [a, b] = [{ job: 'a' }, { job: 'b' }];
check('the same', 'm', vector([a, '1']), vector([a, '1']), undefined);
check('another error', 'm', error('x'), error('y'), 'bad_data: y');
check('an error and an answer', 'm', error('x'), vector(), 'bad_data: x');
check('another type', 'm', scalar('1'), vector(), 'type');
check('another order', 'm', vector([a, '1'], [b, '2']), vector([b, '2'], [a, '1']), undefined);
check('sorted, another order', 'sort(m)', vector([a, '1'], [b, '2']), vector([b, '2'], [a, '1']), 'order');
check('sorted, equal values', 'sort(m)', vector([a, '1'], [b, '1']), vector([b, '1'], [a, '1']), undefined);
check('a series more', 'm', vector([a, '1'], [b, '2']), vector([a, '1']), 'only');
check(
  'labels in another order',
  'm',
  vector([{ x: '1', y: '2' }, '1']),
  vector([{ y: '2', x: '1' }, '1']),
  undefined,
);
check('close values', 'm', vector([a, '1']), vector([a, '1.0000000005']), undefined);
check('values apart', 'm', vector([a, '1']), vector([a, '1.000000002']), 'point 0');
check('small values apart', 'm', scalar('1e-20'), scalar('2e-20'), 'point 0');
check('small values of a sine', 'sin(m)', scalar('1e-16'), scalar('2e-16'), undefined);
check('NaN', 'm', scalar('NaN'), scalar('NaN'), undefined);
check('NaN and a number', 'm', scalar('NaN'), scalar('0'), 'point 0');
check('infinities', 'm', scalar('+Inf'), scalar('-Inf'), 'point 0');
check('strings are exact', '"x"', text('1'), text('1.0'), 'point 0');
check(
  'long numbers in labels',
  'm',
  vector([{ v: '0.19999999999999998' }, '1']),
  vector([{ v: '0.2' }, '1']),
  undefined,
);
check('short numbers in labels', 'm', vector([{ v: '0.19' }, '1']), vector([{ v: '0.2' }, '1']), 'only');
check('warnings in another order', 'm', warned('x', 'y'), warned('y', 'x'), undefined);
check('another warning', 'm', warned('x'), warned('y'), 'warnings');
check('a warning more', 'm', warned('x'), warned(), 'warnings');

test('values alone', () => {
  expect(haveSameValues('m', vector([a, '1']), vector([b, '1']))).toBe(true);
  expect(haveSameValues('m', vector([a, '1']), vector([b, '2']))).toBe(false);
  expect(haveSameValues('m', vector([a, '1']), vector())).toBe(false);
});
