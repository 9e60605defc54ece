import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { RateMeter } from './rate-meter.ts';

test('the rate is that of the last full minute', () => {
  const clock = new FakeClock();
  const meter = new RateMeter(clock);
  expect(meter.perSecond()).toBe(0);
  meter.add(600);
  expect(meter.perSecond()).toBe(0);
  clock.advance(1000);
  expect(meter.perSecond()).toBe(10);
  meter.add(30);
  meter.add(30);
  clock.advance(59_000);
  expect(meter.perSecond()).toBe(11);
  clock.advance(1000);
  expect(meter.perSecond()).toBe(1);
  meter.add(60);
  clock.advance(1000);
  expect(meter.perSecond()).toBe(1);
  clock.advance(3600_000);
  expect(meter.perSecond()).toBe(0);
});

test('a steady sender has its own rate', () => {
  const clock = new FakeClock();
  const meter = new RateMeter(clock);
  for (let i = 0; i < 1000; i++) {
    meter.add(7);
    clock.advance(250);
  }
  expect(meter.perSecond()).toBe(28);
});
