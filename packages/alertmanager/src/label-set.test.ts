import { SeededRandom } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { compareAlertLabels, compareLabelSets, fingerprintOf, labelSetText } from './label-set.ts';

const of = (record: Record<string, string>) => Labels.fromRecord(record);

test('the fingerprint that Alertmanager gives', () => {
  expect(fingerprintOf(of({ alertname: 'Solo', Team: 'A', _x: '1' }))).toBe('5b184d227d3a4727');
});

test('fingerprints equal those of 64-bit integers', () => {
  const random = new SeededRandom(7);
  const word = () => Buffer.from(random.bytes(1 + random.integer(9))).toString('base64');
  for (let i = 0; i < 300; i++) {
    const labels = Labels.fromPairs(Array.from({ length: random.integer(5) }, () => [word(), word()]));
    let hash = 0xcbf29ce484222325n;
    for (const text of [...labels].flat()) {
      for (const byte of [...Buffer.from(text), 255]) {
        hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
      }
    }
    expect(fingerprintOf(labels)).toBe(hash.toString(16).padStart(16, '0'));
  }
});

const before = (order: typeof compareLabelSets, a: Record<string, string>, b: Record<string, string>) =>
  test(`${order.name}: ${labelSetText(of(a))} before ${labelSetText(of(b))}`, () => {
    expect(order(of(a), of(b))).toBeLessThan(0);
    expect(order(of(b), of(a))).toBeGreaterThan(0);
    expect(order(of(a), of(a))).toBe(0);
  });

before(compareLabelSets, { z: '1' }, { a: '1', b: '1' });
before(compareLabelSets, { b: '1' }, { a: '1' });
before(compareLabelSets, { a: '1' }, { a: '2' });
before(compareLabelSets, { a: '1', c: '1' }, { a: '1', b: '9' });
before(compareAlertLabels, { job: 'z', a: '1', b: '1' }, { a: '1' });
before(compareAlertLabels, { job: 'a', instance: '2' }, { job: 'b', instance: '1' });
before(compareAlertLabels, { job: 'a', instance: '1' }, { job: 'a', instance: '2' });
before(compareAlertLabels, { instance: '2', x: '1' }, { z: '1' });

test('label sets as text', () => {
  expect(labelSetText(of({ b: 'x"y\\', a: 'é\n\x01' }))).toBe('{a="é\\n\\x01", b="x\\"y\\\\"}');
});
