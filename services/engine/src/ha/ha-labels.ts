// Finds the two labels of a highly available pair in a series' label bytes.
//
// The run is walked from label to label by their lengths; only names of 7 and 11 bytes are looked at.
// The decoder has seen to it that runs are well-formed: 0x0a, length, 0x0a, length, name, 0x12, length,
// value, with nothing else in between.

const CLUSTER = Buffer.from('cluster');
const REPLICA = Buffer.from('__replica__');

/** Where the labels of the series looked at last are; offsets into its bytes. */
export class HaLabels {
  /** The value of `cluster`; empty when there is no such label. */
  clusterFrom = 0;
  clusterTo = 0;
  /** The value of `__replica__`; empty when there is no such label. */
  replicaFrom = 0;
  replicaTo = 0;
  /** The whole label `__replica__` from its tag to the end of its value. */
  replicaLabelFrom = 0;
  /** Whether a label is there twice, which storage refuses. */
  isAmbiguous = false;

  find(bytes: Uint8Array, from: number, to: number): void {
    this.clusterFrom = this.clusterTo = this.replicaFrom = this.replicaTo = 0;
    this.isAmbiguous = false;
    let at = from;
    while (at < to) {
      let content = at + 1;
      let length = bytes[content++]!;
      if (length >= 0x80) {
        length &= 0x7f;
        for (let shift = 7, more = true; more; shift += 7) {
          const byte = bytes[content++]!;
          length |= (byte & 0x7f) << shift;
          more = byte >= 0x80;
        }
      }
      const end = content + length;
      const nameLength = bytes[content + 1]!;
      const name = content + 2;
      if (nameLength === CLUSTER.length) {
        if (equals(bytes, name, CLUSTER)) {
          this.isAmbiguous ||= this.clusterTo > 0;
          this.clusterFrom = afterLength(bytes, name + nameLength + 1);
          this.clusterTo = end;
        }
      } else if (nameLength === REPLICA.length && equals(bytes, name, REPLICA)) {
        this.isAmbiguous ||= this.replicaTo > 0;
        this.replicaLabelFrom = at;
        this.replicaFrom = afterLength(bytes, name + nameLength + 1);
        this.replicaTo = end;
      }
      at = end;
    }
  }
}

function equals(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

/** Where the content behind a varint length begins. */
function afterLength(bytes: Uint8Array, at: number): number {
  while (bytes[at]! >= 0x80) at++;
  return at + 1;
}
