// Sends what a target's looks yielded to a workspace, in order.
//
// 1. Samples go in remote write requests of bounded size, one request at a time, so that none overtakes an
//    older one.
// 2. What is refused for now (429, 5xx, no answer) is tried again a few times, later each time; what is
//    refused for good isn't.
// 3. Looks wait in a queue of bounded length; when it is full the oldest is given up.
import type { Clock } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest, METRIC_TYPES } from '@ampere/remote-write';
import type { ScrapedMetadata, ScrapedSample } from './scrape.ts';

const SAMPLES_PER_REQUEST = 2000;
const QUEUE_MAX = 10;
const TRIES_MAX = 4;
const RETRY_FIRST_MS = 1000;

/** What became of a remote write request: an HTTP status, 503 when there was no answer. */
export interface WriteOutcome {
  readonly status: number;
  readonly text: string;
}

export interface WriterOptions {
  readonly clock: Clock;
  /** Sends a Remote-Write 1.0 request in snappy. Doesn't reject. */
  readonly write: (body: Uint8Array) => Promise<WriteOutcome>;
  readonly onProblem: (message: string, fields: Readonly<Record<string, string | number>>) => void;
}

export class LookWriter {
  readonly #options: WriterOptions;
  #queue: Uint8Array[][] = [];
  #running: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Takes the samples of one look. */
  add(samples: readonly ScrapedSample[], metadata: readonly ScrapedMetadata[]): void {
    if (this.#queue.length >= QUEUE_MAX) {
      this.#queue.shift();
      this.#options.onProblem('samples were given up: the workspace takes them too slowly', {});
    }
    this.#queue.push(encodeLook(samples, metadata));
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing is left. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    for (let bodies = this.#queue.shift(); bodies !== undefined; bodies = this.#queue.shift()) {
      for (const body of bodies) await this.#send(body);
    }
  }

  async #send(body: Uint8Array): Promise<void> {
    const { clock, write, onProblem } = this.#options;
    for (let attempt = 1; ; attempt++) {
      // The sender may give the buffer away.
      const { status, text } = await write(body.slice());
      if (status < 300) return;
      const isLast = (status !== 429 && status < 500) || attempt === TRIES_MAX;
      onProblem(isLast ? 'samples were refused' : 'samples were refused for now', {
        status,
        attempt,
        reason: text.slice(0, 500),
      });
      if (isLast) return;
      await new Promise<void>((resolve) => clock.after(RETRY_FIRST_MS * 2 ** (attempt - 1), resolve));
    }
  }
}

function encodeLook(samples: readonly ScrapedSample[], metadata: readonly ScrapedMetadata[]): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let from = 0; from < samples.length || from === 0; from += SAMPLES_PER_REQUEST) {
    const timeseries = samples.slice(from, from + SAMPLES_PER_REQUEST).map((sample) => ({
      labels: sample.labels,
      samples: [{ timestampMs: sample.timeMs, value: sample.value, stale: sample.stale }],
    }));
    const families =
      from > 0
        ? []
        : metadata.map(({ family, type, help, unit }) => ({
            type: METRIC_TYPES.find((known) => known === type) ?? 'unknown',
            metricFamilyName: family,
            help,
            unit,
          }));
    bodies.push(encodeSnappy(encodeWriteRequest({ timeseries, metadata: families })));
  }
  return bodies;
}
