// `npx tsx decode.bench.ts` prints CPU nanoseconds per sample of each step, for requests shaped as
// Prometheus sends them: 2,000 series of about 12 labels with a sample each. Snappy and walk are those of
// the twins; the kernel's figures are of both, the copy into its memory included.

import { SystemRandom } from '@ampere/platform';
import { ScratchMemory } from './scratch-memory.ts';
import { SnappyDecoder } from './snappy-decoder.ts';
import { encodeSnappy } from './snappy-encoder.ts';
import { WriteRequestDecoder } from './write-request-decoder.ts';
import { encodeWriteRequest, type OutgoingSeries } from './write-request-encoder.ts';
import { WriteRequestKernel } from './write-request-kernel.ts';
import { WriteRequestV2Decoder } from './write-request-v2-decoder.ts';
import { encodeWriteRequestV2 } from './write-request-v2-encoder.ts';

const SERIES = 2000;
const PASSES = 12;
const REQUESTS_PER_PASS = 40;
const random = new SystemRandom();

function series(): OutgoingSeries[] {
  return Array.from({ length: SERIES }, (_, i) => ({
    labels: [
      ['__name__', `container_network_receive_bytes_total_${i % 280}`],
      ['cluster', 'production-eu-west-1'],
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
    samples: [{ timestampMs: 1_700_000_000_000 + i, value: random.integer(1_000_000) / 7 }],
  }));
}

/** The quickest pass counts: the others were disturbed. */
function nsPerSample(step: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const before = process.cpuUsage();
    for (let i = 0; i < REQUESTS_PER_PASS; i++) step();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / (REQUESTS_PER_PASS * SERIES));
  }
  return Math.round(best);
}

const timeseries = series();
const raw = encodeWriteRequest({ timeseries });
const body = encodeSnappy(raw);
const rawV2 = encodeWriteRequestV2(timeseries);
const bodyV2 = encodeSnappy(rawV2);
const metadata = { type: 'counter', help: 'Bytes that were received.', unit: 'bytes' } as const;
const rawV2Metadata = encodeWriteRequestV2(timeseries.map((one) => ({ ...one, metadata })));
const snappy = new SnappyDecoder(1 << 24);
const decoder = new WriteRequestDecoder({ samplesMax: 1_000_000, metadataMax: 1000 });
const decoderV2 = new WriteRequestV2Decoder({
  samplesMax: 1_000_000,
  metadataMax: 1000,
  symbolsMax: 1_000_000,
  labelBytesMax: 1 << 26,
});
const BOUNDS = { samplesMax: 1_000_000, metadataMax: 1000, symbolsMax: 1_000_000, labelBytesMax: 1 << 26 };
const kernel = new WriteRequestKernel(new ScratchMemory(), BOUNDS);
const bodyV2Metadata = encodeSnappy(rawV2Metadata);
process.stdout.write(
  `${JSON.stringify({
    rawBytesPerSample: Math.round(raw.length / SERIES),
    compressedBytesPerSample: Math.round(body.length / SERIES),
    snappyNsPerSample: nsPerSample(() => snappy.decode(body)),
    walkNsPerSample: nsPerSample(() => decoder.decode(raw)),
    kernelNsPerSample: nsPerSample(() => kernel.decode(body, 1, 1 << 24)),
    v2RawBytesPerSample: Math.round(rawV2.length / SERIES),
    v2CompressedBytesPerSample: Math.round(bodyV2.length / SERIES),
    v2SnappyNsPerSample: nsPerSample(() => snappy.decode(bodyV2)),
    v2WalkNsPerSample: nsPerSample(() => decoderV2.decode(rawV2)),
    v2WalkNsPerSampleWithMetadata: nsPerSample(() => decoderV2.decode(rawV2Metadata)),
    v2KernelNsPerSample: nsPerSample(() => kernel.decode(bodyV2, 2, 1 << 24)),
    v2KernelNsPerSampleWithMetadata: nsPerSample(() => kernel.decode(bodyV2Metadata, 2, 1 << 24)),
  })}\n`,
);
