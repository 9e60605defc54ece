// The newest samples of all series, in memory.
//
// 1. A series has one open chunk, which samples are appended to, in a block that grows with it.
// 2. The chunk is sealed, copied away at its exact length, when it has 120 samples or 1 KiB (as in
//    Prometheus), or when a sample belongs to the next two hours of the clock, so that blocks of two
//    hours can be cut between chunks.
// 3. What is older than a time is dropped a chunk at a time. Series without samples stay until they are
//    an eighth of all; then the others are renumbered.
//
// One thread appends and reads. Nothing here waits for anything.

import { assert, type Random } from '@ampere/platform';
import { Labels, METRIC_NAME, type SampleColumns } from '@ampere/series';
import { decodeXor } from '../chunk/xor-decode.ts';
import { appendXor, startXor, XOR_HEADER_BYTES, XOR_ROOM_BYTES, xorBytes } from '../chunk/xor-encode.ts';
import { GONE, LabelIndex, type LabelValues } from '../index/label-index.ts';
import { SeriesMatching } from '../index/match-series.ts';
import { Slabs } from '../slabs.ts';
import { ByteBuffer } from '../wal/byte-buffer.ts';
import { ActiveSeries } from './active-series.ts';
import { type CanonicalLabels, encodeLabels } from './label-set.ts';
import { NO_CHUNK, SealedChunks } from './sealed-chunks.ts';
import { SeriesKeys } from './series-keys.ts';
import { SeriesTable } from './series-table.ts';

export const SAMPLES_PER_CHUNK_MAX = 120;
export const CHUNK_RANGE_MS = 2 * 3600 * 1000;

/** Prometheus' bound of a chunk, less the most that a sample can take. */
const CHUNK_FULL_BYTES = 1024 - 19;
const OPEN_BYTES_FIRST = XOR_HEADER_BYTES + 22 + XOR_ROOM_BYTES;
/** Label sets that are kept as objects for the next query. */
const LABELS_CACHED_MAX = 200_000;
const GONE_SHARE = 8;

/** What became of a sample. */
export type Verdict = 0 | 1 | 2 | 3;
export const STORED: Verdict = 0;
/** There already, with the same value. */
export const REPEATED: Verdict = 1;
export const OUT_OF_ORDER: Verdict = 2;
export const OTHER_VALUE: Verdict = 3;

export class Head {
  readonly slabs = new Slabs();
  readonly table = new SeriesTable();
  readonly keys: SeriesKeys;
  readonly index: LabelIndex;
  readonly matching: SeriesMatching;
  readonly active: ActiveSeries;
  readonly sealed = new SealedChunks();
  /** Nothing before this is shown or taken. */
  floorMs = Number.NEGATIVE_INFINITY;
  maxTimeMs = Number.NEGATIVE_INFINITY;
  samplesAppended = 0;
  /** No sample in memory is older, and one is as old; infinite when there is none. */
  #minMs = Number.POSITIVE_INFINITY;
  readonly #keyBuffer = new ByteBuffer();
  #labels: (Labels | undefined)[] = [];
  #labelsCached = 0;

  constructor(random: Random) {
    this.keys = new SeriesKeys(this.slabs, random);
    this.index = new LabelIndex(this.slabs);
    this.matching = new SeriesMatching(this.index);
    this.active = new ActiveSeries(this.table);
  }

