import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { parseConfig } from './config/config.ts';
import { buildRoute, groupKeyOf, groupLabelsOf, matchRoutes } from './route.ts';

const tree = (route: string) =>
  buildRoute(parseConfig(`route: ${route}\nreceivers: [{name: r}, {name: a}, {name: b}, {name: c}]`).route);

const check = (name: string, route: string, labels: Record<string, string>, receivers: string[]) =>
  test(name, () => {
    const taken = matchRoutes(tree(route), Labels.fromRecord(labels));
    expect(taken.map(({ receiver }) => receiver)).toEqual(receivers);
  });

const TWO = '{receiver: r, routes: [{receiver: a, matchers: [x=1]}, {receiver: b, matchers: [y=1]}]}';
check('the root when no child matches', TWO, { z: '1' }, ['r']);
check('the first child that matches', TWO, { x: '1', y: '1' }, ['a']);
check('the second', TWO, { y: '1' }, ['b']);
const GOES_ON = TWO.replace('[x=1]', '[x=1], continue: true');
check('continue', GOES_ON, { x: '1', y: '1' }, ['a', 'b']);
check('continue without another match leaves the parent out', GOES_ON, { x: '1' }, ['a']);
check('a missing label is empty', '{receiver: r, routes: [{receiver: a, matchers: [x=""]}]}', {}, ['a']);
check('a negated one too', '{receiver: r, routes: [{receiver: a, matchers: [x!="1"]}]}', {}, ['a']);
check('match and match_re', '{receiver: r, routes: [{receiver: a, match: {x: "1"}, match_re: {y: "a|b"}}]}', { x: '1', y: 'b' }, ['a']); // biome-ignore format: one line, one case
check('regexes are anchored', '{receiver: r, routes: [{receiver: a, match_re: {y: "a|b"}}]}', { y: 'bc' }, ['r']); // biome-ignore format: one line, one case
check(
  'depth first',
  '{receiver: r, routes: [{matchers: [x=1], routes: [{receiver: b, matchers: [y=1]}]}]}',
  { x: '1', y: '1' },
  ['b'],
);
check('an inherited receiver', '{receiver: c, routes: [{matchers: [x=1]}]}', { x: '1' }, ['c']);

test('inheritance', () => {
  const root = tree(
    '{receiver: r, group_by: [x], group_wait: 1s, group_interval: 2s, repeat_interval: 3s, routes: [{matchers: [a=1]}, {group_by: [y], group_wait: 0s}, {group_by: ["..."]}]}',
  );
  const [first, second, third] = root.children;
  expect(first).toMatchObject({ groupWaitMs: 1000, groupIntervalMs: 2000, repeatIntervalMs: 3000 });
  expect(first!.groupBy).toEqual(new Set(['x']));
  expect(second).toMatchObject({ groupBy: new Set(['y']), groupWaitMs: 0 });
  expect(third!.groupBy).toBe('all');
  expect(tree('{receiver: r}')).toMatchObject({
    groupWaitMs: 30_000,
    groupIntervalMs: 300_000,
    repeatIntervalMs: 14_400_000,
  });
});

test('group keys', () => {
  const labels = Labels.fromRecord({ alertname: 'x', zone: 'y', c: 'd', a: 'b' });
  const route = tree(
    '{receiver: r, group_by: [zone, alertname, none], routes: [{matchers: [a=b], routes: [{matchers: ["c=~d"]}]}]}',
  );
  const taken = matchRoutes(route, labels)[0]!;
  const key = groupKeyOf(taken, groupLabelsOf(taken, labels));
  expect(key).toBe('{}/{a="b"}/{c=~"d"}:{alertname="x", zone="y"}');
});

test('the group key that Alertmanager 0.25 gives to odd labels', () => {
  const labels = Labels.fromRecord({ alertname: 'x é\x01\xad\u{1f600}', a: 'b', c: 'd', q: '"\\ \t\x7f' });
  const route = tree(
    `{receiver: r, group_by: [alertname, q], routes: [{match: {a: b}, match_re: {c: 'd|e'}, routes: [{matchers: ['f!="x y"', 'alertname=~".+"']}]}]}`,
  );
  const taken = matchRoutes(route, labels)[0]!;
  expect(groupKeyOf(taken, groupLabelsOf(taken, labels))).toBe(
    '{}/{a="b",c=~"^(?:d|e)$"}/{alertname=~".+",f!="x y"}:{alertname="x é\\x01\\u00ad\u{1f600}", q="\\"\\\\ \\t\\x7f"}',
  );
});
