// Whatever a body holds, remote read answers with its data or with a 400 of one line.

import { SeededRandom } from '@ampere/platform';
import { encodeSnappy } from '@ampere/remote-write';
import { expect, test } from 'vitest';
import { ApiKit, collect, memorySeries, NOW_MS } from '../query-api/testing/api-kit.ts';
import { MessageBytes } from './message-bytes.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 200_000 : 2_000;
const kit = new ApiKit({
  series: [memorySeries({ __name__: 'm', a: 'b' }), memorySeries({ __name__: 'n' })],
});

function someRequest(random: SeededRandom): Uint8Array {
  const message = new MessageBytes();
  for (let i = random.integer(3); i >= 0; i--) {
    const query = message.begin(1);
    message.integer(1, NOW_MS - random.integer(100_000));
    message.integer(2, random.integer(4) === 0 ? -1 : NOW_MS);
    for (let k = random.integer(3); k >= 0; k--) {
      const matcher = message.begin(3);
      message.integer(1, random.integer(5));
      message.text(2, ['__name__', 'a', ''][random.integer(3)]!);
      message.text(3, ['m', 'b', '.+', '(', ''][random.integer(5)]!);
      message.end(matcher);
    }
    message.end(query);
  }
  if (random.integer(2) === 0) message.integer(2, random.integer(3));
  return message.written.slice();
}

test(`bodies of all kinds, AMPERE_SEED=${seed}`, async () => {
  const random = new SeededRandom(seed);
  const statuses = new Set<number>();
  for (let round = 0; round < rounds; round++) {
    const bytes = someRequest(random);
    for (let i = random.integer(3) - 1; i > 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
    const body = encodeSnappy(bytes);
    if (random.integer(10) === 0) body[random.integer(body.length)] = random.integer(256);
    const response = await kit.request('POST read', '', { body });
    statuses.add(response.status);
    expect([200, 400], `AMPERE_SEED=${seed}, round ${round}`).toContain(response.status);
    const text = Buffer.from(await collect(response.body)).toString('latin1');
    if (response.status === 400) expect(text, `round ${round}`).toMatch(/^[^\n]+\n$/);
  }
  expect(statuses).toEqual(new Set([200, 400]));
  expect(kit.logged).toEqual([]);
});
