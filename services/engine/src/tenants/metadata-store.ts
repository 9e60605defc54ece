// What senders say of one tenant's metrics: type, help, unit.
//
// 1. Kept in memory by metric name. A name may have several entries, as targets may disagree; when there
//    are more than the limit, the one that was seen longest ago gives way.
// 2. Entries that are too long or have no name are refused, and so are new names beyond the limit or
//    beyond what one file should hold.
// 3. Written to one JSON file some time after a change, and on close. Senders repeat their metadata
//    every minute, so what a crash loses comes back by itself; a file that can't be read is dropped.

import { exceeds, type WorkspaceLimits } from '@ampere/limits';
import type { Clock, Disk, Timer } from '@ampere/platform';
import { METRIC_TYPES, type MetricMetadata } from '@ampere/remote-write';
import { errorFields, type Log } from '../log.ts';

const WRITE_DELAY_MS = 30_000;
/** Bounds the file, whatever the limits allow. */
const TEXT_BYTES_MAX = 32 * 1024 * 1024;
const FORMAT_VERSION = 1;

export type MetadataRefusalReason =
  | 'missing_metric_name'
  | 'metric_name_too_long'
  | 'help_too_long'
  | 'unit_too_long'
  | 'too_many_metrics';

export interface MetadataRefusal {
  readonly reason: MetadataRefusalReason;
  entries: number;
  /** What to tell the client; empty for what is dropped in silence, as the sender can't help it. */
  readonly message: string;
  /** The metric's name. */
  readonly example: string;
}

export type MetadataLimits = Pick<
  WorkspaceLimits,
  'metadataPerMetricMax' | 'metadataBytesMax' | 'metricsWithMetadataMax'
>;

export interface MetadataStoreOptions {
  readonly path: string;
  readonly limitsNow: () => MetadataLimits;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
}