  /** The canonical bytes of a label set; valid until the next call. */
  keyOf(labels: CanonicalLabels): ByteBuffer {
    this.#keyBuffer.length = 0;
    encodeLabels(labels, this.#keyBuffer);
    return this.#keyBuffer;
  }

  /** Adds a series that isn't there yet; `key` holds its canonical bytes. */
  addSeries(labels: CanonicalLabels, key: ByteBuffer, walNumber: number): number {
    const { table, slabs, index } = this;
    const series = table.add();
    const address = slabs.allocate(key.length);
    slabs.slab(address).set(key.content(), slabs.offset(address));
    table.keyAddress[series] = address;
    table.keyBytes[series] = key.length;
    table.walNumber[series] = walNumber;
    this.keys.add(address, key.length, series);

    const count = labels.names.length;
    const pairsAddress = slabs.allocate(4 * count);
    const view = slabs.view(pairsAddress);
    const from = slabs.offset(pairsAddress);
    for (let i = 0; i < count; i++) {
      const pair = index.intern(labels.names[i]!, labels.values[i]!);
      index.add(pair, series);
      view.setUint32(from + 4 * i, pair, true);
      if (labels.names[i] === METRIC_NAME) table.metric[series] = pair;
    }
    table.pairsAddress[series] = pairsAddress;
    table.pairs[series] = count;
    return series;
  }

  /** Appends one sample; it is in order or refused. */
  append(series: number, timeMs: number, low: number, high: number): Verdict {
    const { table } = this;
    const { open } = table;
    const lastMs = open.lastMs[series]!;
    if (timeMs <= lastMs) {
      if (timeMs < lastMs) return OUT_OF_ORDER;
      return open.lastLow[series] === low && open.lastHigh[series] === high ? REPEATED : OTHER_VALUE;
    }
    if (open.bits[series] !== 0 && this.#isFull(series, timeMs)) this.#seal(series);
    if (open.bits[series] === 0) {
      if (table.openAddress[series] === 0) this.#growOpen(series, OPEN_BYTES_FIRST);
      const address = table.openAddress[series]!;
      startXor(open, series, this.slabs.view(address), this.slabs.offset(address), timeMs, low, high);
      table.openMinMs[series] = timeMs;
    } else {
      const needed = xorBytes(open, series) + XOR_ROOM_BYTES;
      if (needed > table.openCapacity[series]!) this.#growOpen(series, needed + needed / 2);
      const address = table.openAddress[series]!;
      appendXor(open, series, this.slabs.view(address), this.slabs.offset(address), timeMs, low, high);
    }
    if (timeMs > this.maxTimeMs) this.maxTimeMs = timeMs;
    if (timeMs < this.#minMs) this.#minMs = timeMs;
    this.samplesAppended++;
    return STORED;
  }

  /** The pair that a series has of a label, or -1. */
  pairOf(series: number, values: LabelValues): number {
    const address = this.table.pairsAddress[series]!;
    const view = this.slabs.view(address);
    const from = this.slabs.offset(address);
    const count = this.table.pairs[series]!;
    for (let i = 0; i < count; i++) {
      const pair = view.getUint32(from + 4 * i, true);
      if (this.index.ownerOf(pair) === values) return pair;
    }
    return -1;
  }

  get count(): number {
    return this.table.count;
  }

  labelsOf(series: number): Labels {
    const cached = this.#labels[series];
    if (cached !== undefined) return cached;
    const address = this.table.pairsAddress[series]!;
    const view = this.slabs.view(address);
    const from = this.slabs.offset(address);
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < this.table.pairs[series]!; i++) {
      const pair = view.getUint32(from + 4 * i, true);
      names.push(this.index.nameOf(pair));
      values.push(this.index.valueOf(pair));
    }
    const labels = new Labels(names, values);
    if (this.#labelsCached >= LABELS_CACHED_MAX) this.#forgetLabels();
    this.#labels[series] = labels;
    this.#labelsCached++;
    return labels;
  }

  /** Appends a series' samples within [startMs, endMs] to columns. */
  read(series: number, startMs: number, endMs: number, into: SampleColumns): void {
    const { sealed, table } = this;
    for (let chunk = table.firstSealed[series]!; chunk !== NO_CHUNK; chunk = sealed.next[chunk]!) {
      if (sealed.minMs[chunk]! > endMs) return;
      if (sealed.maxMs[chunk]! < startMs) continue;
      decodeXor(sealed.view(chunk), sealed.offset(chunk), startMs, endMs, into);
    }
    if (table.open.bits[series] === 0) return;
    if (table.openMinMs[series]! > endMs || table.open.lastMs[series]! < startMs) return;
    const address = table.openAddress[series]!;
    decodeXor(this.slabs.view(address), this.slabs.offset(address), startMs, endMs, into);
  }

  /** Whether a series has a sample within [startMs, endMs]; `scratch` is used to look into a chunk. */
  hasSampleIn(series: number, startMs: number, endMs: number, scratch: SampleColumns): boolean {
    const { sealed, table } = this;
    let mustLook = false;
    const covers = (minMs: number, maxMs: number): boolean => {
      if (minMs > endMs || maxMs < startMs) return false;
      if (minMs >= startMs || maxMs <= endMs) return true;
      mustLook = true;
      return false;
    };
    if (table.open.bits[series] !== 0 && covers(table.openMinMs[series]!, table.open.lastMs[series]!))
      return true;
    for (let chunk = table.firstSealed[series]!; chunk !== NO_CHUNK; chunk = sealed.next[chunk]!) {
      if (covers(sealed.minMs[chunk]!, sealed.maxMs[chunk]!)) return true;
    }
    if (!mustLook) return false;
    scratch.clear();
    this.read(series, startMs, endMs, scratch);
    return scratch.length > 0;
  }

  /** The time of the oldest sample in memory that is shown; undefined when there is none. */
  get minTimeMs(): number | undefined {
    return this.#minMs === Number.POSITIVE_INFINITY ? undefined : Math.max(this.#minMs, this.floorMs);
  }

  /** Active series of the metric that has most of them; a pass over all. */
  activeInLargestMetric(minute: number): number {
    const counts = new Uint32Array(this.index.pairBound);
    let largest = 0;
    for (let series = 0; series < this.count; series++) {
      if (!this.active.isActive(series, minute)) continue;
      const metric = this.table.metric[series]!;
      const count = counts[metric]! + 1;
      counts[metric] = count;
      if (count > largest) largest = count;
    }
    return largest;
  }

  /** Series whose newest samples are in an open chunk; a pass over all. */
  openChunks(): number {
    const { bits } = this.table.open;
    let chunks = 0;
    for (let series = 0; series < this.count; series++) if (bits[series] !== 0) chunks++;
    return chunks;
  }

  /** Drops chunks that end before a time, hides older samples, and takes out series that have been left empty. */
  truncate(beforeMs: number): void {
    const { table, sealed } = this;
    this.floorMs = Math.max(this.floorMs, beforeMs);
    let empty = 0;
    this.#minMs = Number.POSITIVE_INFINITY;
    for (let series = 0; series < table.count; series++) {
      let chunk = table.firstSealed[series]!;
      while (chunk !== NO_CHUNK && sealed.maxMs[chunk]! < this.floorMs) {
        const next = sealed.next[chunk]!;
        sealed.drop(chunk);
        chunk = next;
      }
      table.firstSealed[series] = chunk;
      if (chunk === NO_CHUNK) table.lastSealed[series] = NO_CHUNK;
      if (table.open.bits[series] !== 0 && table.open.lastMs[series]! < this.floorMs) {
        table.open.bits[series] = 0;
        this.#freeOpen(series);
      }
      if (!table.hasSamples(series)) empty++;
      else
        this.#minMs = Math.min(
          this.#minMs,
          chunk === NO_CHUNK ? table.openMinMs[series]! : sealed.minMs[chunk]!,
        );
    }
    if (empty > 0 && empty * GONE_SHARE >= table.count) this.#takeOutEmpty();
  }

  #isFull(series: number, timeMs: number): boolean {
    const { table } = this;
    return (
      table.open.samples[series]! >= SAMPLES_PER_CHUNK_MAX ||
      xorBytes(table.open, series) > CHUNK_FULL_BYTES ||
      Math.floor(timeMs / CHUNK_RANGE_MS) !== Math.floor(table.openMinMs[series]! / CHUNK_RANGE_MS)
    );
  }

  /** Copies the open chunk to the full ones; its block stays for the next. */
  #seal(series: number): void {
    const { table, sealed } = this;
    const address = table.openAddress[series]!;
    const from = this.slabs.offset(address);
    const bytes = this.slabs.slab(address).subarray(from, from + xorBytes(table.open, series));
    const chunk = sealed.add(bytes, table.openMinMs[series]!, table.open.lastMs[series]!);
    const last = table.lastSealed[series]!;
    if (last === NO_CHUNK) table.firstSealed[series] = chunk;
    else sealed.next[last] = chunk;
    table.lastSealed[series] = chunk;
    table.open.bits[series] = 0;
  }

