// `npx tsx result-json.bench.ts` prints CPU nanoseconds per sample of writing a matrix as JSON, beside
// building an object tree and giving it to JSON.stringify, for values of three kinds.

import type { MatrixValue } from '@ampere/promql';
import { Labels, SampleColumns } from '@ampere/series';
import { JsonWriter } from './json-writer.ts';
import { queryData } from './result-json.ts';

const SERIES = 200;
const SAMPLES = 1000;
const PASSES = 12;

const KINDS: Readonly<Record<string, (i: number) => number>> = {
  whole: (i) => i * 12_345,
  milli: (i) => (i * 17 + 1) / 1000,
  ratio: (i) => (i + 1) / 7,
};

function matrix(value: (i: number) => number): MatrixValue {
  const columns = Array.from({ length: SERIES }, (_, series) => {
    const column = new SampleColumns<never>(SAMPLES);
    for (let i = 0; i < SAMPLES; i++) {
      column.timesMs[i] = 1_700_000_000_000 + i * 15_000;
      column.values[i] = value(series * SAMPLES + i);
    }
    column.length = SAMPLES;
    return column;
  });
  const labels = columns.map((_, i) =>
    Labels.fromRecord({
      __name__: 'http_requests_total',
      instance: `10.0.0.${i}:9090`,
      job: 'api',
      code: '200',
    }),
  );
  return { type: 'matrix', labels, columns };
}

function write(value: MatrixValue): number {
  const writer = new JsonWriter();
  let total = 0;
  for (const piece of queryData(value, undefined)(writer)) total += piece.length;
  return total + writer.at;
}

function stringify(value: MatrixValue): number {
  const result = value.columns.map((column, i) => ({
    metric: Object.fromEntries(value.labels[i]!),
    values: Array.from(column.timesMs.subarray(0, column.length), (timeMs, k) => [
      timeMs / 1000,
      String(column.values[k]),
    ]),
  }));
  return Buffer.from(JSON.stringify({ resultType: 'matrix', result })).length;
}

/** The quickest pass counts: the others were disturbed. */
function nsPerSample(step: () => number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const before = process.cpuUsage();
    step();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / (SERIES * SAMPLES));
  }
  return Math.round(best);
}

for (const [kind, value] of Object.entries(KINDS)) {
  const columns = matrix(value);
  console.log(
    JSON.stringify({
      kind,
      bytesPerSample: Math.round(write(columns) / (SERIES * SAMPLES)),
      writerNs: nsPerSample(() => write(columns)),
      objectTreeNs: nsPerSample(() => stringify(columns)),
    }),
  );
}
