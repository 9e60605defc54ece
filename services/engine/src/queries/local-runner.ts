import type { Clock } from '@ampere/platform';
import type { Log } from '../log.ts';
import { answerRequest, openingOf, parametersOf } from '../query-api/answer-request.ts';
import { newReport } from '../query-api/endpoint.ts';
import type { PromQl } from '../query-api/tenant.ts';
import type { QueryJob, QueryRunner } from './query-runner.ts';

export interface LocalRunnerOptions {
  readonly clock: Clock;
  readonly promql: PromQl;
  /** How long a query may take at most. */
  readonly timeoutMs: number;
  readonly log: Log;
}

/** Runs queries on this thread, each to its end before the next: for tests and for storage that only this thread can read. */
export class LocalRunner implements QueryRunner {
  readonly hasRoom = true;
  readonly #options: LocalRunnerOptions;

  constructor(options: LocalRunnerOptions) {
    this.#options = options;
  }

  run(job: QueryJob): void {
    const { clock, promql, log, timeoutMs } = this.#options;
    const { request, route, tenant, pathLabel, arrivedMs, queuedMs } = job;
    const report = newReport();
    const checkWanted = () => {
      if (job.endReason !== undefined) throw job.endReason;
    };
    const answer = answerRequest(request, route, log, () =>
      route.endpoint({
        request,
        parameters: parametersOf(request),
        tenant,
        pathLabel,
        promql,
        clock,
        arrivedMs,
        queuedMs,
        timeoutMaxMs: timeoutMs,
        checkWanted,
        report,
      }),
    );
    const { pieces, ...rest } = answer;
    const opening = openingOf(pieces);
    const whole = opening.pieces[0] ?? new Uint8Array(0);
    const body = opening.isWhole ? whole : stream(opening.pieces, pieces, checkWanted);
    job.answered({ ...rest, report, body });
  }

  interrupt(): void {}

  forget(): void {}

  async stop(): Promise<void> {}
}

async function* stream(
  ready: readonly Uint8Array[],
  rest: Generator<Uint8Array, void>,
  checkWanted: () => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* ready;
    for (const piece of rest) {
      checkWanted();
      yield piece;
    }
  } finally {
    rest.return();
  }
}
