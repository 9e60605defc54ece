/** A pending timer. */
export interface Timer {
  /** After this the callback never runs; a second call does nothing. */
  cancel(): void;
}

/** Time as a parameter, so that retention, fail-over and deadlines are tested by moving a clock. */
export interface Clock {
  /** Wall time in milliseconds since 1970; may step in either direction. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start; never goes backwards. For durations. */
  monotonicMs(): number;
  /** Runs `callback` once after `delayMs` of monotonic time. Doesn't keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The longest delay that Node's timers take; a longer one would fire at once. */
const TIMER_DELAY_MAX_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), TIMER_DELAY_MAX_MS));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }
}

const AWAKE_MS = 60_000;

/**
 * Keeps the process alive until the function that is returned is called. Timers of SystemClock don't, and a
 * command that pauses between slices of its work waits for nothing else.
 */
export function stayAwake(): () => void {
  const awake = setInterval(() => {}, AWAKE_MS);
  return () => clearInterval(awake);
}
