// A thread that reads a database under leases, for tests: each message is a lease to judge, each answer what came of it.

import { parentPort, workerData } from 'node:worker_threads';
import { NodeDisk } from '@ampere/platform';
import type { LeaseDescriptor, TsdbShare } from '../lease.ts';
import { TsdbReader } from '../tsdb-reader.ts';
import { type Expectation, judge } from './steady-series.ts';

export interface ReaderTask {
  readonly number: number;
  readonly descriptor: LeaseDescriptor;
  readonly expectation: Expectation;
  readonly passes: number;
}

export interface ReaderAnswer {
  readonly number: number;
  readonly samples: number;
  readonly failure?: string;
}

const reader = TsdbReader.open(workerData as TsdbShare, { disk: new NodeDisk() });

parentPort!.on('message', ({ number, descriptor, expectation, passes }: ReaderTask) => {
  let answer: ReaderAnswer;
  try {
    let samples = 0;
    for (let pass = 0; pass < passes; pass++) {
      samples += judge(reader.querier(descriptor), expectation);
    }
    answer = { number, samples };
  } catch (error) {
    answer = { number, samples: 0, failure: String((error as Error).stack) };
  }
  parentPort!.postMessage(answer);
});
