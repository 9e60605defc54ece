// Remote write: from the body of a POST to samples on disk.
//
// 1. Headers say Remote-Write 1.0 or 2.0 in snappy, or 415; a body over the limit is 413.
// 2. Decompress and walk the body. Broken ones are 400, those that would unfold too far are 413.
// 3. Of replicated senders the elected one is taken; when all there is comes from others, it is 202.
// 4. The workspace's rate takes the whole request or none of it: 429 with Retry-After.
// 5. Store what is good, keep metadata, and wait until it is durable. Disk trouble is 503, which makes
//    senders come again.
// 6. 200, or 400 with what was refused and why. A sender does not repeat what was answered 400, so what
//    is good has been stored by then.
//
// Decoding and appending are one synchronous stretch: the decoder's arrays serve the next request too, and
// only the commit is awaited, when nobody needs them any more.

import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { exceeds, limitMessage } from '@ampere/limits';
import { type Clock, DiskError } from '@ampere/platform';
import { type DecodedWriteRequest, DecodeError, type KernelWriteRequest } from '@ampere/remote-write';
import type { Appender, Refusal } from '@ampere/series';
import { TsdbError } from '@ampere/tsdb';
import { HaFilter, type HaOutcome } from '../ha/ha-filter.ts';
import type { HaMetrics } from '../ha/ha-metrics.ts';
import { HA_CLUSTERS_MAX } from '../ha/ha-tracker.ts';
import { errorFields, type Log } from '../log.ts';
import { emptyResponse, plainText } from '../responses.ts';
import type { MetadataRefusal } from '../tenants/metadata-store.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { DECODED_BYTES_MAX, Decoders } from './decoders.ts';
import {
  type MessageVersion,
  NOTHING_WRITTEN,
  negotiateMessage,
  type Written,
  writtenHeaders,
} from './push-headers.ts';
import type { PushMetrics } from './push-metrics.ts';

/**
 * A body may unfold to so many times the limit on its compressed size. Prometheus' own bodies unfold 7
 * to 12 times.
 */
const EXPANSION_MAX = 16;
/** Told to a sender whose request is larger than the bucket ever gets. */
const RETRY_NEVER_SECONDS = 60;
const SERIES_TEXT_LENGTH_MAX = 200;

export interface PushOptions {
  readonly metrics: PushMetrics;
  readonly haMetrics: HaMetrics;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether zeros are stored where 2.0 says that counters began; by default they aren't. */
  readonly createdZeroSamples?: boolean | undefined;
}

/** What came of the synchronous stretch. */
interface Stored {
  readonly ha: HaOutcome;
  readonly appender: Appender;
  readonly version: MessageVersion;
  /** Float samples and native histograms together. */
  readonly samplesSent: number;
  readonly samplesStored: number;
  readonly exemplarsSent: number;
  readonly written: Written;
  readonly refusals: readonly Refusal[];
  readonly metadataRefusals: readonly MetadataRefusal[];
}

export class PushHandler {
  readonly #options: PushOptions;
  readonly #decoders: Decoders;
  readonly #haFilter = new HaFilter();

  constructor(options: PushOptions) {
    this.#options = options;
    this.#decoders = new Decoders(options.createdZeroSamples);
  }

  /** Gives back memory that workspaces without traffic hold for decoding; called now and then. */
  releaseIdle(): void {
    this.#decoders.releaseIdle();
  }

  /** Answers a POST to `/api/v1/push`. */
  async handle(request: EngineRequest, tenant: Tenant): Promise<EngineResponse> {
    const response = await this.#push(request, tenant);
    this.#options.metrics.requests.with(String(response.status)).inc();
    return response;
  }

