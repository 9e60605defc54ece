// Whatever bytes come, the server answers with a 4xx or 5xx or hangs up, no handler is reached, and it lives.

import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { head, startFixture, workspacePath } from './testing/gateway-fixture.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20261120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 300;

test(`mutated requests (seed ${seed})`, async () => {
  const random = new SeededRandom(seed);
  const fixture = await startFixture();
  const originals = [
    fixture.signed('GET', workspacePath('api/v1/query?query=up'), { secret: 'wrong' }),
    `${fixture.signed('POST', workspacePath('api/v1/remote_write'), { body: 'hello', secret: 'wrong' })}hello`,
    `${head('POST', '/workspaces', { host: 'a', 'transfer-encoding': 'chunked' })}5\r\nhello\r\n0\r\n\r\n`,
    head('GET', '/tags/arn%3Aaws', { host: 'a', expect: '100-continue', 'content-length': '3' }),
  ];
  for (let round = 0; round < rounds; round++) {
    const request = Buffer.from(originals[random.integer(originals.length)]!, 'latin1');
    for (let n = random.integer(6); n >= 0; n--)
      request[random.integer(request.length)] = random.integer(256);
    const client = await fixture.connect();
    client.write(request.subarray(0, 1 + random.integer(request.length)));
    const answer = (await client.ended()).toString('latin1');
    const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
    const context = `seed ${seed}, round ${round}: ${JSON.stringify(request.toString('latin1'))}`;
    // 100 asks for a body, 204 answers OPTIONS.
    for (const status of statuses)
      expect(status >= 400 || status === 204 || status === 100, context).toBe(true);
    for (const status of statuses) expect(status, context).not.toBe(500);
  }
  expect(fixture.handled).toBe(0);
  expect((await fixture.callUnsigned('GET', '/-/healthy')).status).toBe(200);
  expect(fixture.registry.text()).toContain('ampere_http_faults_total 0');
});
