import { expect, test } from 'vitest';
import { matchersText, parseMatchers } from './matcher-text.ts';

const check = (source: string, printed: string) =>
  test(source, () => expect(matchersText(parseMatchers(source))).toBe(printed));
const refused = (source: string, message: string) =>
  test(source, () => expect(() => parseMatchers(source)).toThrow(message));

check('{foo="bar", dings != "bums", }', '{foo="bar",dings!="bums"}');
check('foo=bar,dings!=bums', '{foo="bar",dings!="bums"}');
check('  a  =~  x|y  ', '{a=~"x|y"}');
check('a!~"b,c"', '{a!~"b,c"}');
check('x===', '{x="=="}');
check('job=', '{job=""}');
check('foo=""', '{foo=""}');
check('a="x\\"y\\\\z\\n"', '{a="x\\"y\\\\z\\n"}');
check('a=x\\y', '{a="x\\\\y"}');
check('{foo=bar\\\\}', '{foo="bar\\\\"}');
check('{foo=bar\\"}', '{foo="bar\\""}');
check('{}', '{}');
check('a:b="c"', '{a:b="c"}');
refused('{,}', 'bad matcher format: ');
refused('a', 'bad matcher format: a');
refused('{invalid-name = "valid label"}', 'bad matcher format: invalid-name = "valid label"');
refused('job="value', 'matcher value contains unescaped double quote: "value');
refused('job=value"', 'matcher value contains unescaped double quote: value"');
refused('trickier==\\\\=\\=\\""', 'matcher value contains unescaped double quote: =\\\\=\\=\\""');
refused('a = foo"bar', 'matcher value contains unescaped double quote: foo"bar');
refused('{foo=~"invalid[regexp"}', 'missing closing ]');
