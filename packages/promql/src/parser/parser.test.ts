// Texts and errors were compared with Prometheus 3.5's format_query; a line is a query and its answer.
// What differs from 3.5 on purpose is in the blocks named after it.

import { describe, expect, test } from 'vitest';
import {
  DEPTH_MAX,
  parseExpr,
  parseMetricSelector,
  prettify,
  printExpr,
  STABLE_LANGUAGE,
  WHOLE_LANGUAGE,
} from '../index.ts';
import { ParseError } from './errors.ts';

function errorOf(run: () => unknown): ParseError {
  try {
    run();
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('accepted, and printed as', () => {
  const check = (query: string, printed: string) =>
    test(JSON.stringify(query), () => {
      const expr = parseExpr(query, WHOLE_LANGUAGE);
      expect(printExpr(expr)).toBe(printed);
      expect(printExpr(parseExpr(printed, WHOLE_LANGUAGE))).toBe(printed);
    });
  check('foo @ -5', 'foo @ -5.000');
  check('foo @ 5m', 'foo @ 300.000');
  check('foo @ start()', 'foo @ start()');
  check('{a="b",}', '{a="b"}');
  check('sum by (a,)(x)', 'sum by (a) (x)');
  check('limitk(1,b)', 'limitk(1, b)');
  check('mad_over_time(foo[5m])', 'mad_over_time(foo[5m])');
  check('info(a,{b="c"})', 'info(a, {b="c"})');
  check('info(a, {b=""})', 'info(a, {b=""})');
  check('foo #bar', 'foo');
  check('a == bool b == bool c', 'a == bool b == bool c');
  check('unless', 'unless');
  check('a[1.5]', 'a[1s500ms]');
  check('a[1e3]', 'a[16m40s]');
  check('a[0x10]', 'a[16s]');
  check('2 == bool 3', '2 == bool 3');
  check('sum', 'sum');
  check('sum + 1', 'sum + 1');
  check('sum{a="b"}', 'sum{a="b"}');
  check('sum[5m]', 'sum[5m]');
  check('sum offset 5m', 'sum offset 5m');
  check('sum @ 5', 'sum @ 5.000');
  check('{"foo","bar"}', '{__name__="bar",__name__="foo"}');
  check('{"utf8.name","l.x"="v"}', '{"l.x"="v",__name__="utf8.name"}');
  check('1_000.5', '1000.5');
  check('1e1_0', '10000000000');
  check('017', '15');
  check('08', '8');
  check('0x_1F', '31');
  check('.5', '0.5');
  check('5.', '5');
  check('1.e5', '100000');
  check('foo[0.0015]', 'foo[1ms]');
  check('5m30s', '5m30s');
  check('-5m', '-5m');
  check('-0', '-0');
  check('{__name__="",a="b"}', '{__name__="",a="b"}');
  check('foo{}', 'foo');
  check('{a!="",b=~".*"}', '{a!="",b=~".*"}');
  check("count_values('a', foo)", 'count_values("a", foo)');
  check('"\\xff\\u00e9\\n\\x00"', '"\\xffé\\n\\x00"');
  check('foo{a="\\xff"}', 'foo{a="\\xff"}');
  check('sum without () (foo)', 'sum without () (foo)');
  check('sum by () (foo)', 'sum(foo)');
  check('a + on() b', 'a + on () b');
  check('a + ignoring() b', 'a + b');
  check('a and on() b', 'a and on () b');
  check('a == bool on (x) group_left b', 'a == bool on (x) group_left () b');
  check('-a^b', '-a ^ b');
  check('2^-3^2', '2 ^ -3 ^ 2');
  check('foo[5m:] offset -5m', 'foo[5m:] offset -5m');
  check('start', 'start');
  check('end{a="b"}', 'end{a="b"}');
  check('by', 'by');
  check('a or or', 'a or or');
  check('offset offset 5m', 'offset offset 5m');
  check('group(foo)', 'group(foo)');
  check('NaN', 'NaN');
  check('+Inf', '+Inf');
  check('-inf', '-Inf');
  check('1e-7', '0.0000001');
  check('1e21', '1000000000000000000000');
  check('0.1+1e30', '0.1 + 1000000000000000000000000000000');
  check('foo offset (1m)+2m', 'foo offset (1m + 2m)');
  check('foo offset -(1m)+2m', 'foo offset -1m + 2m');
  check('foo offset -(1m+1m)+2m', 'foo offset -(1m + 1m) + 2m');
  check('foo offset -(-5m)', 'foo offset 5m');
  check('foo offset --5m', 'foo offset 5m');
  check('foo offset --5m+1m', 'foo offset (5m + 1m)');
  check('foo[1h*2:5m*2]', 'foo[1h * 2:5m * 2]');
  check('foo[(5m)]', 'foo[5m]');
  check('foo[1m^2]', 'foo[1m ^ 2]');
  check('foo[-1m^2]', 'foo[-1m ^ 2]');
  check('foo[5m%(1-1)]', 'foo[5m % (1 - 1)]');
  check('foo offset (5m-1m)', 'foo offset (5m - 1m)');
  check('foo{}[5m] offset 0', 'foo[5m]');
  check('foo @ start() [5m]', 'foo[5m] @ start()');
  check('foo[5m:] @ end() offset -1w', 'foo[5m:] @ end() offset -1w');
  check('foo[1y1w1d1h1m1s1ms]', 'foo[373d1h1m1s1ms]');
  check('0xabe', '2750');
  check('foo + +5', 'foo + 5');
  check('- -1', '1');
  check('-(1)', '-(1)');
  check('1 - -1', '1 - -1');
  check("foo{a='b\\'c', b=`\\x`}", 'foo{a="b\'c",b="\\\\x"}');
  check('foo{a="b" , }', 'foo{a="b"}');
  check('sum(foo) # c', 'sum(foo)');
  check('foo{a=~"a|b"}', 'foo{a=~"a|b"}');
  check('`a\nb`', '"a\\nb"');
});

describe('refused with', () => {
  // The words "parse error" between position and text are left out here.
  const check = (query: string, message: string) =>
    test(JSON.stringify(query), () => {
      const error = errorOf(() => parseExpr(query, WHOLE_LANGUAGE));
      expect(error.message.replace(': parse error: ', ': ')).toBe(message);
    });
  check('foo[5m+]', '1:8: unexpected "]" in subquery selector, expected number or duration');
  check('foo[(5m]', '1:8: unexpected "]" in subquery selector, expected number or duration');
  check('foo[5m)]', "1:8: unexpected right parenthesis ')'");
  check('foo[5m:1m)', "1:11: unexpected right parenthesis ')'");
  check('foo[5m,]', '1:7: unexpected "," in subquery or range, expected ":" or "]"');
  check('foo[5m:,]', '1:8: unexpected "," in subquery selector, expected number or duration or "]"');
  check('abs(1,,2)', '1:6: trailing commas not allowed in function call args');
  check('abs(1,', '1:7: unclosed left parenthesis');
  check('abs(,)', '1:5: unexpected ","');
  check('abs(1,)', '1:6: trailing commas not allowed in function call args');
  check('foo(1,)', '1:6: trailing commas not allowed in function call args');
  check('sum(1,)', '1:6: trailing commas not allowed in function call args');
  check('sum(a,', '1:7: unclosed left parenthesis');
  check('sum(a,=)', '1:6: trailing commas not allowed in function call args');
  check('a + * b', '1:5: unexpected <op:*>');
  check('a + bool on(x) b', '1:3: bool modifier can only be used on comparison operators');
  check('a + on(x) group_left(x) b', '1:3: label "x" must not occur in ON and GROUP clause at once');
  check('1 > 2', '1:3: comparisons between scalars must use BOOL modifier');
  check('1 and 2', '1:1: set operator "and" not allowed in binary scalar expression');
  check('a and 1', '1:1: set operator "and" not allowed in binary scalar expression');
  check('a + on(x) 1', '1:1: vector matching only allowed between instant vectors');
  check('a and on(x) group_left(x) b', '1:3: label "x" must not occur in ON and GROUP clause at once');
  check('a and on(x) group_left b', '1:1: no grouping allowed for "and" operation');
  check('"a"+1', '1:1: binary expression must contain only scalar and instant vector types');
  check(
    '-"a"',
    '1:1: unary expression only allowed on expressions of type scalar or instant vector, got "string"',
  );
  check('foo[5m]+1', '1:1: binary expression must contain only scalar and instant vector types');
  check(
    '-foo[5m]',
    '1:1: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
  );
  check('foo[5m:1m][5m]', '1:11: ranges only allowed for vector selectors');
  check('foo[5m][5m:]', '1:1: subquery is only allowed on instant vector, got matrix instead');
  check('1[5m]', '1:2: ranges only allowed for vector selectors');
  check('1[5m:]', '1:1: subquery is only allowed on instant vector, got scalar instead');
  check('foo @ start', '1:12: unexpected end of input in @, expected timestamp');
  check('foo @ (5)', '1:7: unexpected "(" in @, expected timestamp');
  check('foo @ 5 @ 6', '1:1: @ <timestamp> may not be set multiple times');
  check('foo @ NaN', '1:1: timestamp out of bounds for @ modifier: NaN');
  check('foo offset -', '1:13: unexpected end of input in offset, expected number or duration');
  check('foo offset bar', '1:12: unexpected identifier "bar" in offset, expected number or duration');
  check('foo offset (', '1:13: unclosed left parenthesis');
  check('foo offset (5m', '1:15: unclosed left parenthesis');
  check('foo offset (5m bar)', '1:16: unexpected identifier "bar" in offset, expected number or duration');
  check('{a}', '1:3: unexpected "}" in label matching, expected label matching operator');
  check('{a=}', '1:4: unexpected "}" in label matching, expected string');
  check('{a="b"', '1:7: unexpected end of input inside braces');
  check('{,}', '1:2: unexpected "," in label matching, expected identifier or "}"');
  check('{a=b}', '1:4: unexpected identifier "b" in label matching, expected string');
  check('{"a" b}', '1:6: unexpected identifier "b" in label matching, expected "," or "}"');
  check('{"a"=b}', '1:6: unexpected identifier "b" in label matching, expected string');
  check('{a="b" "c"="d"}', '1:8: unexpected string "\\"c\\"" in label matching, expected "," or "}"');
  check('foo {a="b"} bar', '1:13: unexpected identifier "bar"');
  check('foo{a="b"}{c="d"}', '1:11: unexpected "{"');
  check('sum by (a,,b)(x)', '1:11: unexpected "," in grouping opts, expected label');
  check('sum by (,)(x)', '1:9: unexpected "," in grouping opts, expected label');
  check('sum by (a(x)', '1:10: unexpected "(" in grouping opts, expected "," or ")"');
  check('sum by ("a" "b")(x)', '1:13: unexpected string "\\"b\\"" in grouping opts, expected "," or ")"');
  check('a + on 5', '1:8: unexpected number "5" in grouping opts, expected "("');
  check('a + on(', '1:8: unclosed left parenthesis');
  check('a + on(a', '1:9: unclosed left parenthesis');
  check('a + on(a) group_left(', '1:22: unclosed left parenthesis');
  check('a + on(a) group_left)', "1:22: unexpected right parenthesis ')'");
  check('a + group_left(a) b', '1:5: unexpected <group_left>');
  check('(a', '1:3: unclosed left parenthesis');
  check('()', '1:2: unexpected ")"');
  check('(a b)', '1:4: unexpected identifier "b"');
  check('a)', "1:3: unexpected right parenthesis ')'");
  check('abs(a b)', '1:7: unexpected identifier "b"');
  check('abs()', '1:1: expected 1 argument(s) in call to "abs", got 0');
  check('topk(1)', '1:1: wrong number of arguments for aggregate expression provided, expected 2, got 1');
  check('topk("a", b)', '1:6: expected type scalar in aggregation parameter, got string');
  check('topk(b, 1)', '1:9: expected type instant vector in aggregation expression, got scalar');
  check('sum()', '1:1: no arguments for aggregate expression provided');
  check('sum(1)', '1:5: expected type instant vector in aggregation expression, got scalar');
  check('count_values(1,b)', '1:14: expected type string in aggregation parameter, got scalar');
  check('foo()', '1:1: unknown function with name "foo"');
  check('foo(1) bar', '1:1: unknown function with name "foo"');
  check('rate()', '1:1: expected 1 argument(s) in call to "rate", got 0');
  check('label_join(a,"b")', '1:1: expected at least 3 argument(s) in call to "label_join", got 2');
  check('round(a,1,2)', '1:1: expected at most 2 argument(s) in call to "round", got 3');
  check('round()', '1:1: expected at least 1 argument(s) in call to "round", got 0');
  check('info(a,b)', '1:8: expected label selectors only, got vector selector instead');
  check(
    'histogram_quantile(a,b)',
    '1:20: expected type scalar in call to function "histogram_quantile", got instant vector',
  );
  check('#foo', '1:1: no expression found in input');
  check('', 'unknown position: no expression found in input');
  check(' ', '1:1: no expression found in input');
  check('é', "1:1: unexpected character: 'é'");
  check('"é" é', "1:6: unexpected character: 'é'");
  check('foo{a="é"} bar', '1:13: unexpected identifier "bar"');
  check('!', "1:1: unexpected character after '!': '�'");
  check('=', '1:1: unexpected "="');
  check('a = b', '1:3: unexpected "="');
  check('a =~ b', "1:3: unexpected character after '=': '~'");
  check('a ! b', "1:3: unexpected character after '!': ' '");
  check('a !~ b', "1:3: unexpected character after '!': '~'");
  check('{a!b}', "1:3: unexpected character after '!' inside braces: 'b'");
  check('$', "1:1: unexpected character: '$'");
  check('a; b', "1:2: unexpected character: ';'");
  check('[5m]', '1:1: unexpected "["');
  check(']', "1:1: unexpected right bracket ']'");
  check('a[5m', '1:5: unclosed left bracket');
  check('a[', '1:3: unexpected end of input in duration expression');
  check('a[b]', "1:3: unexpected character in duration expression: 'b'");
  check('a[5m:1m:1m]', "1:8: unexpected colon ':'");
  check('a[5m:::]', "1:6: unexpected colon ':'");
  check('a[:5m]', '1:4: unexpected colon before duration in duration expression');
  check('a[5m 5m]', '1:6: unexpected duration "5m" in subquery or range, expected ":" or "]"');
  check('0b1', '1:1: bad number or duration syntax: "0"');
  check('"a', '1:1: unterminated quoted string');
  check('\'a"', '1:1: unterminated quoted string');
  check('`a', '1:1: unterminated raw string');
  check('"\\x4"', "1:1: illegal character U+0022 '\"' in escape sequence");
  check('"\\u00zz"', "1:1: illegal character U+007A 'z' in escape sequence");
  check('"\\ud800"', '1:1: escape sequence is an invalid Unicode code point');
  check('"\\400"', '1:1: escape sequence is an invalid Unicode code point');
  check('"\\', '1:1: escape sequence not terminated');
  check("'\\\"'", "1:1: unknown escape sequence U+0022 '\"'");
  check('a{b=~"("}', '1:3: error parsing regexp: missing closing ): `(`');
  check('a{b!~"[a-"}', '1:3: error parsing regexp: missing closing ]: `[a-`');
  check('a{b=~"a)"}', '1:3: error parsing regexp: unexpected ): `a)`');
  check('a{b=~"\\\\q"}', '1:3: error parsing regexp: invalid escape sequence: `\\q`');
  check('a unless on () group_right b', '1:1: no grouping allowed for "unless" operation');
  check('absent(1)', '1:8: expected type instant vector in call to function "absent", got scalar');
  check('scalar(1)', '1:8: expected type instant vector in call to function "scalar", got scalar');
  check('vector(a)', '1:8: expected type scalar in call to function "vector", got instant vector');
  check('time(1)', '1:1: expected 0 argument(s) in call to "time", got 1');
  check('sum(foo[5m])', '1:5: expected type instant vector in aggregation expression, got range vector');
  check('sum(sum(sum(1)))', '1:13: expected type instant vector in aggregation expression, got scalar');
  check(
    'day_of_week("a")',
    '1:13: expected type instant vector in call to function "day_of_week", got string',
  );
  check('a[1s:1s] + 1', '1:1: binary expression must contain only scalar and instant vector types');
  check('a[NaN]', "1:3: unexpected character in duration expression: 'N'");
  check('a[Inf]', "1:3: unexpected character in duration expression: 'I'");
  check('a offset Inf', '1:10: duration out of range');
  check('a offset inf', '1:10: duration out of range');
  check('a @ Inf', '1:1: timestamp out of bounds for @ modifier: +Inf');
  check('2 * bool 3', '1:3: bool modifier can only be used on comparison operators');
  check('2 == 3', '1:3: comparisons between scalars must use BOOL modifier');
  check('sum foo', '1:5: unexpected identifier "foo"');
  check('sum)', "1:5: unexpected right parenthesis ')'");
  check('sum 5', '1:5: unexpected number "5"');
  check('sum(', '1:5: unclosed left parenthesis');
  check('sum by', '1:7: unexpected end of input in grouping opts, expected "("');
  check('sum sum', '1:5: unexpected <aggr:sum>');
  check('sum by by(a)', '1:8: unexpected <by> in grouping opts, expected "("');
  check('sum bool', '1:5: unexpected <bool>');
  check('foo{__name__="x"}', '1:1: metric name must not be set twice: "foo" or "x"');
  check('foo{"x"}', '1:1: metric name must not be set twice: "foo" or "x"');
  check('sum by ("foo.bar", "")(x)', '1:20: invalid label name for grouping: ""');
  check('sum by (5)(x)', '1:9: unexpected number "5" in grouping opts, expected label');
  check(
    '0xFFFFFFFFFFFFFFFFFFFF',
    '1:1: error parsing number: strconv.ParseFloat: parsing "0xFFFFFFFFFFFFFFFFFFFF": invalid syntax',
  );
  check('1e400', '1:1: error parsing number: strconv.ParseFloat: parsing "1e400": value out of range');
  check('1__0', '1:1: bad number or duration syntax: "1__"');
  check('1_', '1:1: bad number or duration syntax: "1_"');
  check('0x1.5', '1:1: bad number or duration syntax: "0x1."');
  check('1e', '1:1: bad number or duration syntax: "1e"');
  check('1e+', '1:1: bad number or duration syntax: "1e+"');
  check('{__name__=""}', '1:1: vector selector must contain at least one non-empty matcher');
  check('{a=""}', '1:1: vector selector must contain at least one non-empty matcher');
  check('sum by (a)(foo) by (b)', '1:17: unexpected <by>');
  check('bool', '1:1: unexpected <bool>');
  check('atan2', '1:1: unexpected <op:atan2>');
  check('foo[+-5m]', '1:5: duration must be greater than 0');
  check('foo[5m/0]', '1:7: division by zero');
  check('foo[5m:0]', '1:8: duration must be greater than 0');
  check('foo offset 5m offset 5m', '1:1: offset may not be set multiple times');
  check(
    '(foo) offset 5m',
    '1:1: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
  );
  check('foo[5m] [5m]', '1:9: ranges only allowed for vector selectors');
  check('foo offset 5m [5m]', '1:15: no offset modifiers allowed before range');
  check('foo @ 5 [5m]', '1:9: no @ modifiers allowed before range');
  check('foo @ 1e30', '1:1: timestamp out of bounds for @ modifier: 1000000000000000019884624838656.000000');
  check('foo offset 1e30', '1:12: duration out of range');
  check('foo[300y]', '1:5: duration out of range');
  check('foo[200y200y]', '1:5: bad number or duration syntax: "200y200"');
  check('300y', '1:1: duration out of range');
  check('1m1h', '1:1: not a valid duration string: "1m1h"');
  check('foo[5m]:', '1:8: unexpected metric identifier ":"');
  check('foo offset', '1:11: unexpected end of input in offset, expected number or duration');
  check('1 +', '1:4: unexpected end of input');
  check('0x1e+5', '1:1: error parsing number: strconv.ParseFloat: parsing "0x1e+5": invalid syntax');
  check('0x', '1:1: error parsing number: strconv.ParseFloat: parsing "0x": invalid syntax');
  check('foo[1.5m]', '1:5: unknown unit "." in duration "1.5m"');
  check('1 + #x\n #y\n ) ', "3:3: unexpected right parenthesis ')'");
  check('foo\nbar\n baz', '2:1: unexpected identifier "bar"');
  check('a ||  b', "1:3: unexpected character: '|'");
  check('"a\nb"', '1:1: unterminated quoted string');
  check('foo[5m]\r\n+ 1', '1:1: binary expression must contain only scalar and instant vector types');
});

describe('newer than 3.5', () => {
  const check = (query: string, printed = query) =>
    test(query, () => expect(printExpr(parseExpr(query, WHOLE_LANGUAGE))).toBe(printed));
  check('start()');
  check('end() - start() + range() / step()');
  check('min_of(1, max_of(2, 3))');
  check('a + fill (0) b');
  check('a + on (x) group_left (y) fill_left (5) fill_right (-Inf) b');
  check('a == bool fill(NaN) b', 'a == bool fill (NaN) b');
  check('fill + fill');
  check('h </ 2 >/ -1');
  check('rate(a[5m] anchored)');
  check('rate(a[5m] SMOOTHED offset 5m)', 'rate(a[5m] smoothed offset 5m)');
  check('a[step()]');
  check('a[1 + (STep() - 5) * 2]', 'a[1 + (step() - 5) * 2]');
  check('a[max_of(min_of(step() + 1, 1h), 1ms)]');
  check('a offset -min_of(step(), 1s) + 8000');
  check('a offset (-step() * 2)');
  check('a offset -(min_of(step(), 2s) - 5) + 8000');
  check('histogram_quantiles(a, "q", 0.5, 0.9)');
  check('sum by ("a:b", "c.d") (x)', 'sum by (a:b, "c.d") (x)');
});

describe('features that are switched off', () => {
  const check = (query: string, message: string) =>
    test(query, () => expect(errorOf(() => parseExpr(query, STABLE_LANGUAGE)).message).toBe(message));
  check('mad_over_time(a[5m])', '1:1: parse error: function "mad_over_time" is not enabled');
  check(
    'limitk(1, a)',
    '1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions',
  );
  check('a[1m + 1m]', '1:3: parse error: experimental duration expression is not enabled');
  check('a[step()]', '1:3: parse error: experimental duration expression is not enabled');
  check('a anchored', '1:1: parse error: anchored modifier is experimental and not enabled');
  check('a + fill(1) b', '1:1: parse error: binop fill modifiers are experimental and not enabled');
});

describe('over several lines', () => {
  const check = (query: string, ...lines: string[]) =>
    test(query, () => expect(prettify(parseExpr(query, WHOLE_LANGUAGE))).toBe(lines.join('\n')));
  const long = 'a'.repeat(60);
  check(`sum(${long} + ${long})`, 'sum(', `    ${long}`, '  +', `    ${long}`, ')');
  check(`-(${long} + ${long})`, '-(', `    ${long}`, '  +', `    ${long}`, ')');
  check(
    `topk by (x) (5, rate(${long}${long}[5m]))`,
    'topk by (x) (',
    '  5,',
    '  rate(',
    `    ${long}${long}[5m]`,
    '  )',
    ')',
  );
  check(
    `max_over_time((${long} * ${long})[5m:1m])`,
    'max_over_time(',
    '  (',
    `      ${long}`,
    '    *',
    `      ${long}`,
    '  )[5m:1m]',
    ')',
  );
});

describe('nesting and size', () => {
  const depths = { accepted: DEPTH_MAX - 1, refused: [DEPTH_MAX + 1, 10_000, 100_000] };
  const check = (name: string, of: (depth: number) => string) =>
    test(name, () => {
      const expr = parseExpr(of(depths.accepted), WHOLE_LANGUAGE);
      expect(prettify(parseExpr(printExpr(expr), WHOLE_LANGUAGE))).toBe(prettify(expr));
      for (const depth of depths.refused) {
        expect(errorOf(() => parseExpr(of(depth), WHOLE_LANGUAGE)).message).toMatch(
          `nested deeper than ${DEPTH_MAX} levels`,
        );
      }
    });
  check('parentheses', (depth) => `${'('.repeat(depth)}a${')'.repeat(depth)}`);
  check('signs', (depth) => `${'- '.repeat(depth)}a`);
  check('a chain of sums', (depth) => Array(depth).fill('a').join('+'));
  check('a chain of powers', (depth) => Array(depth).fill('a').join('^'));
  check('aggregations', (depth) => `${'sum('.repeat(depth)}a${')'.repeat(depth)}`);
  check('functions', (depth) => `${'abs('.repeat(depth)}a${')'.repeat(depth)}`);
  test('a megabyte', () => {
    expect(printExpr(parseExpr(`a{b="${'x'.repeat(1e6)}"}`))).toHaveLength(1e6 + 7);
    expect(printExpr(parseExpr(`a{${'b="c",'.repeat(150_000)}}`))).toHaveLength(900_002);
    expect(printExpr(parseExpr(`${' '.repeat(1e6)}a # ${'x'.repeat(1e6)}`))).toBe('a');
  });
});

describe('selectors alone', () => {
  test('matchers', () => {
    const matchers = parseMetricSelector('a{b=~"c|d", "e.f"!="g"}');
    expect(matchers.map(({ name, kind, value }) => name + kind + value)).toEqual([
      'b=~c|d',
      'e.f!=g',
      '__name__=a',
    ]);
  });
  const check = (text: string, message: string) =>
    test(JSON.stringify(text), () => expect(errorOf(() => parseMetricSelector(text)).message).toBe(message));
  check('', 'unknown position: parse error: unexpected end of input');
  check('1', '1:1: parse error: unexpected number "1"');
  check('a b', '1:3: parse error: unexpected identifier "b"');
  check('a[5m]', '1:2: parse error: unexpected "["');
});
