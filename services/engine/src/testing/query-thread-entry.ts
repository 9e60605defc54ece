// The entry of a query thread over storage made up for tests: what is shared says how it behaves.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { SystemClock } from '@ampere/platform';
import type { Querier, SeriesSet } from '@ampere/series';
import { Labels } from '@ampere/series';
import { BlockError } from '@ampere/tsdb';
import { languageOf } from '../queries/language.ts';
import { QueryThread } from '../queries/query-thread.ts';
import type { ThreadStart } from '../queries/start-threads.ts';

export interface MadeUpStorage {
  /** Series m{i="0"}, m{i="1"}, …; Infinity for as many as anybody reads. */
  readonly series: number;
  readonly samplesPerSeries: number;
  /** What happens at the first selection instead. */
  readonly fault?: 'exit' | 'hang' | 'throw' | 'memory' | 'damage';
}

function madeUp({ series, samplesPerSeries, fault }: MadeUpStorage, nowMs: number): Querier {
  const no = () => [];
  return {
    select: (): SeriesSet => {
      if (fault === 'exit') process.exit(7);
      if (fault === 'throw') throw new TypeError('secret detail');
      if (fault === 'damage')
        throw new BlockError('corrupt', '/data/secret/01ARZ3NDEKTSV4RRFFQ69G5FAV/index', 7, 'is torn');
      if (fault === 'memory') {
        const all: unknown[] = [];
        for (;;) all.push(new Array(100_000).fill(all.length));
      }
      while (fault === 'hang');
      let at = -1;
      return {
        next: () => ++at < series,
        labels: () => Labels.fromRecord({ __name__: 'm', i: String(at) }),
        read: (into) => {
          into.clear();
          into.reserve(samplesPerSeries);
          for (let i = 0; i < samplesPerSeries; i++) {
            into.timesMs[i] = nowMs - (samplesPerSeries - i) * 1000;
            into.values[i] = i;
          }
          into.length = samplesPerSeries;
        },
      };
    },
    labelNames: no,
    labelValues: no,
    series: no,
    close: () => {},
  };
}

const { settings, port, counter } = workerData as ThreadStart;
QueryThread.serve({
  port: {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    receive: () => receiveMessageOnPort(port)?.message,
    listen: (listener) => port.on('message', listener),
  },
  counter,
  clock: new SystemClock(),
  promql: languageOf(settings.experimental),
  timeoutMs: settings.timeoutMs,
  openReader: (share) => ({
    querier: ({ headFloorMs }) => madeUp(share as unknown as MadeUpStorage, headFloorMs),
    close: () => {},
  }),
});
