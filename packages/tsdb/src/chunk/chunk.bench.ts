// Encoding and decoding of 120-sample chunks, best of 15, in ns a sample. Prints one JSON line.

import { SampleColumns } from '@ampere/series';
import { decodeXor } from './xor-decode.ts';
import { appendXor, startXor, XorStates, xorBytes } from './xor-encode.ts';

const CHUNKS = 5000;
const SAMPLES = 120;
const STRIDE = 4096;

const states = new XorStates();
states.reserve(CHUNKS);
const view = new DataView(new ArrayBuffer(CHUNKS * STRIDE));
const values = new Float64Array(SAMPLES);
const words = new Uint32Array(values.buffer);
const result: Record<string, number> = {};

function best(step: () => void): number {
  let bestNs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 15; round++) {
    const from = process.hrtime.bigint();
    step();
    bestNs = Math.min(bestNs, Number(process.hrtime.bigint() - from) / (CHUNKS * SAMPLES));
  }
  return Math.round(100 * bestNs) / 100;
}

for (const [name, value] of Object.entries({
  counter: (i: number) => 17 * i,
  gauge: (i: number) => Math.sin(i) * 1000,
  constant: () => 7,
})) {
  for (let i = 0; i < SAMPLES; i++) values[i] = value(i);
  result[`${name}AppendNs`] = best(() => {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const base = chunk * STRIDE;
      startXor(states, chunk, view, base, 1.7e12, words[0]!, words[1]!);
      for (let i = 1; i < SAMPLES; i++) {
        const timeMs = 1.7e12 + 15_000 * i + (i % 3);
        appendXor(states, chunk, view, base, timeMs, words[2 * i]!, words[2 * i + 1]!);
      }
    }
  });
  const columns = new SampleColumns(SAMPLES);
  result[`${name}DecodeNs`] = best(() => {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      columns.clear();
      decodeXor(view, chunk * STRIDE, 0, Number.MAX_SAFE_INTEGER, columns);
    }
  });
  result[`${name}BytesPerSample`] = Math.round((100 * xorBytes(states, 0)) / SAMPLES) / 100;
}
process.stdout.write(`${JSON.stringify(result)}\n`);
