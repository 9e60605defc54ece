// Mutated rule files: our verdict and our words against the real promtool's.
import { SeededRandom } from '@ampere/platform';
import { describeWith } from '@ampere/testing';
import { expect, test } from 'vitest';
import { parseRuleFile, RuleFileError } from './rule-file.ts';
import { checkWithPromtool } from './testing/real-promtool.ts';

const BASE = `groups:
- name: first
  interval: 1m30s
  limit: 10
  labels: {team: a}
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
    labels:
      severity: page
  - alert: Down
    expr: |
      up == 0
        or absent(up)
    for: 5m
    keep_firing_for: 10m
    labels: {severity: 'page', zone: "{{ $labels.zone }}"}
    annotations:
      summary: 'Instance {{ $labels.instance }} is down'
- name: second
  query_offset: 30s
  rules:
  - alert: Slow
    expr: rate(x[5m]) > 1 # a comment
`;

const PIECES = [
  'name',
  'rules',
  'alert',
  'record',
  'expr',
  'for',
  'labels',
  'limit',
  'interval',
  'annotations',
  'first',
  'up',
  'sum(',
  ')',
  '5m',
  '5',
  '0',
  '1.5',
  '1e3',
  '0x10',
  '~',
  'null',
  'true',
  "''",
  '""',
  '[]',
  '{}',
  '[a]',
  '{a: b}',
  '- ',
  ': ',
  '  ',
  '\n',
  '\n  ',
  ' #',
  '&a ',
  '*a',
  '<<: ',
  '|',
  '>',
  '"',
  "'",
  '{{',
  '}}',
  '{{ end }}',
  '{{ $x }}',
  '{{ $value | humanize }}',
  'a-b',
  '__name__',
  'é',
  '!!str ',
  '2001-01-01',
  '---\n',
  '\t',
  '%',
  '@',
  '1h1h',
  '1x',
  '-1',
]; // prettier-ignore

function mutate(random: SeededRandom): string {
  let lines = BASE.split('\n');
  for (let left = 1 + random.integer(2); left > 0; left--) {
    const at = random.integer(lines.length);
    const line = lines[at]!;
    const piece = PIECES[random.integer(PIECES.length)]!;
    const colon = line.indexOf(': ');
    switch (random.integer(8)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(random.integer(lines.length), 0, line);
        break;
      case 2:
        lines[at] = ` ${line}`;
        break;
      case 3: {
        const column = random.integer(line.length + 1);
        lines[at] = line.slice(0, column) + piece + line.slice(column);
        break;
      }
      case 4: {
        const column = random.integer(line.length + 1);
        lines[at] = line.slice(0, column) + line.slice(column + 1 + random.integer(3));
        break;
      }
      case 5:
        lines[at] = line.replace(/[a-z_]+/, piece);
        break;
      default:
        if (colon >= 0) lines[at] = line.slice(0, colon + 2) + piece;
    }
    lines = lines.join('\n').split('\n');
  }
  return lines.join('\n');
}

function ours(text: string): string[] {
  try {
    parseRuleFile(text, { names: 'utf8' });
    return [];
  } catch (error) {
    if (error instanceof RuleFileError) return [...error.problems];
    throw error;
  }
}

/** Go's YAML parser and ours differ in corners (see README.md): what one takes for YAML, the other doesn't. */
const NO_YAML = 'no YAML';
const TEXTS_PER_ROUND = 200;

/** promtool decodes twice and walks maps in no order; of bad YAML only the verdict is compared. */
function comparable(problems: readonly string[]): string[] {
  const [first] = problems;
  if (first?.startsWith('yaml: unmarshal errors:')) return [first];
  return [...new Set(problems.map((text) => (text.startsWith('yaml: ') ? NO_YAML : text)))].sort();
}

const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 100 : 3;
const seed = Number(process.env['AMPERE_SEED'] ?? 1);

describeWith('beside promtool', ['promtool'], ({ promtool }) => {
  test('mutated rule files get the verdict of promtool', () => {
    let corners = 0;
    for (let round = 0; round < rounds; round++) {
      const random = new SeededRandom(seed + round);
      const texts = Array.from({ length: TEXTS_PER_ROUND }, () => mutate(random));
      const theirs = checkWithPromtool(promtool, texts);
      for (const [i, text] of texts.entries()) {
        const [mine, real] = [comparable(ours(text)), comparable(theirs[i]!)];
        const isCorner = mine[0] !== real[0] && (mine[0] === NO_YAML || real[0] === NO_YAML);
        if (isCorner) corners++;
        else expect(mine, `seed ${seed + round}:\n${text}`).toEqual(real);
      }
    }
    expect(corners, 'differences of the YAML parsers').toBeLessThan(rounds * TEXTS_PER_ROUND * 0.015);
  });
});
