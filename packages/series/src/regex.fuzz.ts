// Random patterns of literals, wildcards and groups: the quick way beside the regular expression engine.

import { SeededRandom } from '@ampere/platform';
import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { compileRegex } from './regex.ts';
import { literalPrefix, simpleRegex } from './simple-regex.ts';

const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 300_000 : 5_000;
const LITERALS = ['a', 'b', 'ab', 'ba', 'é', '😀', '-', '\\.', '\\-', '\n', 'a.b', ' ', '/'];
const WILD = ['.*', '.+', '.*', '.+', '(a|b)', '(?:ab|)', '(a.*|.+b)', '()', '(a|(b|c)d)'];
const OTHER = ['.', 'a*', 'b?', '[ab]', 'a{2}', '(a)+', '(?i)a', '\\d', '^', '$', '.*?', '\\x61'];

function pattern(random: SeededRandom): string {
  let text = '';
  for (let i = random.integer(6); i >= 0; i--) {
    const kind = random.integer(12);
    const from = kind < 5 ? LITERALS : kind < 10 ? WILD : kind === 10 ? ['|'] : OTHER;
    text += from[random.integer(from.length)];
  }
  return text;
}

const UNITS = ['a', 'b', 'c', 'd', 'é', '😀', '-', '.', '\n', ' ', '/', 'ab'];

it('agrees with the engine', () => {
  const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
  const random = new SeededRandom(seed);
  let simple = 0;
  let taken = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = pattern(random);
    let compiled: RE2JS;
    try {
      compiled = RE2JS.compile(text, RE2JS.DOTALL);
    } catch {
      expect(() => compileRegex(text), `seed ${seed}: ${text}`).toThrow();
      continue;
    }
    const regex = compileRegex(text);
    if (simpleRegex(text) !== undefined) simple++;
    for (let i = 0; i < 20; i++) {
      let value = i === 0 ? '' : i === 1 ? literalPrefix(text) : '';
      for (let k = i < 2 ? 0 : random.integer(7); k > 0; k--) value += UNITS[random.integer(UNITS.length)];
      const expected = compiled.testExact(value);
      expect(regex.test(value), `seed ${seed}: ${text} on ${JSON.stringify(value)}`).toBe(expected);
      if (regex.texts !== undefined) expect(regex.texts.includes(value), `${text} ${value}`).toBe(expected);
      if (expected) taken++;
    }
  }
  expect(simple).toBeGreaterThan(ROUNDS / 4);
  expect(taken).toBeGreaterThan(ROUNDS);
});
