// Bad input over the wire at every kind of endpoint: the right status in the API's own form, with a
// text that names what is wrong, from a server that lives on.

import { connect } from 'node:net';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { until } from '@ampere/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AmpereServer, type SignedRequest, signedFetch, startAmpere } from '../harness/index.ts';

let ampere: AmpereServer;
let base: string;
let startedPid: number;

beforeAll(async () => {
  ampere = await startAmpere();
  startedPid = ampere.process().pid;
  const created = await signedFetch(`${ampere.url}/workspaces`, {
    method: 'POST',
    body: '{"alias":"bad input"}',
  });
  const { workspaceId } = (await created.json()) as { workspaceId: string };
  base = `/workspaces/${workspaceId}`;
  await until(
    'the workspace to answer',
    async () => (await signedFetch(`${ampere.url}${base}/api/v1/labels`)).ok,
  );
});

afterAll(async () => {
  const answer = await fetch(`${ampere.url}/-/healthy`);
  expect(answer.status, 'the server lives').toBe(200);
  expect(ampere.process().pid).toBe(startedPid);
});

const WRITE_HEADERS = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

/** One request: path below the workspace (or absolute with `//`), the status, and a part of the answer. */
const check = (name: string, path: string, request: SignedRequest, status: number, text: string | RegExp) =>
  test(name, async () => {
    const response = await signedFetch(
      ampere.url + (path.startsWith('//') ? path.slice(1) : base + path),
      request,
    );
    const body = await response.text();
    expect(`${response.status} ${body}`).toMatch(new RegExp(`^${status} `));
    if (typeof text === 'string') expect(body).toContain(text);
    else expect(body).toMatch(text);
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

const write = (
  name: string,
  body: Uint8Array,
  status: number,
  text: string | RegExp,
  headers = WRITE_HEADERS,
) => check(name, '/api/v1/remote_write', { method: 'POST', headers, body }, status, text);

const series = (labels: [string, string][], ...samples: [ms: number, value: number][]) =>
  encodeSnappy(
    encodeWriteRequest({
      timeseries: [{ labels, samples: samples.map(([timestampMs, value]) => ({ timestampMs, value })) }],
    }),
  );
const now = Date.now();

describe('remote write', () => {
  write('not snappy', new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 400, 'snappy');
  write(
    'a declared length over the limit',
    new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f]),
    413,
    /limit|large/,
  );
  write('not protobuf', encodeSnappy(new Uint8Array([0x0a, 0x05, 0x01])), 400, /offset|byte/);
  write('no metric name', series([['job', 'a']], [now, 1]), 400, 'missing metric name');
  write(
    'a label twice',
    series(
      [
        ['__name__', 'm'],
        ['a', '1'],
        ['a', '2'],
      ],
      [now, 1],
    ),
    400,
    'duplicate',
  );
  write('too old', series([['__name__', 'm']], [now - 86_400_000, 1]), 400, 'm');
  write('too far in the future', series([['__name__', 'm']], [now + 86_400_000, 1]), 400, 'm');
  write(
    'a long label value',
    series(
      [
        ['__name__', 'm'],
        ['a', 'v'.repeat(3000)],
      ],
      [now, 1],
    ),
    400,
    'too long',
  );
  write('another encoding', series([['__name__', 'm']], [now, 1]), 415, 'gzip', {
    ...WRITE_HEADERS,
    'content-encoding': 'gzip',
  });
  check('wrong method', '/api/v1/remote_write', {}, 405, '');
});

describe('queries', () => {
  const get = (name: string, path: string, status: number, text: string | RegExp) =>
    check(name, path, {}, status, text);
  get('no query', '/api/v1/query', 400, '"errorType":"bad_data"');
  get('a query that does not parse', '/api/v1/query?query=sum(', 400, 'parse error');
  get('a bad time', '/api/v1/query?query=up&time=soon', 400, 'invalid parameter \\"time\\"');
  get('a bad step', '/api/v1/query_range?query=up&start=0&end=1&step=x', 400, 'invalid parameter \\"step\\"');
  get(
    'step 0',
    '/api/v1/query_range?query=up&start=0&end=1&step=0',
    400,
    'zero or negative query resolution',
  );
  get(
    'end before start',
    '/api/v1/query_range?query=up&start=2&end=1&step=1',
    400,
    'end timestamp must not be before',
  );
  get(
    'too many points',
    '/api/v1/query_range?query=up&start=0&end=11001&step=1',
    400,
    'exceeded maximum resolution',
  );
  get('a bad label name', '/api/v1/label/0%FF/values', 400, 'invalid label name');
  get('series without a selector', '/api/v1/series', 400, 'no match[] parameter provided');
  get('an unknown endpoint', '/api/v1/nothing', 404, '');
  check('wrong method', '/api/v1/query', { method: 'DELETE' }, 405, '');
  check(
    'a bad form',
    '/api/v1/query',
    { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query=%zz' },
    400,
    'bad_data',
  );
});

describe('the control API', () => {
  const post = (name: string, body: string, status: number, text: string) =>
    check(
      name,
      '//workspaces',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body },
      status,
      text,
    );
  post('bad JSON', '{"alias":', 400, 'CANNOT_PARSE');
  post('an alias that is no text', '{"alias":7}', 400, 'alias');
  post(
    'a long alias',
    `{"alias":"${'x'.repeat(101)}"}`,
    400,
    'Invalid alias: Member must have length less than or equal to 100',
  );
  post('a body over the limit', `{"alias":"${'x'.repeat(5_000_000)}"}`, 413, '');
  check('wrong method', '//workspaces', { method: 'PATCH' }, 405, '');
  check('an unknown path', '//nothing/here', {}, 404, '');
  check(
    'an unknown workspace',
    '//workspaces/ws-00000000-0000-0000-0000-000000000000',
    {},
    404,
    'ws-00000000',
  );
});

describe('signatures', () => {
  const refused = (
    name: string,
    path: string,
    headers: Record<string, string>,
    errorType: string,
    help?: RegExp,
  ) =>
    test(name, async () => {
      const response = await fetch(ampere.url + path, { headers });
      expect(response.status).toBe(403);
      expect(response.headers.get('x-amzn-errortype')).toBe(errorType);
      if (help !== undefined) expect(response.headers.get('x-ampere-signature-help')).toMatch(help);
    });
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `AKIANOBODYNOBODY0000/${date.slice(0, 8)}/us-east-1/aps/aws4_request`;
  const header = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
  refused('none', '/workspaces', {}, 'MissingAuthenticationTokenException');
  refused(
    'an unknown key',
    '/workspaces',
    { authorization: header, 'x-amz-date': date },
    'UnrecognizedClientException',
    /key/,
  );
  refused(
    'no form at all',
    '/workspaces',
    { authorization: 'AWS4-HMAC-SHA256 x' },
    'IncompleteSignatureException',
  );
});

describe('bytes that are no HTTP', () => {
  const raw = (name: string, bytes: string, status: string) =>
    test(name, async () => {
      const { hostname, port } = new URL(ampere.url);
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
        let text = '';
        socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
        socket.once('close', () => resolve(text));
        socket.once('error', reject);
      });
      expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    });
  raw('no request line', '\x00\x01\x02\r\n\r\n', '400 Bad Request');
  raw(
    'a huge header',
    `GET / HTTP/1.1\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
  );
});
