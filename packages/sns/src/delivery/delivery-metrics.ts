import type { Registry } from '@ampere/metrics';

/** What became of deliveries, in numbers. */
export class DeliveryMetrics {
  readonly #registry: Registry;
  readonly #outcomes;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#outcomes = registry.counterVec(
      'ampere_sns_deliveries_total',
      'Attempts to deliver a message to a subscription, by what became of them.',
      { labels: ['protocol', 'outcome'] },
    );
  }

  delivered(protocol: string): void {
    this.#outcomes.with(protocol, 'delivered').inc();
  }

  /** The attempt failed and another one will be made. */
  retried(protocol: string): void {
    this.#outcomes.with(protocol, 'retried').inc();
  }

  /** The attempt failed and was the last: the message is in the dead-letter log. */
  buried(protocol: string): void {
    this.#outcomes.with(protocol, 'dead-letter').inc();
  }

  queueLength(read: () => number): void {
    this.#registry.gaugeCallback(
      'ampere_sns_queued_deliveries',
      'Deliveries that are waiting or under way.',
      [],
      (report) => report(read()),
    );
  }
}
