// Random series are written as text and read back; random bytes never do worse than an ExpositionError, and
// take no more time than their length.
import { SeededRandom } from '@ampere/platform';
import { METRIC_NAME } from '@ampere/series';
import { expect, test } from 'vitest';
import { ExpositionError, type ExpositionParser } from './entry.ts';
import { OpenMetricsParser } from './open-metrics-parser.ts';
import { readSeries } from './series-text.ts';
import { TextParser } from './text-parser.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 7);
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 200_000 : 2000;

const PIECES = [
  'a',
  'Z9',
  '_',
  ':',
  ' ',
  '"',
  '\\',
  '\n',
  '{',
  '}',
  ',',
  '=',
  '#',
  'é',
  '𝛼',
  '.',
  '0',
  'NaN',
  '\t',
  ' # ',
];

function text(random: SeededRandom, pieces: readonly string[], length: number): string {
  return Array.from({ length: random.integer(length + 1) }, () => pieces[random.integer(pieces.length)]).join(
    '',
  );
}

const quote = (value: string) => `"${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`;

test(`what was written is read (seed ${SEED})`, () => {
  const random = new SeededRandom(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const name = `m${text(random, ['a', '_', '9', ':'], 5)}`;
    const labels = Array.from({ length: random.integer(4) }, (_, at): [string, string] => [
      random.integer(2) === 0 ? `l${at}` : `${at}${text(random, PIECES, 4)}`,
      text(random, PIECES, 6),
    ]);
    const pairs = labels.map(([key, value]) => `${/^l\d$/.test(key) ? key : quote(key)}=${quote(value)}`);
    const series =
      random.integer(2) === 0 ? `${name}{${pairs.join(',')}}` : `{${[quote(name), ...pairs].join(',')}}`;
    const value = (random.integer(2_000_001) - 1_000_000) / 64;
    const timeMs = random.integer(2) === 0 ? undefined : random.integer(1 << 30);
    const check = (parser: ExpositionParser) => {
      expect(parser.next(), series).toBe('sample');
      expect(readSeries(parser.seriesText)).toEqual([[METRIC_NAME, name], ...labels]);
      expect([parser.value, parser.timeMs]).toEqual([value, timeMs]);
      expect(parser.next()).toBe('end');
    };
    check(new TextParser(`${series} ${value}${timeMs === undefined ? '' : ` ${timeMs}`}\n`));
    // Whole seconds and halves are exact in both units.
    const seconds = timeMs === undefined ? '' : ` ${(timeMs / 1000).toFixed(3)}`;
    const parser = new OpenMetricsParser(`${series} ${value}${seconds}\n# EOF\n`);
    expect(parser.next()).toBe('sample');
    expect(readSeries(parser.seriesText)).toEqual([[METRIC_NAME, name], ...labels]);
    if (timeMs !== undefined) expect(Math.abs(parser.timeMs! - timeMs)).toBeLessThanOrEqual(1);
    expect(parser.next()).toBe('end');
  }
});

test(`anything is read or refused (seed ${SEED})`, () => {
  const random = new SeededRandom(SEED + 1);
  const lines = [
    'a 1\n',
    '# TYPE a counter\n',
    'a{b="c"} 2 3\n',
    '# HELP a \\n\n',
    '# EOF\n',
    '# UNIT a_s s\n',
  ];
  for (let round = 0; round < ROUNDS; round++) {
    const input = text(random, [...PIECES, ...lines], 20);
    for (const parser of [new TextParser(input), new OpenMetricsParser(input)]) {
      try {
        for (let entries = 0; parser.next() !== 'end'; entries++) {
          expect(entries).toBeLessThanOrEqual(input.length);
          if (parser.seriesText !== '') readSeries(parser.seriesText);
        }
      } catch (error) {
        if (!(error instanceof ExpositionError)) throw new Error(JSON.stringify(input), { cause: error });
      }
    }
  }
});
