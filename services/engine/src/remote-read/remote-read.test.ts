// Remote read over a few series, read back with protobufjs from the .proto file.

import { readFileSync } from 'node:fs';
import { encodeSnappy, SnappyDecoder } from '@ampere/remote-write';
import { crc32c } from '@ampere/tsdb';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { ApiKit, collect, memorySeries, NOW_MS } from '../query-api/testing/api-kit.ts';

const folder = new URL('../../../../proto/', import.meta.url);
const root = new protobuf.Root();
for (const file of ['remote-write-v1.proto', 'remote-read.proto'])
  protobuf.parse(readFileSync(new URL(file, folder), 'utf8'), root, { keepCase: true });

const many = Array.from({ length: 250 }, (_, i): [number, number] => [NOW_MS - (250 - i) * 1000, i / 4]);
const series = [
  memorySeries({ __name__: 'm', i: 'b' }, many),
  memorySeries({ __name__: 'm', i: 'a' }, [
    [NOW_MS - 2000, -1],
    [NOW_MS - 1000, 2.5],
  ]),
  memorySeries({ __name__: 'n' }),
];

interface Matcher {
  readonly type: number;
  readonly name: string;
  readonly value: string;
}

const named = (value: string, type = 0): Matcher => ({ type, name: '__name__', value });

async function ask(message: object, limits = {}) {
  const kit = new ApiKit({ series, limits });
  const type = root.lookupType('prometheus.ReadRequest');
  const body = encodeSnappy(type.encode(type.fromObject(message)).finish());
  const response = await kit.request('POST read', '', { body });
  return { ...response, body: Buffer.from(await collect(response.body)), kit };
}

const query = (matchers: readonly Matcher[], startMs = NOW_MS - 250_000, endMs = NOW_MS) => ({
  start_timestamp_ms: startMs,
  end_timestamp_ms: endMs,
  matchers,
});

function samplesOf(body: Uint8Array) {
  const bytes = new SnappyDecoder(1 << 24).decode(body);
  const type = root.lookupType('prometheus.ReadResponse');
  return type.toObject(type.decode(bytes), { longs: Number, arrays: true }) as {
    results: {
      timeseries: {
        labels: { name: string; value: string }[];
        samples: { value: number; timestamp: number }[];
      }[];
    }[];
  };
}

test('samples: one result for each query, both ends of the range included', async () => {
  const { status, headers, body } = await ask({
    queries: [query([named('m')], NOW_MS - 2000, NOW_MS - 1000), query([named('x')])],
  });
  expect({ status, headers }).toEqual({
    status: 200,
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
  });
  const [first, second] = samplesOf(body).results;
  expect(second!.timeseries).toEqual([]);
  expect(first!.timeseries.map(({ samples }) => samples)).toEqual([
    [
      { value: 62, timestamp: NOW_MS - 2000 },
      { value: 62.25, timestamp: NOW_MS - 1000 },
    ],
    [
      { value: -1, timestamp: NOW_MS - 2000 },
      { value: 2.5, timestamp: NOW_MS - 1000 },
    ],
  ]);
  expect(first!.timeseries[1]!.labels).toEqual([
    { name: '__name__', value: 'm' },
    { name: 'i', value: 'a' },
  ]);
});

test('chunks: frames with length and checksum, series in order, 120 samples a chunk at most', async () => {
  const { headers, body, kit } = await ask({
    queries: [query([named('n')]), query([named('m')])],
    accepted_response_types: [1, 0],
  });
  expect(headers).toEqual({
    'content-type': 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse',
  });
  const type = root.lookupType('prometheus.ChunkedReadResponse');
  const seen: unknown[] = [];
  for (let at = 0; at < body.length; ) {
    const reader = protobuf.Reader.create(body.subarray(at));
    const length = reader.uint32();
    const from = at + reader.pos + 4;
    const message = body.subarray(from, from + length);
    expect(body.readUInt32BE(from - 4)).toBe(crc32c(message, 0, message.length));
    const { chunked_series, query_index } = type.toObject(type.decode(message), {
      longs: Number,
      defaults: true,
    }) as { chunked_series: { labels: { value: string }[]; chunks: Chunk[] }[]; query_index: number };
    for (const { labels, chunks } of chunked_series) {
      const samples = chunks.map(({ data }) => data[0]! * 256 + data[1]!);
      const types = new Set(chunks.map((chunk) => chunk.type));
      const name = labels.map(({ value }) => value).join(' ');
      seen.push([query_index, name, samples, [...types], chunks.at(-1)!.max_time_ms]);
    }
    at = from + length;
  }
  expect(seen).toEqual([
    [0, 'n', [1], [1], NOW_MS - 1000],
    [1, 'm a', [2], [1], NOW_MS - 1000],
    [1, 'm b', [120, 65, 65], [1], NOW_MS - 1000],
  ]);
  expect(kit.api.directory('ws-1').last()).toMatchObject([
    { endpoint: 'read', samples: 253, series: 3, query: '{__name__="n"}; {__name__="m"}' },
  ]);
});

interface Chunk {
  readonly type: number;
  readonly data: Uint8Array;
  readonly max_time_ms: number;
}

test('every kind of matcher, and a range without ends', async () => {
  const end = '9223372036854775807';
  const matchers = [named('x', 1), named('m|n', 2), named('n', 3)];
  const { body } = await ask({
    queries: [{ matchers, start_timestamp_ms: `-${end}`, end_timestamp_ms: end }],
  });
  expect(samplesOf(body).results[0]!.timeseries).toHaveLength(2);
});

test('types that are not known are passed over', async () => {
  const { headers } = await ask({ queries: [], accepted_response_types: [7, 0] });
  expect(headers['content-encoding']).toBe('snappy');
});

function refused(name: string, message: object, status: number, text: string, limits = {}) {
  test(`refused: ${name}`, async () => {
    const answer = await ask(message, limits);
    expect([answer.status, answer.body.toString()]).toEqual([status, text]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });
}

refused(
  'no type that is known',
  { queries: [], accepted_response_types: [7] },
  400,
  'server does not support any of the requested response types: [7]; supported: map[SAMPLES:{} STREAMED_XOR_CHUNKS:{}]\n',
);
refused('too many samples', { queries: [query([named('m')])] }, 400, 'exceeded sample limit (100)\n', {
  querySamplesMax: 100,
});
refused(
  'too long a range',
  { queries: [query([named('m')], 0, 3_600_001)] },
  422,
  'the query time range exceeds the limit (query length: 1h0m0.001s, limit: 1h0m0s)\n',
  { queryTimeRangeMs: 3_600_000 },
);

test('refused: what is no snappy, no request, no pattern', async () => {
  const kit = new ApiKit({ series });
  const status = async (body: Uint8Array) => (await kit.request('POST read', '', { body })).status;
  expect(await status(Buffer.from('x'))).toBe(400);
  expect(await status(encodeSnappy(Buffer.from([0xff, 0xff])))).toBe(400);
  const pattern = await ask({ queries: [query([named('(', 2)])] });
  expect(pattern.status).toBe(400);
  expect(pattern.body.toString()).toContain('missing closing )');
});
