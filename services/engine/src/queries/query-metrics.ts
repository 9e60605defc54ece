import type { Counter, Histogram, Registry, Vec } from '@ampere/metrics';

/** From an answer out of memory to the longest query that is allowed. */
const DURATION_BOUNDS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
];

/** What is counted of the query API. */
export class QueryMetrics {
  readonly #requests: Vec<Counter>;
  readonly #seconds: Vec<Histogram>;
  readonly #samples: Counter;
  readonly #waited: Histogram;

  constructor(registry: Registry, queue: { readonly waiting: number; readonly running: number }) {
    this.#requests = registry.counterVec(
      'ampere_query_requests_total',
      'Requests to the query API by endpoint and outcome: success, the error type, or damaged_block.',
      { labels: ['endpoint', 'outcome'] },
    );
    this.#seconds = registry.histogramVec(
      'ampere_query_duration_seconds',
      'Time from a request to the first piece of its answer.',
      DURATION_BOUNDS_SECONDS,
      { labels: ['endpoint'] },
    );
    this.#samples = registry.counter(
      'ampere_queried_samples_total',
      'Samples that queries read from storage.',
    );
    this.#waited = registry.histogram(
      'ampere_query_queue_seconds',
      'Time that queries waited for their turn.',
      DURATION_BOUNDS_SECONDS,
    );
    registry.gaugeCallback(
      'ampere_queries',
      'Queries that wait for their turn, and those that run or send their answer.',
      ['state'],
      (report) => {
        report(queue.waiting, 'waiting');
        report(queue.running, 'running');
      },
    );
  }

  observe(endpoint: string, outcome: string, durationMs: number, samples: number): void {
    this.#requests.with(endpoint, outcome).inc();
    this.#seconds.with(endpoint).observe(durationMs / 1000);
    this.#samples.inc(samples);
  }

  waited(queuedMs: number): void {
    this.#waited.observe(queuedMs / 1000);
  }
}
