/**
 * States what our own code guarantees. A failure is a bug of ours, never a user's mistake: it ends
 * the request or worker at hand and is counted; bad input gets a typed error instead.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`BUG: ${message}`);
}
