import { expect, test } from 'vitest';
import { Parameters } from './parameters.ts';

const FORM = 'application/x-www-form-urlencoded';
const bytes = (text: string) => new TextEncoder().encode(text);

const first = (search: string, expected: string) =>
  test(`first of ${JSON.stringify(search)}`, () => expect(new Parameters(search).first('q')).toBe(expected));

first('', '');
first('q=1', '1');
first('q', '');
first('q=1&q=2', '1');
first('q=a+b%2Bc', 'a b+c');
first('%71=1%2b1', '1+1');
first('q=%zz', '');
first('q=%zz&q=2', '2');
first('q=1;x=2&q=3', '3');
first('a%2=x&q=1', '1');
first('&&=c&q=1', '1');
first('q==', '=');
first('q=%c3%a9%F0%9F%98%80', 'é😀');
first('q=\xc3\xa9', 'é');
first('q=a%ffb', 'a\udcffb');
first('q=%c3', '\udcc3');
first('q=%c3%28', '\udcc3(');
first('q=%ed%a0%80', '\udced\udca0\udc80');
first('q=%e2%82%ac%f8', '€\udcf8');
first('q=%00', '\0');
first('__proto__=1&q=2', '2');

const post = (search: string, body: string, type: string | undefined, expected: readonly string[]) =>
  test(`post ${search} ${body} ${type}`, () =>
    expect(new Parameters(search, bytes(body), type).all('q')).toEqual(expected));

post('q=1', 'q=2', FORM, ['2', '1']);
post('q=1', 'q=%zz', FORM, ['1']);
post('q=1', 'q=2', `${FORM}; charset=utf-8`, ['2', '1']);
post('q=1', 'q=2', 'Application/X-WWW-Form-Urlencoded ;', ['2', '1']);
post('q=1', 'q=2', 'text/plain', ['1']);
post('q=1', 'q=2', undefined, ['1']);
post('', 'q=é', FORM, ['é']);

const fault = (search: string, read: (parameters: Parameters) => unknown, message: string) =>
  test(`fault ${search}`, () => expect(() => read(new Parameters(search))).toThrow(message));

fault('', (p) => p.time('start'), 'invalid parameter "start": cannot parse "" to a valid timestamp');
fault('start=x', (p) => p.time('start'), 'invalid parameter "start": cannot parse "x" to a valid timestamp');
fault(
  'time=%ff',
  (p) => p.timeOr('time', 0),
  `invalid parameter "time": invalid time value for 'time': cannot parse "\\xff" to a valid timestamp`,
);
fault(
  'step=x',
  (p) => p.durationNs('step'),
  'invalid parameter "step": cannot parse "x" to a valid duration',
);
fault('limit=x', (p) => p.limit(), 'invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax');
fault('limit=-1', (p) => p.limit(), 'invalid parameter "limit": limit must be non-negative');

test('what is absent', () => {
  const parameters = new Parameters('time=&limit=');
  expect(parameters.timeOr('time', 7)).toBe(7);
  expect(parameters.limit()).toBe(0);
  expect(parameters.all('match[]')).toEqual([]);
});
