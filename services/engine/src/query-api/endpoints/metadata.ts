import { parseGoInteger } from '@ampere/go-text';
import { compareText } from '@ampere/series';
import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { badData } from '../prometheus-error.ts';
import type { MetadataEntry } from '../tenant.ts';

/** `{metric: [{type, unit, help}]}`, sorted by metric. A negative limit is none, and `limit=0` really gives nothing. */
export function metadata({ parameters, tenant }: StateContext): Answer {
  const limit = numberOr(parameters.first('limit'), -1, 'limit must be a number');
  const perMetric = numberOr(parameters.first('limit_per_metric'), -1, 'limit_per_metric must be a number');
  const metric = parameters.first('metric');
  const found =
    metric === '' ? [...tenant.metadata.entries()] : ([[metric, tenant.metadata.of(metric)]] as const);
  const kept = found
    .filter(([, entries]) => entries.length > 0)
    .sort(([a], [b]) => compareText(a, b))
    .slice(0, limit < 0 ? undefined : limit);
  return answer(function* (writer) {
    writer.raw('{');
    for (let i = 0; i < kept.length; i++) {
      const [name, entries] = kept[i]!;
      if (i > 0) writer.raw(',');
      writer.string(name);
      writer.raw(':');
      writer.value((perMetric > 0 ? entries.slice(0, perMetric) : entries).map(shown));
      if (writer.isFull) yield writer.take();
    }
    writer.raw('}');
  });
}

function shown({ type, unit, help }: MetadataEntry) {
  return { type, unit, help };
}

function numberOr(text: string, absent: number, problem: string): number {
  if (text === '') return absent;
  const result = parseGoInteger(text, 'Atoi');
  if ('error' in result) throw badData(problem);
  return result.value;
}
