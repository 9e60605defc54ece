// What Alertmanager computes of label sets: fingerprints, their order, and their text in group keys.

import { quote } from '@ampere/go-text';
import { compareText, type Labels } from '@ampere/series';

const utf8 = new TextEncoder();
const SEPARATOR = 0xff;

/** FNV-1a of 64 bits as two words, because a number holds no 64-bit product. */
class Fnv {
  #high = 0xcbf29ce4;
  #low = 0x84222325;

  byte(byte: number): void {
    const low = (this.#low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3: the first part moves the low word up by eight bits into the high one.
    const product = low * 0x1b3;
    this.#high = (this.#high * 0x1b3 + low * 256 + Math.floor(product / 2 ** 32)) % 2 ** 32;
    this.#low = product % 2 ** 32;
  }

  text(text: string): void {
    for (const byte of utf8.encode(text)) this.byte(byte);
    this.byte(SEPARATOR);
  }

  get hex(): string {
    return this.#high.toString(16).padStart(8, '0') + this.#low.toString(16).padStart(8, '0');
  }
}

/** The fingerprint of a label set, 16 hexadecimal digits. */
export function fingerprintOf(labels: Labels): string {
  const hash = new Fnv();
  for (const [name, value] of labels) {
    hash.text(name);
    hash.text(value);
  }
  return hash.hex;
}

/** Fewer labels first; then name by name of both, where the set that lacks one comes first. */
export function compareLabelSets(a: Labels, b: Labels): number {
  if (a.size !== b.size) return a.size - b.size;
  for (let i = 0; i < a.size; i++) {
    const byName = compareText(a.names[i]!, b.names[i]!);
    // The smaller name is missing in the other set, which therefore comes first.
    if (byName !== 0) return -byName;
    const byValue = compareText(a.values[i]!, b.values[i]!);
    if (byValue !== 0) return byValue;
  }
  return 0;
}

/** The order of alerts in a message: by `job`, then `instance`, those that have it first, then by labels. */
export function compareAlertLabels(a: Labels, b: Labels): number {
  for (const name of ['job', 'instance']) {
    const [inA, inB] = [a.has(name), b.has(name)];
    if (inA !== inB) return inA ? -1 : 1;
    const byValue = compareText(a.get(name), b.get(name));
    if (byValue !== 0) return byValue;
  }
  return compareLabelSets(a, b);
}

/** `{alertname="x", zone="y"}`. */
export function labelSetText(labels: Labels): string {
  const pairs = [...labels].map(([name, value]) => `${name}=${quote(value)}`);
  return `{${pairs.sort(compareText).join(', ')}}`;
}
