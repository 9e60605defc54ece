// Each kernel of the head by itself, in CPU nanoseconds: a scrape of known series in place, one that makes them, reading
// the log back, tags, checksums. Run bundled with esbuild. Prints one JSON line.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import type { WriteColumns } from '@ampere/series';
import { ExemplarRing } from '../exemplars/exemplar-ring.ts';
import { UNLIMITED } from '../options.ts';
import { columnsOf, series } from '../testing/requests.ts';
import { CRC_START } from '../wal/crc32c.ts';
import { SeriesRecord } from '../wal/records.ts';
import { WalWriter } from '../wal/wal-writer.ts';
import { Head } from './head.ts';
import { HeadAppender } from './head-appender.ts';
import type { HeadMemory } from './head-memory.ts';
import { HeadReplay } from './head-replay.ts';

const SERIES = 20_000;
const SCRAPES = 130;
const PER_REQUEST = 2000;
const START_MS = 1_700_000_000_000;

const result: Record<string, number> = {};

/** CPU of a step in ns for each of `count`. */
function measure(name: string, count: number, step: () => void): void {
  const before = process.cpuUsage();
  step();
  const { user, system } = process.cpuUsage(before);
  result[`${name}Ns`] = Math.round((10_000 * (user + system)) / count) / 10;
}

const random = new SeededRandom(1);
const clock = new FakeClock(START_MS);
const disk = new MemoryDisk(random);

/** A head, and an appender to it whose log is only gathered. */
function headWithAppender(): { head: Head; appender: HeadAppender; payloads: [Uint8Array, Uint8Array][] } {
  const payloads: [Uint8Array, Uint8Array][] = [];
  const head = new Head(random);
  const wal = new WalWriter(
    {
      disk,
      clock,
      random,
      folder: '/w',
      fsync: 'off',
      fsyncIntervalMs: 1,
      segmentBytesMax: 1,
      log: () => undefined,
    },
    {
      segments: [],
      nextNumber: 1,
      previousTrustedBytes: 0,
      previousProvenBytes: 0,
      unproven: new Uint8Array(0),
      unprovenMaxTimeMs: 0,
    },
  );
  wal.add = (seriesPayload, samplesPayload) => {
    payloads.push([Uint8Array.from(seriesPayload), Uint8Array.from(samplesPayload)]);
  };
  return {
    head,
    appender: new HeadAppender(head, new ExemplarRing(0), wal, clock, () => UNLIMITED, 2 ** 40, 1),
    payloads,
  };
}

const copied: WriteColumns[] = Array.from({ length: SERIES / PER_REQUEST }, (_, n) =>
  columnsOf(
    Array.from({ length: PER_REQUEST }, (_, i) => {
      const id = n * PER_REQUEST + i;
      const labels = {
        __name__: `node_metric_number_${id % 500}_total`,
        cluster: 'production-eu-west-1',
        instance: `10.0.0.${Math.floor(id / 500)}:9100`,
        job: 'node-exporter',
        mode: ['user', 'system', 'idle'][id % 3]!,
        namespace: 'monitoring',
        pod: `node-exporter-${Math.floor(id / 500)}`,
      };
      return series(labels, [START_MS, id]);
    }),
  ),
);

/** The request where a decoder would have left it. */
function inPlace(memory: HeadMemory, columns: WriteColumns): WriteColumns {
  const own = <T extends Uint8Array | Uint32Array | Float64Array>(from: T): T => {
    const at = memory.allocate(from.byteLength + 16);
    memory.view.bytes.set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength), at);
    const Column = from.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T;
    return new Column(memory.memory.buffer, at, from.length);
  };
  // Grown beforehand: only views of the memory as it is now are taken for its own.
  memory.free(memory.allocate(64 << 20), 64 << 20);
  return {
    ...columns,
    bytes: own(columns.bytes),
    labelsFrom: own(columns.labelsFrom),
    labelsTo: own(columns.labelsTo),
    firstSample: own(columns.firstSample),
    timesMs: own(columns.timesMs),
    valueWords: own(columns.valueWords),
  };
}

const { head, appender, payloads } = headWithAppender();
let requests = copied;
const fill = (n: number) => {
  for (const { timesMs, valueWords } of requests) {
    const values = new Float64Array(valueWords.buffer, valueWords.byteOffset, timesMs.length);
    for (let i = 0; i < timesMs.length; i++) {
      timesMs[i] = START_MS + 15_000 * n;
      values[i] = i % 4 === 0 ? i * 0.37 * n : i * n;
    }
  }
};
const scrape = (n: number) => {
  fill(n);
  for (const request of requests) appender.append(request);
};
measure('fillRequest', SERIES * 20, () => {
  for (let n = 0; n < 20; n++) fill(n);
});
measure('newSeries', SERIES, () => scrape(0));
measure('appendCopied', SERIES * 20, () => {
  for (let n = 1; n <= 20; n++) scrape(n);
});
requests = copied.map((request) => inPlace(head.memory, request));
measure('appendInPlace', SERIES * (SCRAPES - 21), () => {
  for (let n = 21; n < SCRAPES; n++) scrape(n);
});
result['bytesPerSeries'] = Math.round(head.memory.bytes / SERIES);

const again = headWithAppender().head;
const replay = new HeadReplay(again, new ExemplarRing(0), {
  segments: 0,
  records: 0,
  series: 0,
  samples: 0,
  samplesSkipped: 0,
  samplesOfUnknownSeries: 0,
  tornTails: 0,
  tornBytes: 0,
  corruptions: 0,
  corruptBytes: 0,
  durationMs: 0,
});
measure('replaySeries', SERIES, () => {
  for (const [seriesPayload] of payloads) replay.series(seriesPayload, 0, seriesPayload.length);
});
measure('replaySample', SERIES * SCRAPES, () => {
  for (const [, samplesPayload] of payloads) replay.samples(samplesPayload, 0, samplesPayload.length);
});

const { memory } = head;
const at = memory.stage(1 << 20);
measure('checksumKiB', 100 << 10, () => {
  const bytes = memory.view.bytes.subarray(at, at + (1 << 20));
  for (let i = 0; i < 100; i++) memory.checksum(CRC_START, bytes);
});
measure('tagOf260Bytes', 1e6, () => {
  for (let i = 0; i < 1e6; i++) memory.kernel.tagOf(at + (i & 1023), 260);
});
const record = new SeriesRecord();
head.writeKey(0, record.payload);
result['keyBytes'] = record.payload.length;
process.stdout.write(`${JSON.stringify(result)}\n`);
