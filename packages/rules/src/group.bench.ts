// What a round costs beside its queries: 2 rules, each with 5,000 series; 10,000 in all.
import { FakeClock } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { bench, describe } from 'vitest';
import { EvaluatedGroup } from './group.ts';
import { parseRuleFile } from './rule-file.ts';
import { DEFAULT_RULE_OPTIONS, type RuleHost } from './rule-host.ts';
import { vector } from './testing/fake-host.ts';

const RULES = 2;
const result = vector(
  ...Array.from({ length: 5_000 }, (_, i) => {
    const labels = {
      __name__: 'x',
      instance: `10.0.0.${i}:9100`,
      job: 'node',
      zone: `z${i % 3}`,
      pod: `p${i}`,
    };
    return [labels, i] as const;
  }),
);
const HOST: RuleHost = {
  query: () => result,
  append: () => undefined,
  send: () => {},
  lastForStates: () => [],
};

function round(rule: (i: number) => object): () => void {
  const rules = Array.from({ length: RULES }, (_, i) => rule(i));
  const [group] = parseRuleFile(JSON.stringify({ groups: [{ name: 'g', rules }] }));
  const options = { ...DEFAULT_RULE_OPTIONS, externalUrl: '', externalLabels: Labels.EMPTY };
  const evaluated = new EvaluatedGroup(group!, { file: 'f', host: HOST, clock: new FakeClock(0), options });
  let timeMs = 0;
  return () => {
    timeMs += 60_000;
    evaluated.evaluate(timeMs);
  };
}

describe('a round of 10,000 results', () => {
  bench(
    'recorded',
    round((i) => ({ record: `r${i}`, expr: 'x', labels: { team: 't' } })),
    { iterations: 5 },
  );
  bench(
    'alerts that fire',
    round((i) => ({ alert: `A${i}`, expr: 'x' })),
    { iterations: 5 },
  );
  const annotations = { summary: '{{ $labels.instance }} is at {{ $value | humanize }}' };
  bench(
    'with an annotation',
    round((i) => ({ alert: `A${i}`, expr: 'x', annotations })),
    { iterations: 5 },
  );
});