  async #push(request: EngineRequest, tenant: Tenant): Promise<EngineResponse> {
    if (request.method !== 'POST') return plainText(405, 'remote write takes POST alone', { allow: 'POST' });
    const version = negotiateMessage(request.headers);
    if (typeof version === 'string') return plainText(415, version);
    const response = await this.#write(request, version, tenant);
    return { ...response, headers: { ...writtenHeaders(NOTHING_WRITTEN), ...response.headers } };
  }

  /** Says how much was written when that is more than nothing. */
  async #write(request: EngineRequest, version: MessageVersion, tenant: Tenant): Promise<EngineResponse> {
    const { requestBytesMax } = tenant.limits;
    if (exceeds(request.body.length, requestBytesMax)) {
      const text = `body of ${request.body.length} bytes is larger than the limit of ${requestBytesMax} bytes`;
      tenant.usage.note('request_size', 1, text);
      return plainText(413, text);
    }
    try {
      const decoded = this.#decode(request.body, version, tenant);
      const ha = this.#haFilter.apply(decoded.columns, tenant.ha, decoded.pairLabels);
      this.#options.haMetrics.count(ha, tenant.id);
      const limited = this.#limitRate(decoded, ha, tenant);
      if (limited !== undefined) return limited;
      const stored = this.#store(decoded, ha, version, tenant);
      await this.#commit(stored.appender, tenant);
      return withWritten(answer(stored), stored.written);
    } catch (error) {
      if (error instanceof DecodeError) {
        if (error.kind !== 'too-large') return plainText(400, error.message);
        tenant.usage.note('request_size', 1, error.message);
        return plainText(413, error.message);
      }
      if (error instanceof DiskError || error instanceof TsdbError) {
        return this.#storageTrouble(error, request, tenant);
      }
      throw error;
    }
  }

  #decode(body: Uint8Array, version: MessageVersion, tenant: Tenant): KernelWriteRequest {
    const { requestBytesMax } = tenant.limits;
    const decodedBytesMax = Math.min(
      requestBytesMax === 0 ? DECODED_BYTES_MAX : requestBytesMax * EXPANSION_MAX,
      DECODED_BYTES_MAX,
    );
    return this.#decoders.of(tenant.tsdb).decode(body, version, decodedBytesMax);
  }

  #limitRate(decoded: DecodedWriteRequest, ha: HaOutcome, tenant: Tenant): EngineResponse | undefined {
    const { metrics } = this.#options;
    const samples = ha.columns.sampleCount + ha.columns.histograms.length;
    const metadata = decoded.metadata.length;
    if (tenant.ingestionTokens.take(samples + metadata)) {
      tenant.usage.ingested.add(samples + metadata);
      return undefined;
    }
    metrics.discardedSamples.with('rate_limited', tenant.id).inc(samples);
    metrics.discardedMetadata.with('rate_limited', tenant.id).inc(metadata);
    const waitMs = tenant.ingestionTokens.waitMs(samples + metadata);
    const seconds = Number.isFinite(waitMs) ? Math.max(1, Math.ceil(waitMs / 1000)) : RETRY_NEVER_SECONDS;
    const limit = tenant.limits.ingestionSamplesPerSecond;
    const text = limitMessage('ingestion_rate', { limit, samples, metadata });
    tenant.usage.note(Number.isFinite(waitMs) ? 'ingestion_rate' : 'ingestion_burst', samples, text);
    tenant.usage.noteDiscarded('rate_limited', samples);
    return plainText(429, text, { 'retry-after': String(seconds) });
  }

  #store(decoded: DecodedWriteRequest, ha: HaOutcome, version: MessageVersion, tenant: Tenant): Stored {
    const { metrics } = this.#options;
    const { metadata } = decoded;
    const appender = tenant.tsdb.appender();
    const admitted = tenant.labelSets.apply(ha.columns);
    const outcome = appender.append(admitted.columns);
    const refusals = [...admitted.refusals, ...outcome.refusals];
    if (ha.ofClustersTooMany > 0) refusals.push(clustersRefusal(ha));
    const metadataRefusals = tenant.metadata.record(metadata);
    metrics.samples.with(tenant.id).inc(outcome.appended + outcome.histograms);
    if (outcome.exemplars > 0) metrics.exemplars.with(tenant.id).inc(outcome.exemplars);
    for (const refusal of refusals) {
      if (isOfExemplars(refusal)) {
        metrics.discardedExemplars.with(refusal.reason, tenant.id).inc(refusal.samples);
        continue;
      }
      metrics.discardedSamples.with(refusal.reason, tenant.id).inc(refusal.samples);
      tenant.usage.noteSamples(refusal);
    }
    let metadataTaken = metadata.length;
    for (const refusal of metadataRefusals) {
      metrics.discardedMetadata.with(refusal.reason, tenant.id).inc(refusal.entries);
      tenant.usage.noteMetadata(refusal);
      metadataTaken -= refusal.entries;
    }
    if (metadataTaken > 0) metrics.metadata.with(tenant.id).inc(metadataTaken);
    return {
      ha,
      appender,
      version,
      samplesSent: ha.columns.sampleCount + ha.columns.histograms.length + ha.ofClustersTooMany,
      samplesStored: outcome.appended + outcome.histograms,
      exemplarsSent: ha.columns.exemplars.length,
      // What was taken from the other replica is there: a sender that is told less reports a failure.
      written: {
        samples: outcome.appended + ha.deduplicated,
        histograms: outcome.histograms + ha.deduplicatedHistograms,
        exemplars: outcome.exemplars + ha.deduplicatedExemplars,
      },
      refusals,
      metadataRefusals,
    };
  }

  async #commit(appender: Appender, tenant: Tenant): Promise<void> {
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonicMs();
    await Promise.all([appender.commit(), tenant.ha.save()]);
    metrics.commitSeconds.observe((clock.monotonicMs() - startMs) / 1000);
  }

  #storageTrouble(error: DiskError | TsdbError, request: EngineRequest, tenant: Tenant): EngineResponse {
    this.#options.log('error', 'samples could not be stored', {
      workspace: tenant.id,
      requestId: request.requestId,
      ...errorFields(error),
    });
    // The error's own text has paths of this machine in it.
    const why =
      error.code === 'full'
        ? 'the disk is full'
        : error.code === 'memory-full'
          ? 'the memory for the newest samples is full'
          : 'the disk fails';
    return plainText(503, `samples could not be stored: ${why}; send them again`, { 'retry-after': '5' });
  }
}

