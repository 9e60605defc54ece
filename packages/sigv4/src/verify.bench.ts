// CPU time of one verification, warm, without the hashing of the body: `npx tsx verify.bench.ts`.
// The bound is 10 µs for a remote write of Prometheus.
import { SystemClock } from '@ampere/platform';
import { signRequest } from './sign.ts';
import { SigningKeyCache } from './signing-key.ts';
import { ACCESS_KEY_ID, EMPTY_SHA256, HOST, REGION, SECRET } from './testing.ts';
import { verifyRequest } from './verify.ts';

const clock = new SystemClock();
const deps = {
  findKey: () => ({ secretAccessKey: SECRET }),
  region: REGION,
  services: ['aps'],
  clock,
  keyCache: new SigningKeyCache(),
};
const credentials = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET };

function measure(
  name: string,
  method: string,
  target: string,
  rawHeaders: string[],
  unsigned: string[],
): void {
  const head = { method, target, rawHeaders };
  const added = signRequest(head, EMPTY_SHA256, { credentials, region: REGION, service: 'aps', clock });
  const request = { ...head, rawHeaders: [...rawHeaders, ...unsigned, ...Object.entries(added).flat()] };
  const rounds: number[] = [];
  for (let round = 0; round < 12; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < 20_000; i++) {
      if (!verifyRequest(request, EMPTY_SHA256, deps).ok) throw new Error('refused');
    }
    const used = process.cpuUsage(before);
    rounds.push((used.user + used.system) / 20_000);
  }
  rounds.sort((a, b) => a - b);
  process.stdout.write(`${JSON.stringify({ name, microseconds: rounds[0], median: rounds[6] })}\n`);
}

const workspace = '/workspaces/ws-01234567-89ab-cdef-0123-456789abcdef/api/v1';
measure(
  'remote write',
  'POST',
  `${workspace}/remote_write`,
  [
    'Host',
    HOST,
    'Content-Length',
    '58000',
    'Content-Encoding',
    'snappy',
    'Content-Type',
    'application/x-protobuf',
    'X-Prometheus-Remote-Write-Version',
    '0.1.0',
  ],
  ['User-Agent', 'Prometheus/3.5.0', 'Accept-Encoding', 'gzip'],
);
measure(
  'list workspaces',
  'GET',
  '/workspaces',
  ['Host', HOST],
  ['User-Agent', 'aws-cli/1.43.11', 'Accept-Encoding', 'identity'],
);
measure(
  'query, 300 characters',
  'GET',
  `${workspace}/query?query=${encodeURIComponent('sum by (job) (rate(http_requests_total{code=~"5.."}[5m]))'.repeat(4))}&time=1`,
  ['Host', HOST],
  ['User-Agent', 'Grafana/12.0.0'],
);
