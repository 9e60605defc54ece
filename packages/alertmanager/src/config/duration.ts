import { DURATION_MAX_MS, durationMs, quote } from '@ampere/go-text';
import { ConfigError } from '../errors.ts';

/** Prometheus' durations (`1h30m`, `0`), in milliseconds. Throws ConfigError in the words of Alertmanager's Prometheus. */
export function parseDurationMs(text: string): number {
  if (text === '0') return 0;
  if (text === '') throw new ConfigError('empty duration string');
  const ms = durationMs(text);
  if (ms === undefined) throw new ConfigError(`not a valid duration string: ${quote(text)}`);
  if (ms > DURATION_MAX_MS) throw new ConfigError('duration out of range');
  return ms;
}