function answer(stored: Stored): EngineResponse {
  const { ha, metadataRefusals } = stored;
  const parts: string[] = [];
  const ofSamples = stored.refusals.filter((refusal) => !isOfExemplars(refusal));
  if (ofSamples.length > 0) {
    parts.push(
      `${refusedIn(ofSamples)} of ${stored.samplesSent} samples refused, ${stored.samplesStored} stored`,
    );
    parts.push(...textsOf(ofSamples));
  }
  // 1.0 has no way to tell of exemplars, and a sender takes 400 to mean its samples: Prometheus is silent too.
  const ofExemplars = stored.version === 1 ? [] : stored.refusals.filter(isOfExemplars);
  if (ofExemplars.length > 0) {
    parts.push(`${refusedIn(ofExemplars)} of ${stored.exemplarsSent} exemplars refused`);
    parts.push(...textsOf(ofExemplars));
  }
  for (const { reason, entries, message } of metadataRefusals) {
    if (message !== '') parts.push(`${entries} metadata ${reason}: ${message}`);
  }
  if (parts.length === 0) {
    if (ha.columns.seriesCount > 0 || ha.example === undefined) return emptyResponse(200);
    const { replica, elected } = ha.example;
    return plainText(
      202,
      `replicas did not match, rejecting sample: replica=${quoted(replica)}, elected=${quoted(elected)}`,
    );
  }
  return plainText(400, parts.join('; ').replaceAll('\n', ' '));
}

/** The most frequent reason first: senders log the beginning of the text. */
function textsOf(refusals: readonly Refusal[]): string[] {
  return [...refusals]
    .sort((a, b) => b.samples - a.samples)
    .map(({ reason, samples, message }) => `${samples} ${reason}: ${message}`);
}

function refusedIn(refusals: readonly Refusal[]): number {
  return refusals.reduce((sum, { samples }) => sum + samples, 0);
}

function isOfExemplars({ reason }: Refusal): boolean {
  return reason.startsWith('exemplar_');
}

function withWritten(response: EngineResponse, written: Written): EngineResponse {
  return { ...response, headers: { ...response.headers, ...writtenHeaders(written) } };
}

function clustersRefusal({ ofClustersTooMany }: HaOutcome): Refusal {
  return {
    reason: 'too_many_ha_clusters',
    samples: ofClustersTooMany,
    message: `too many HA clusters (limit: ${HA_CLUSTERS_MAX})`,
    example: '',
  };
}

function quoted(value: string): string {
  return JSON.stringify(value.slice(0, SERIES_TEXT_LENGTH_MAX));
}
