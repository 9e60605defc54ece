// The labels of highly available pairs. Nearly all requests have no `__replica__`, and whoever deduplicates
// need not look for it then.

export const HAS_CLUSTER: u32 = 1;
export const HAS_REPLICA: u32 = 2;

// Names as little-endian numbers.
const CLUSTER: u64 = 0x72657473756c63;
const CLUSTER_BYTES: u32 = 7;
const REPLICA: u64 = 0x63696c7065725f5f;
const REPLICA_TAIL: u32 = 0x5f5f6163;
const REPLICA_BYTES: u32 = 11;

/** Which of the two a name of this length is; 0 for any other. */
// @ts-ignore: decorator
@inline
export function pairLabel(name: u32, length: u32): u32 {
  if (length == CLUSTER_BYTES) return (load<u64>(name) & 0xffffffffffffff) == CLUSTER ? HAS_CLUSTER : 0;
  if (length != REPLICA_BYTES) return 0;
  return load<u64>(name) == REPLICA && load<u32>(name + 7) == REPLICA_TAIL ? HAS_REPLICA : 0;
}
