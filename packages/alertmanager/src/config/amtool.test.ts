// Configurations read by amtool and by us: the same verdict, and for each refusal the same words.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ConfigError } from '../errors.ts';
import { parseConfig } from './config.ts';

const R = 'receivers: [{name: r}]';
const route = (fields: string) => `route: {receiver: r, ${fields}}\n${R}`;
const child = (fields: string) => route(`routes: [{${fields}}]`);
const sns = (fields: string) => `route: {receiver: r}\nreceivers: [{name: r, sns_configs: [{${fields}}]}]`;
const interval = (fields: string) => `route: {receiver: r}\ntime_intervals: [{name: i, time_intervals: [{${fields}}]}]\n${R}`; // biome-ignore format: one line
const inhibit = (fields: string) => `route: {receiver: r}\ninhibit_rules: [{${fields}}]\n${R}`;

const CONFIGS = [
  R,
  'route: {}\nreceivers: [{name: r}]',
  route(''),
  route('continue: true'),
  route('group_interval: 0s'),
  route('repeat_interval: 0s'),
  route('group_wait: 0s'),
  route('group_wait: 5'),
  route("group_wait: ''"),
  route('group_wait: 1h30'),
  route('group_wait: 1d12h5m'),
  route('group_wait: 999999999y'),
  route('group_wait: [1]'),
  route('group_by: [a-b]'),
  route("group_by: [a, '...']"),
  route("group_by: ['...']"),
  route('group_by: []'),
  route('group_by: a'),
  route('group_by: {a: b}'),
  route('foo: 1, bar: 2'),
  route('receiver: s'),
  route('continue: yes'),
  route('continue: nope'),
  route('continue: 1'),
  route('matchers: []'),
  child('matchers: [a=b]'),
  child("matchers: ['{a=b,c!~d}', 'e=\"f,g\"']"),
  child("matchers: ['a=\"b']"),
  child("matchers: ['a=b\"']"),
  child('matchers: [\'a=~"["\']'),
  child("matchers: ['']"),
  child("matchers: ['{,}']"),
  child('matchers: a=b'),
  child("match: {'a-b': c}"),
  child('match: {a: [b]}'),
  child("match_re: {'a-b': c}"),
  child("match_re: {a: 'b|c'}"),
  child("match_re: {a: '*'}"),
  child('match: {a: b, a: c}'),
  child('mute_time_intervals: [x]'),
  child('active_time_intervals: [x]'),
  child('receiver: nobody'),
  inhibit("equal: ['x-y']"),
  inhibit("source_match: {'a-b': c}"),
  inhibit("target_match_re: {a: '('}"),
  inhibit('target_matchers: [a]'),
  inhibit(''),
  interval("times: [{start_time: '09:00'}]"),
  interval("times: [{start_time: '09:00', end_time: '24:00'}]"),
  interval("times: [{start_time: '09:00', end_time: '24:01'}]"),
  interval("times: [{start: '09:00', end_time: '24:01'}]"),
  interval('weekdays: [Monday, tuesday]'),
  interval("weekdays: ['friday:monday']"),
  interval('weekdays: [mon]'),
  interval("weekdays: ['monday:tuesday:friday']"),
  interval("days_of_month: ['0']"),
  interval("days_of_month: ['-1:5']"),
  interval("days_of_month: ['-1:-5']"),
  interval('days_of_month: [1, 31]'),
  interval('days_of_month: [x]'),
  interval("months: ['may:april']"),
  interval('months: [13]'),
  interval('months: [foo]'),
  interval("years: ['2024:2020']"),
  interval('years: [x]'),
  interval('location: Europe/Berlin'),
  interval('location: Nowhere'),
  interval('foo: 1'),
  `route: {receiver: r}\ntime_intervals: [{}]\n${R}`,
  `route: {receiver: r}\nmute_time_intervals: [{}]\n${R}`,
  `route: {receiver: r}\nmute_time_intervals: [{name: a}]\ntime_intervals: [{name: a}]\n${R}`,
  `route: {receiver: r}\ntime_intervals: [{name: a}, {name: a}]\n${R}`,
  `route: {receiver: r}\nmute_time_intervals: [{name: a}, {name: a}]\n${R}`,
  sns('sigv4: {region: x}'),
  sns('topic_arn: t, target_arn: u'),
  sns('topic_arn: t, target_arn: u, phone_number: "1"'),
  sns('topic_arn: t, sigv4: {access_key: a}'),
  sns('topic_arn: t, sigv4: {regin: a}'),
  sns('topic_arn: t, attributes: [a]'),
  sns('topic_arn: t, send_resolved: off, attributes: {a: 1, b: null}'),
  sns('topic_arn: 5, subject: null'),
  'route: {receiver: r}\nreceivers: [{name: r, foo_configs: []}]',
  'route: {receiver: r}\nreceivers: {name: r}',
  'route: {receiver: r}\nreceivers: [r]',
  `global: {foo: 1}\n${route('')}`,
  `global: {resolve_timeout: x}\n${route('')}`,
  `global: 5\n${route('')}`,
  `templates: x\n${route('')}`,
  `templates: [{a: b}]\n${route('')}`,
  `route: {<<: {group_wait: 1s}, receiver: r}\n${R}`,
  `route: *x\n${R}`,
  '[]',
  'text',
];

describeWith('compared with amtool', ['amtool'], ({ amtool }) => {
  const folder = temporaryFolder();
  for (const [index, config] of CONFIGS.entries()) {
    test(config.replaceAll('\n', ' ⏎ '), async () => {
      const path = join(folder, `${index}.yml`);
      writeFileSync(path, config);
      const { stdout, stderr } = await run(amtool, ['check-config', path]);
      const theirs = / {2}FAILED: ([\s\S]*?)\n\n/.exec(`${stdout}\n\n${stderr}`)?.[1] ?? null;
      let ours: string | null = null;
      try {
        parseConfig(config);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        ours = error.message;
      }
      expect(ours).toBe(theirs);
    });
  }
});
