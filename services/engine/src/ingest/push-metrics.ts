import type { Counter, Histogram, Registry, Vec } from '@ampere/metrics';

/** From a commit that only joins another one's sync to a disk in trouble. */
const COMMIT_BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is counted of remote write. */
export class PushMetrics {
  readonly requests: Vec<Counter>;
  readonly samples: Vec<Counter>;
  readonly discardedSamples: Vec<Counter>;
  readonly metadata: Vec<Counter>;
  readonly discardedMetadata: Vec<Counter>;
  readonly exemplars: Vec<Counter>;
  readonly discardedExemplars: Vec<Counter>;
  readonly commitSeconds: Histogram;

  constructor(registry: Registry) {
    this.requests = registry.counterVec('ampere_push_requests_total', 'Remote-write requests by status.', {
      labels: ['code'],
    });
    this.samples = registry.counterVec(
      'ampere_ingested_samples_total',
      'Samples stored, native histograms and those that were there already included.',
      { labels: ['workspace'] },
    );
    this.discardedSamples = registry.counterVec(
      'ampere_discarded_samples_total',
      'Samples that were sent and not stored, by reason.',
      { labels: ['reason', 'workspace'] },
    );
    this.metadata = registry.counterVec('ampere_ingested_metadata_total', 'Metadata entries taken.', {
      labels: ['workspace'],
    });
    this.discardedMetadata = registry.counterVec(
      'ampere_discarded_metadata_total',
      'Metadata entries that were sent and not taken, by reason.',
      { labels: ['reason', 'workspace'] },
    );
    this.exemplars = registry.counterVec(
      'ampere_ingested_exemplars_total',
      'Exemplars stored, those that were there already included.',
      { labels: ['workspace'] },
    );
    this.discardedExemplars = registry.counterVec(
      'ampere_discarded_exemplars_total',
      'Exemplars that were sent and not stored, by reason.',
      { labels: ['reason', 'workspace'] },
    );
    this.commitSeconds = registry.histogram(
      'ampere_commit_duration_seconds',
      'Time from the end of an append until its samples were durable.',
      COMMIT_BOUNDS_SECONDS,
    );
  }

  /** Forgets a workspace that is gone. */
  removeWorkspace(workspaceId: string): void {
    for (const vec of [
      this.samples,
      this.discardedSamples,
      this.metadata,
      this.discardedMetadata,
      this.exemplars,
      this.discardedExemplars,
    ]) {
      vec.remove('workspace', workspaceId);
    }
  }
}
