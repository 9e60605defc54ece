// Random requests: whatever is sent, the answer has a status and form of the API, and what was stored
// before is still there. The seed is printed with a failure; AMPERE_SEED runs it again.
import { assert, SeededRandom, SystemRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { ERROR_STATUS } from './errors.ts';
import { ACCOUNT, REGION, REQUEST_ID, TestPlane, workspaceArn } from './testing.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? new SystemRandom().integer(2 ** 31));
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 100_000 : 1500;

const KEYS = [
  'alias',
  'clientToken',
  'tags',
  'kmsKeyArn',
  'name',
  'data',
  'logGroupArn',
  'destinations',
  'policyDocument',
  'revisionId',
  'retentionPeriodInDays',
  'limitsPerLabelSet',
  '__proto__',
  'constructor',
];

/** Values that some member may have, so that requests get further than their first check. */
const LOG_GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:x:*`;
const SEEMLY = [
  'n',
  'YWJj',
  'YWJjZGVmZ2g=',
  30,
  LOG_GROUP,
  [{ cloudWatchLogs: { logGroupArn: LOG_GROUP }, filters: { qspThreshold: 1 } }],
  [{ limits: { maxSeries: 1 }, labelSet: { a: 'b' } }],
  '{"Statement":[{}]}',
];

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  ResourceNotFoundException: ['message', 'resourceId', 'resourceType'],
  ConflictException: ['message', 'resourceId', 'resourceType'],
  AccessDeniedException: ['message'],
  ServiceQuotaExceededException: ['message', 'resourceId', 'resourceType', 'serviceCode', 'quotaCode'],
};

/** Lone surrogates replaced; encodeURIComponent refuses them. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

class Generator {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  pick<T>(...from: readonly T[]): T {
    return from[this.#random.integer(from.length)]!;
  }

  text(): string {
    const alphabet = [
      'a',
      'Z',
      '0',
      '-',
      '/',
      ':',
      '%',
      '%2F',
      '%zz',
      ' ',
      '+',
      '&',
      '=',
      '\0',
      'é',
      '⛄',
      '𝛼',
      '\ud800',
      '"',
      '\\',
      '*',
      "'",
      '\n',
    ];
    return Array.from({ length: this.#random.integer(this.pick(3, 12, 140)) }, () =>
      this.pick(...alphabet),
    ).join('');
  }

  value(depth: number): unknown {
    const kind = this.#random.integer(depth > 2 ? 5 : 7);
    if (kind === 0) return null;
    if (kind === 1) return this.pick<unknown>(0, 1, -1, 1.5, 1e300, true, false);
    if (kind < 5) return this.text();
    if (kind === 5) return Array.from({ length: this.#random.integer(4) }, () => this.value(depth + 1));
    return Object.fromEntries(
      Array.from({ length: this.#random.integer(4) }, () => [this.key(), this.value(depth + 1)]),
    );
  }

  key(): string {
    return this.pick(...KEYS, this.text());
  }

  body(): string | Uint8Array | undefined {
    const kind = this.#random.integer(10);
    if (kind === 0) return undefined;
    if (kind === 1) return this.#random.bytes(this.#random.integer(40));
    const json = JSON.stringify({
      [this.key()]: this.value(0),
      tags: this.pick(this.value(0), { a: 'b' }, undefined),
      clientToken: this.pick('t1', 't2', undefined, this.text()),
      alias: this.pick('x', undefined, this.text()),
      [this.pick(...KEYS)]: this.pick<unknown>(...SEEMLY),
    });
    return kind === 2 ? json.slice(0, this.#random.integer(json.length)) : json;
  }

  search(): string {
    const part = () =>
      `${this.pick('alias', 'maxResults', 'nextToken', 'tagKeys', 'clientToken', this.text())}=${this.pick('1', 't1', encodeURIComponent(wellFormed(this.text())), this.text())}`;
    return Array.from({ length: this.#random.integer(4) }, part).join('&');
  }
}

test(`random requests, seed ${SEED}`, async () => {
  const t = await TestPlane.open({
    readers: {
      ruleFile: (data) => ({
        problems: data.length > 6 ? ['long'] : [],
        groups: [{ name: 'g', rulesCount: 1 }],
      }),
      alertManager: (data) => (data.length > 6 ? { kind: 'failed', reason: 'long' } : { kind: 'good' }),
    },
  });
  const g = new Generator(SEED);
  const kept = await t.create({ alias: 'kept' });
  const principal = t.plane.credentials.find(t.plane.account.accessKeyId)!.principal;
  for (let round = 0; round < ROUNDS; round++) {
    const id = g.pick(kept, 'ws-none', g.text());
    const path = g.pick(
      '/workspaces',
      `/workspaces/${id}`,
      `/workspaces/${id}/alias`,
      `/workspaces/${id}/${g.pick('configuration', 'logging', 'logging/query', 'policy', 'alertmanager/definition')}`,
      `/workspaces/${id}/rulegroupsnamespaces`,
      `/workspaces/${id}/rulegroupsnamespaces/${g.pick('n', 'a%2Fb', g.text())}`,
      `/tags/${workspaceArn(id)}`,
      `/tags/${g.text()}`,
      g.text(),
    );
    const method = g.pick('GET', 'POST', 'PUT', 'PATCH', 'DELETE');
    if (method === 'DELETE' && path === `/workspaces/${kept}`) continue;
    const route = t.plane.route(method, path);
    if (route.kind !== 'operation') continue;
    const search = g.search();
    const body = g.body() ?? new Uint8Array(0);
    const response = await t.plane.execute({
      match: route.match,
      search,
      body: typeof body === 'string' ? Buffer.from(body) : body,
      principal,
      requestId: REQUEST_ID,
    });
    const name = response.headers['x-amzn-errortype'];
    const text = Buffer.from(response.body).toString();
    const where = `round ${round}: ${method} ${path}?${search} ${body} → ${response.status} ${text}`;
    if (name === undefined) {
      assert([200, 202, 204].includes(response.status), where);
      continue;
    }
    assert(ERROR_STATUS[name as keyof typeof ERROR_STATUS] === response.status, where);
    const members = Object.keys(JSON.parse(text)).filter((member) => member !== 'fieldList');
    expect(members, where).toEqual(MEMBERS[name] ?? ['message', 'reason']);
  }
  expect(await t.status(kept)).toBe('ACTIVE');
  expect(t.logged).toEqual([]);
});