export class MetadataStore {
  readonly #options: MetadataStoreOptions;
  /** Entries of a name from the one seen longest ago to the newest. */
  readonly #metrics = new Map<string, MetricMetadata[]>();
  #textBytes = 0;
  #isChanged = false;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: MetadataStoreOptions) {
    this.#options = options;
  }

  /** Reads what was written before. */
  static async open(options: MetadataStoreOptions): Promise<MetadataStore> {
    const store = new MetadataStore(options);
    if ((await options.disk.info(options.path)) !== undefined) {
      try {
        store.#load(JSON.parse(new TextDecoder().decode(await options.disk.readFile(options.path))));
      } catch (error) {
        options.log('warn', 'metadata file dropped: it can not be read', {
          path: options.path,
          ...errorFields(error),
        });
      }
    }
    return store;
  }

  /** Takes what the limits allow; one entry a reason for the rest. */
  record(entries: readonly MetricMetadata[]): MetadataRefusal[] {
    const refusals = new Map<MetadataRefusalReason, MetadataRefusal>();
    for (const entry of entries) {
      const refusal = this.#refusalOf(entry);
      if (refusal === undefined) {
        this.#put(entry);
        continue;
      }
      const known = refusals.get(refusal.reason);
      if (known === undefined) refusals.set(refusal.reason, refusal);
      else known.entries++;
    }
    return [...refusals.values()];
  }

  /** Entries of one metric, the one seen last at the end. Not to be changed. */
  of(metricName: string): readonly MetricMetadata[] {
    return this.#metrics.get(metricName) ?? [];
  }

  /** All metrics that have any, in the order in which they were first seen. Not to be changed. */
  entries(): IterableIterator<[metricName: string, readonly MetricMetadata[]]> {
    return this.#metrics.entries();
  }

  get size(): number {
    return this.#metrics.size;
  }

  /** Writes what is not written yet. A failure is logged: metadata is never worth failing a stop. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#write();
  }

  #refusalOf(entry: MetricMetadata): MetadataRefusal | undefined {
    const { metadataBytesMax, metricsWithMetadataMax } = this.#options.limitsNow();
    const name = entry.metricFamilyName;
    const refusal = (reason: MetadataRefusalReason, message: string) => ({
      reason,
      entries: 1,
      message,
      example: clipped(name),
    });
    if (name === '') return refusal('missing_metric_name', 'metadata missing metric name');
    const tooLong = (field: string, text: string): string =>
      `metadata '${field}' value too long: ${quote(text)} metric ${quote(name)}`;
    if (exceeds(Buffer.byteLength(name), metadataBytesMax)) {
      return refusal('metric_name_too_long', tooLong('METRIC_NAME', name));
    }
    if (exceeds(Buffer.byteLength(entry.help), metadataBytesMax)) {
      return refusal('help_too_long', tooLong('HELP', entry.help));
    }
    if (exceeds(Buffer.byteLength(entry.unit), metadataBytesMax)) {
      return refusal('unit_too_long', tooLong('UNIT', entry.unit));
    }
    if (this.#metrics.has(name)) return undefined;
    const isFull =
      exceeds(this.#metrics.size + 1, metricsWithMetadataMax) ||
      this.#textBytes + bytesOf(entry) > TEXT_BYTES_MAX;
    return isFull ? refusal('too_many_metrics', '') : undefined;
  }

  #put(entry: MetricMetadata): void {
    const entries = this.#metrics.get(entry.metricFamilyName) ?? [];
    if (entries.length === 0) this.#metrics.set(entry.metricFamilyName, entries);
    const known = entries.findIndex(
      (other) => other.type === entry.type && other.help === entry.help && other.unit === entry.unit,
    );
    if (known >= 0) {
      // Seen again: it moves to the end. Not worth a write.
      entries.push(...entries.splice(known, 1));
      return;
    }
    entries.push(entry);
    this.#textBytes += bytesOf(entry);
    const isFull =
      exceeds(entries.length, this.#options.limitsNow().metadataPerMetricMax) ||
      (entries.length > 1 && this.#textBytes > TEXT_BYTES_MAX);
    if (isFull) this.#textBytes -= bytesOf(entries.shift()!);
    this.#changed();
  }

  #changed(): void {
    this.#isChanged = true;
    this.#timer ??= this.#options.clock.after(WRITE_DELAY_MS, () => {
      this.#timer = undefined;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (!this.#isChanged) return;
      this.#isChanged = false;
      const file = { version: FORMAT_VERSION, metrics: [...this.#metrics.values()].flat() };
      try {
        await this.#options.disk.replaceFile(
          this.#options.path,
          new TextEncoder().encode(JSON.stringify(file)),
        );
      } catch (error) {
        this.#isChanged = true;
        this.#options.log('warn', 'metadata could not be written', {
          path: this.#options.path,
          ...errorFields(error),
        });
      }
    });
    return this.#writing;
  }

  #load(file: unknown): void {
    const { version, metrics } = file as { version?: unknown; metrics?: unknown };
    if (version !== FORMAT_VERSION || !Array.isArray(metrics)) throw new Error('unknown format');
    for (const entry of metrics) {
      if (!isMetadata(entry)) throw new Error('an entry that is none');
      if (this.#refusalOf(entry) === undefined) this.#put(entry);
    }
    this.#isChanged = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

const QUOTED_LENGTH_MAX = 200;

function quote(text: string): string {
  return JSON.stringify(clipped(text));
}

function clipped(text: string): string {
  return text.slice(0, QUOTED_LENGTH_MAX);
}

function bytesOf(entry: MetricMetadata): number {
  return (
    Buffer.byteLength(entry.metricFamilyName) + Buffer.byteLength(entry.help) + Buffer.byteLength(entry.unit)
  );
}

function isMetadata(value: unknown): value is MetricMetadata {
  const entry = value as Partial<Record<keyof MetricMetadata, unknown>> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    METRIC_TYPES.some((type) => type === entry.type) &&
    typeof entry.metricFamilyName === 'string' &&
    typeof entry.help === 'string' &&
    typeof entry.unit === 'string'
  );
}
