// How many series are active: had a sample in the last five minutes, to the minute.
//
// Each series knows the minute of its last sample; a ring of counters says how many series each of the last
// minutes is the newest of. So counting is adding a few numbers.

import { ACTIVE_RING, H_ACTIVE, H_ACTIVE_MINUTES, MINUTES_ACTIVE, R_ACTIVE_MINUTE } from './layout';

export function isActive(record: u32, minute: u32): bool {
  const last = load<u32>(record, R_ACTIVE_MINUTE);
  return last != 0 && minute - last < <u32>MINUTES_ACTIVE;
}

/** Notes that a series got a sample. */
export function touch(record: u32, minute: u32): void {
  const last = load<u32>(record, R_ACTIVE_MINUTE);
  if (last == minute) return;
  forgetActive(record);
  store<u32>(record, minute, R_ACTIVE_MINUTE);
  const slot: u32 = (minute % ACTIVE_RING) << 2;
  if (load<u32>(slot, H_ACTIVE_MINUTES) != minute) {
    store<u32>(slot, minute, H_ACTIVE_MINUTES);
    store<u32>(slot, 0, H_ACTIVE);
  }
  store<u32>(slot, load<u32>(slot, H_ACTIVE) + 1, H_ACTIVE);
}

/** Notes that a series is taken out. */
export function forgetActive(record: u32): void {
  const last = load<u32>(record, R_ACTIVE_MINUTE);
  const slot: u32 = (last % ACTIVE_RING) << 2;
  if (last == 0 || load<u32>(slot, H_ACTIVE_MINUTES) != last) return;
  store<u32>(slot, load<u32>(slot, H_ACTIVE) - 1, H_ACTIVE);
}

export function activeCount(minute: u32): u32 {
  let sum: u32 = 0;
  for (let slot: u32 = 0; slot < <u32>ACTIVE_RING << 2; slot += 4) {
    if (load<u32>(slot, H_ACTIVE_MINUTES) + MINUTES_ACTIVE > minute) sum += load<u32>(slot, H_ACTIVE);
  }
  return sum;
}