  #growOpen(series: number, bytes: number): void {
    const { table, slabs } = this;
    const capacity = Slabs.capacity(Math.ceil(bytes));
    assert(capacity < 2 ** 16, 'an open chunk outgrew its bound');
    const address = slabs.allocate(capacity);
    const old = table.openAddress[series]!;
    if (old !== 0) {
      const from = slabs.offset(old);
      const used = xorBytes(table.open, series);
      slabs.slab(address).set(slabs.slab(old).subarray(from, from + used), slabs.offset(address));
      // The encoder ors into the byte behind what is used.
      slabs.slab(address)[slabs.offset(address) + used] = 0;
      slabs.free(old, table.openCapacity[series]!);
    }
    table.openAddress[series] = address;
    table.openCapacity[series] = capacity;
  }

  #freeOpen(series: number): void {
    this.slabs.free(this.table.openAddress[series]!, this.table.openCapacity[series]!);
    this.table.openAddress[series] = 0;
    this.table.openCapacity[series] = 0;
  }

  #takeOutEmpty(): void {
    const { table, slabs, keys } = this;
    const map = new Uint32Array(table.count);
    let kept = 0;
    for (let series = 0; series < table.count; series++) {
      if (table.hasSamples(series)) {
        map[series] = kept++;
        continue;
      }
      map[series] = GONE;
      this.active.drop(series);
      slabs.free(table.keyAddress[series]!, table.keyBytes[series]!);
      slabs.free(table.pairsAddress[series]!, 4 * table.pairs[series]!);
      if (table.openAddress[series] !== 0) this.#freeOpen(series);
    }
    this.index.renumber(map);
    table.renumber(map);
    keys.clear();
    for (let series = 0; series < kept; series++) {
      keys.add(table.keyAddress[series]!, table.keyBytes[series]!, series);
    }
    this.#forgetLabels();
    this.onRenumber(map);
  }

  /** Told about every renumbering. */
  onRenumber: (map: Uint32Array) => void = () => undefined;

  #forgetLabels(): void {
    this.#labels = [];
    this.#labelsCached = 0;
  }
}
