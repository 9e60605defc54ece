// What rules write, in the columns that storage takes: each series' labels as a run of protobuf fields (see
// WriteColumns), one sample each.

import type { RuleWrite } from '@ampere/rules';
import type { Labels, WriteColumns, WriteHistogram } from '@ampere/series';

const LABELS_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;
const RUN_BYTES_GUESSED = 128;

const encoder = new TextEncoder();

/** Makes the columns of a write; its arrays are used again for the next one. */
export class RuleColumns {
  #bytes: Uint8Array = new Uint8Array(16 * 1024);
  #length = 0;

  /** Valid until the next call. */
  of(write: RuleWrite): WriteColumns {
    const { labels, histograms, timeMs } = write;
    const seriesCount = labels.length;
    const labelsFrom = new Uint32Array(seriesCount);
    const labelsTo = new Uint32Array(seriesCount);
    const firstSample = new Uint32Array(seriesCount + 1);
    const native: WriteHistogram[] = [];
    const valueWords = new Uint32Array(2 * seriesCount);
    let samples = 0;
    this.#length = 0;
    for (let i = 0; i < seriesCount; i++) {
      labelsFrom[i] = this.#length;
      this.#appendRun(labels[i]!);
      labelsTo[i] = this.#length;
      firstSample[i] = samples;
      const histogram = histograms?.[i];
      if (histogram !== undefined) {
        native.push({ series: i, timeMs, histogram, kind: 'float', isStale: false });
        continue;
      }
      // As words, because a stale marker may not survive as a number.
      valueWords[2 * samples] = write.valueWords[2 * i]!;
      valueWords[2 * samples + 1] = write.valueWords[2 * i + 1]!;
      samples++;
    }
    firstSample[seriesCount] = samples;
    return {
      bytes: this.#bytes,
      seriesCount,
      labelsFrom,
      labelsTo,
      firstSample,
      sampleCount: samples,
      timesMs: new Float64Array(samples).fill(timeMs),
      valueWords: valueWords.subarray(0, 2 * samples),
      histograms: native,
      exemplars: [],
    };
  }

  #appendRun({ names, values }: Labels): void {
    for (let i = 0; i < names.length; i++) this.#appendLabel(names[i]!, values[i]!);
  }

  /** `0a L 0a n name 12 v value`; L is known only when the texts are encoded, so they are encoded first. */
  #appendLabel(name: string, value: string): void {
    const nameBytes = utf8Length(name);
    const valueBytes = utf8Length(value);
    const inner = 2 + varintLength(nameBytes) + nameBytes + varintLength(valueBytes) + valueBytes;
    this.#reserve(1 + varintLength(inner) + inner);
    this.#field(LABELS_TAG, inner);
    this.#text(NAME_TAG, name, nameBytes);
    this.#text(VALUE_TAG, value, valueBytes);
  }

  #text(tag: number, text: string, bytes: number): void {
    this.#field(tag, bytes);
    if (bytes !== text.length) encoder.encodeInto(text, this.#bytes.subarray(this.#length));
    else for (let i = 0; i < bytes; i++) this.#bytes[this.#length + i] = text.charCodeAt(i);
    this.#length += bytes;
  }

  #field(tag: number, length: number): void {
    this.#bytes[this.#length++] = tag;
    for (; length >= 0x80; length >>>= 7) this.#bytes[this.#length++] = (length & 0x7f) | 0x80;
    this.#bytes[this.#length++] = length;
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes + RUN_BYTES_GUESSED;
    if (wanted <= this.#bytes.length) return;
    const bigger = new Uint8Array(2 * wanted);
    bigger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bigger;
  }
}

/** Bytes of a text in UTF-8; a lone surrogate becomes U+FFFD, as the encoder writes it. */
function utf8Length(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text);
  }
  return text.length;
}

function varintLength(value: number): number {
  let length = 1;
  for (; value >= 0x80; value >>>= 7) length++;
  return length;
}
