import { LabelsBuilder, METRIC_NAME } from '@ampere/series';
import type { Round, RuleRun } from './round.ts';
import type { RecordingRule } from './rule-file.ts';
import { RuleError } from './rule-host.ts';
import { SampleList, vectorOf } from './vector.ts';

/** A recording rule: its result under another name and with other labels. */
export class RecordingRun implements RuleRun {
  readonly rule: RecordingRule;

  constructor(rule: RecordingRule) {
    this.rule = rule;
  }

  evaluate(round: Round): SampleList {
    const vector = vectorOf(round.host.query(this.rule.expr, round.queryTimeMs));
    const samples = new SampleList();
    const seen = new Set<string>();
    for (const [i, from] of vector.labels.entries()) {
      const builder = new LabelsBuilder(from).set(METRIC_NAME, this.rule.name);
      for (const [name, value] of this.rule.labels) builder.set(name, value);
      const labels = builder.labels();
      if (seen.has(labels.key)) {
        throw new RuleError('vector contains metrics with the same labelset after applying rule labels');
      }
      seen.add(labels.key);
      samples.add(labels, vector.values[i]!, vector.histograms?.[i]);
    }
    if (round.limit > 0 && seen.size > round.limit) {
      throw new RuleError(`exceeded limit of ${round.limit} with ${seen.size} series`);
    }
    return samples;
  }
}
