// `npx tsx ha-filter.bench.ts` prints CPU nanoseconds per sample of decoding a request and of decoding
// and deduplicating it: 2,000 series of about 12 labels with a sample each, as Prometheus sends them.

import { NodeDisk, SystemClock } from '@ampere/platform';
import { encodeWriteRequest, WriteRequestDecoder } from '@ampere/remote-write';
import { HaFilter } from './ha-filter.ts';
import { HaTracker } from './ha-tracker.ts';

const SERIES = 2000;
const PASSES = 12;
const REQUESTS_PER_PASS = 40;

function request(ha: [string, string][]): Uint8Array {
  const timeseries = Array.from({ length: SERIES }, (_, i) => ({
    labels: [
      ['__name__', `container_network_receive_bytes_total_${i % 280}`],
      ...ha,
      ['container', `container-${i % 25}`],
      ['endpoint', 'https-metrics'],
      ['id', `/kubepods/burstable/pod${(i * 7919) % 100_003}-5f6d-11ee-8c99-0242ac120002`],
      ['image', 'registry.example.com/platform/service:v1.42.0'],
      ['instance', `10.12.${i % 250}.17:10250`],
      ['job', 'kubelet'],
      ['namespace', `team-${i % 40}`],
      ['node', `ip-10-12-${i % 250}-17.eu-west-1.compute.internal`],
      ['pod', `service-${i}-7c9f8d6b5-x2x${i % 10}z`],
      ['service', 'kubelet'],
    ] as [string, string][],
    samples: [{ timestampMs: 1_700_000_000_000 + i, value: i / 7 }],
  }));
  return encodeWriteRequest({ timeseries });
}

const decoder = new WriteRequestDecoder({ samplesMax: 1_000_000, metadataMax: 1000 });
const filter = new HaFilter();
const clock = new SystemClock();
const tracker = await HaTracker.open({
  path: '/nowhere/ha.json',
  disk: new NodeDisk(),
  clock,
  log: () => {},
});
tracker.hear('production-eu-west-1', 'prometheus-0');

const cluster: [string, string] = ['cluster', 'production-eu-west-1'];
const requests = {
  neither: request([]),
  clusterAlone: request([cluster]),
  elected: request([['__replica__', 'prometheus-0'], cluster]),
  other: request([['__replica__', 'prometheus-1'], cluster]),
};

/** CPU nanoseconds a sample of one pass. */
function pass(step: () => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < REQUESTS_PER_PASS; i++) step();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / (REQUESTS_PER_PASS * SERIES);
}

const best: Record<string, { decode: number; withFilter: number }> = {};
for (let i = 0; i < PASSES; i++) {
  for (const [name, body] of Object.entries(requests)) {
    // Cutting changes the body, so that each pass has its own copy; both sides pay for it.
    const decode = pass(() => decoder.decode(body.slice()));
    const withFilter = pass(() => filter.apply(decoder.decode(body.slice()).columns, tracker));
    const known = best[name] ?? { decode, withFilter };
    best[name] = {
      decode: Math.min(known.decode, decode),
      withFilter: Math.min(known.withFilter, withFilter),
    };
  }
}
const report = Object.entries(best).map(([name, { decode, withFilter }]) => [
  name,
  {
    decodeNs: Math.round(decode),
    withFilterNs: Math.round(withFilter),
    filterNs: Math.round(withFilter - decode),
  },
]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(report))}\n`);
