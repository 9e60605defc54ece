// Whatever the text, reading it gives a configuration or a ConfigError; and what matchers print is read
// back as the same. AMPERE_SEED repeats a run, AMPERE_TEST_LONG=1 tries many texts.

import { SeededRandom } from '@ampere/platform';
import { Matcher, type MatchKind } from '@ampere/series';
import { expect, test } from 'vitest';
import { ConfigError } from '../errors.ts';
import { matchersText, parseMatchers } from '../matcher-text.ts';
import { parseConfig } from './config.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 1);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 100_000 : 400;

const SAMPLE = `global: {resolve_timeout: 1m, http_config: &x {a: [b]}}
route:
  receiver: r
  group_by: [a, b]
  routes:
  - {receiver: q, match: {a: b}, match_re: {c: 'd|e'}, matchers: ['f="g"', "h!~i"], mute_time_intervals: [off]}
time_intervals:
- name: off
  time_intervals: [{times: [{start_time: '09:00', end_time: '17:00'}], days_of_month: ['1:-1'], location: UTC}]
inhibit_rules: [{source_matchers: [a=b], target_matchers: [c=d], equal: [e]}]
receivers:
- name: r
  sns_configs: [{topic_arn: t, sigv4: {region: us-east-1}, attributes: {k: v}}]
- name: q
`;
const PIECES = ['*x', '&x ', '[', ']', '{', '}', ': ', '- ', '\n', "'", '"', '!!int ', 'null', '~', '0', '-1', '<<', '\t', '#', '| ', '\u{1f4a5}', '\0']; // biome-ignore format: one line

test(`any text is a configuration or a ConfigError (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  let accepted = 0;
  for (let round = 0; round < rounds; round++) {
    let text = SAMPLE;
    for (let edits = random.integer(4); edits >= 0; edits--) {
      const at = random.integer(text.length);
      const removed = random.integer(3) === 0 ? random.integer(12) : 0;
      const piece = random.integer(4) === 0 ? '' : PIECES[random.integer(PIECES.length)]!;
      text = text.slice(0, at) + piece + text.slice(at + removed);
    }
    try {
      parseConfig(text);
      accepted++;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw new Error(`seed ${seed}: ${text}`, { cause: error });
    }
  }
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(rounds);
});

test(`printed matchers are read back (seed ${seed})`, () => {
  const random = new SeededRandom(seed);
  const kinds: readonly MatchKind[] = ['=', '!='];
  const CHARS = ['a', '"', '\\', '\n', ',', '{', '}', ' ', '=', 'n', '\u{1f4a5}'];
  for (let round = 0; round < rounds; round++) {
    const matchers = Array.from({ length: 1 + random.integer(3) }, () => {
      const value = Array.from({ length: random.integer(6) }, () => CHARS[random.integer(CHARS.length)]!);
      return new Matcher('ab_1'.slice(0, 1 + random.integer(3)), kinds[random.integer(2)]!, value.join(''));
    });
    const printed = matchersText(matchers);
    expect(matchersText(parseMatchers(printed)), `seed ${seed}`).toBe(printed);
  }
});
