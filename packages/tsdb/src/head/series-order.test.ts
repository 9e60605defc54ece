import { FakeClock, SeededRandom } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { sortPaced } from '../paced-sort.ts';
import { Pacer } from '../pacer.ts';
import { SEED } from '../testing/blocks.ts';
import { Head } from './head.ts';
import { inLabelOrder } from './series-order.ts';

/** Time is always up; whoever waits goes on at once. */
class HurriedClock extends FakeClock {
  pauses = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + 1000 * this.pauses++;
  }

  override after(_delayMs: number, callback: () => void): { cancel: () => void } {
    queueMicrotask(callback);
    return { cancel: () => undefined };
  }
}

for (const length of [0, 1, 2047, 2048, 2049, 4096, 10_000, 20_481]) {
  test(`${length} numbers are sorted in slices`, async () => {
    const random = new SeededRandom(SEED);
    const numbers = Uint32Array.from({ length }, () => random.integer(2 * length + 1));
    const clock = new HurriedClock();
    const sorted = await sortPaced(numbers.slice(), (a, b) => a - b, new Pacer(clock));
    expect([...sorted]).toEqual([...numbers].sort((a, b) => a - b));
    expect(clock.pauses).toBeGreaterThan(length / 2048);
  });
}

test('series come in the order of their labels, whatever came meanwhile', async () => {
  const random = new SeededRandom(SEED);
  const head = new Head(random);
  const texts = ['a', 'b', 'up', 'job', 'küche', '\u{1f600}', '\uffee', 'x'.repeat(200), 'é', 'zz'];
  const pick = () => texts[random.integer(texts.length)]!;
  const seen = new Set<string>();
  const add = () => {
    const pairs = new Map([['__name__', pick()]]);
    for (let i = random.integer(4); i >= 0; i--) pairs.set(pick(), `${pick()}${random.integer(50)}`);
    const labels = Labels.fromPairs(pairs);
    const key = head.keyOf(labels);
    const text = Buffer.from(key.content()).toString('hex');
    if (seen.has(text)) return;
    seen.add(text);
    head.addSeries(key.content(), 1 + head.count);
  };
  for (let i = 0; i < 5000; i++) add();
  const series = Uint32Array.from({ length: head.count }, (_, i) => i);
  const ordering = inLabelOrder(head, series.slice(), new Pacer(new HurriedClock()));
  for (let i = 0; i < 500; i++) {
    add();
    await Promise.resolve();
  }
  const wanted = [...series].sort((a, b) => head.labelsOf(a).compare(head.labelsOf(b)));
  expect([...(await ordering)]).toEqual(wanted);
});
