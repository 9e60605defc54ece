// Milliseconds a page of a list takes with 10,000 workspaces and 100,000 tags, through `route` and `execute` as
// the gateway calls them; and a CreateWorkspace to ACTIVE beside an engine that takes no time. The bounds are
// 50 ms and 1 s.
//
//   npx tsx lists.bench.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Limits, parseLimits } from '@ampere/limits';
import { NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { openControlPlane } from './control-plane.ts';

const WORKSPACES = 10_000;
const TAGS = 10;

const folder = mkdtempSync(join(tmpdir(), 'ampere-lists-'));
const done = async () => undefined;
const plane = await openControlPlane({
  databasePath: join(folder, 'control-plane.sqlite'),
  nativeBinding: process.env['AMPERE_SQLITE_ADDON'],
  region: 'us-east-1',
  publicUrl: 'http://127.0.0.1:9009',
  limits: new Limits(parseLimits({ profile: 'unlimited' })),
  backend: { createTenant: done, deleteTenant: done, setLimits: done },
  clock: new SystemClock(),
  random: new SystemRandom(),
  disk: new NodeDisk(),
  log: { error: (fields, message) => console.error(message, fields) },
});
const { principal } = plane.credentials.find(plane.account.accessKeyId)!;

async function call(method: string, path: string, search: string, body?: object) {
  const route = plane.route(method, path);
  if (route.kind !== 'operation') throw new Error(`${method} ${path}`);
  const bytes = body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body));
  const { match } = route;
  const answer = await plane.execute({ match, search, body: bytes, principal, requestId: 'r' });
  return JSON.parse(Buffer.from(answer.body).toString());
}

function report(name: string, timesMs: number[]): void {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number) => Number(sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(2));
  console.log(
    JSON.stringify({ name, calls: sorted.length, medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1) }),
  );
}

async function timed(times: number[], work: () => Promise<unknown>): Promise<void> {
  const startMs = performance.now();
  await work();
  times.push(performance.now() - startMs);
}

const tags = Object.fromEntries(Array.from({ length: TAGS }, (_, n) => [`key-${n}`, `value-${n}`]));
const creates: number[] = [];
for (let n = 0; n < WORKSPACES; n++) {
  await timed(creates, async () => {
    const { workspaceId } = await call('POST', '/workspaces', '', { alias: `alias-${n % 100}-${n}`, tags });
    while ((await call('GET', `/workspaces/${workspaceId}`, '')).workspace.status.statusCode !== 'ACTIVE');
  });
}
report('CreateWorkspace to ACTIVE', creates);

for (const [size, filter] of [
  [100, ''],
  [1000, ''],
  [1000, '&alias=alias-7-'],
  [1000, '&alias=none'],
] as const) {
  const times: number[] = [];
  let count = 0;
  let token = '';
  do {
    await timed(times, async () => {
      const next = token === '' ? '' : `&nextToken=${token}`;
      const page = await call('GET', '/workspaces', `maxResults=${size}${filter}${next}`);
      count += page.workspaces.length;
      token = page.nextToken ?? '';
    });
  } while (token !== '');
  report(`ListWorkspaces, ${size} a page${filter}: ${count}`, times);
}
await plane.stop();
rmSync(folder, { recursive: true });
