// The gateway's own metrics.
//
// Every label value comes from a fixed set (route names, known methods, statuses, error types), so that
// no client can add series by what it sends.

import type { Counter, Histogram, Registry, Vec } from '@ampere/metrics';

/** Methods that get a label value of their own; clients can make up others. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** From half a millisecond (a cached answer) to the longest that a query may take. */
const DURATION_SECONDS_BOUNDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120,
];

export interface RequestOutcome {
  /** From the fixed set of route names, never a path. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The instruments of one route, looked up once: finding one by its label values costs more than counting. */
interface RouteInstruments {
  /** By method and status. */
  readonly requests: Map<string, Counter>;
  readonly duration: Histogram;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
}

/** What the gateway counts. */
export class GatewayMetrics {
  readonly #requests: Vec<Counter>;
  readonly #durations: Vec<Histogram>;
  readonly #bytesIn: Vec<Counter>;
  readonly #bytesOut: Vec<Counter>;
  readonly #refusals: Vec<Counter>;
  readonly #malformed: Vec<Counter>;
  readonly #faults: Counter;
  readonly #routes = new Map<string, RouteInstruments>();

  constructor(
    registry: Registry,
    read: {
      readonly inFlight: () => number;
      readonly connections: () => number;
      readonly bodyBytesHeld: () => number;
    },
  ) {
    this.#requests = registry.counterVec(
      'ampere_http_requests_total',
      'Requests answered, or given up by the client (status 499).',
      { labels: ['route', 'method', 'status'] },
    );
    this.#durations = registry.histogramVec(
      'ampere_http_request_duration_seconds',
      'From the head of a request to the last byte of its answer.',
      DURATION_SECONDS_BOUNDS,
      { labels: ['route'] },
    );
    this.#bytesIn = registry.counterVec(
      'ampere_http_request_body_bytes_total',
      'Bytes of request bodies received.',
      {
        labels: ['route'],
      },
    );
    this.#bytesOut = registry.counterVec(
      'ampere_http_response_body_bytes_total',
      'Bytes of response bodies sent.',
      {
        labels: ['route'],
      },
    );
    this.#refusals = registry.counterVec(
      'ampere_http_auth_refusals_total',
      'Requests refused for lack of identity or permission, by the error type told to the client.',
      { labels: ['reason'] },
    );
    this.#malformed = registry.counterVec(
      'ampere_http_malformed_requests_total',
      'Connections ended because what came was no HTTP request, or came too slowly.',
      { labels: ['status'] },
    );
    this.#faults = registry.counter('ampere_http_faults_total', 'Requests ended by an unexpected exception.');
    registry.gaugeCallback('ampere_http_requests_in_flight', 'Requests being carried out.', [], (report) =>
      report(read.inFlight()),
    );
    registry.gaugeCallback('ampere_http_connections', 'Open client connections.', [], (report) =>
      report(read.connections()),
    );
    registry.gaugeCallback(
      'ampere_http_body_bytes_held',
      'Bytes of request bodies held in memory.',
      [],
      (report) => report(read.bodyBytesHeld()),
    );
  }

  requestEnded(outcome: RequestOutcome): void {
    const route = this.#routeOf(outcome.route);
    const method = METHODS.has(outcome.method) ? outcome.method : 'OTHER';
    const key = `${method} ${outcome.status}`;
    let requests = route.requests.get(key);
    if (requests === undefined) {
      requests = this.#requests.with(outcome.route, method, String(outcome.status));
      route.requests.set(key, requests);
    }
    requests.inc();
    route.duration.observe(outcome.seconds);
    route.bytesIn.inc(outcome.bytesIn);
    route.bytesOut.inc(outcome.bytesOut);
  }

  #routeOf(name: string): RouteInstruments {
    let route = this.#routes.get(name);
    if (route === undefined) {
      route = {
        requests: new Map(),
        duration: this.#durations.with(name),
        bytesIn: this.#bytesIn.with(name),
        bytesOut: this.#bytesOut.with(name),
      };
      this.#routes.set(name, route);
    }
    return route;
  }

  /** `reason` is the AWS error type. */
  authRefused(reason: string): void {
    this.#refusals.with(reason).inc();
  }

  malformed(status: number): void {
    this.#malformed.with(String(status)).inc();
  }

  fault(): void {
    this.#faults.inc();
  }
}
