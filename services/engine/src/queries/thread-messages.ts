// What passes between the engine's thread, which has the queue, and a query thread.
//
//   engine                          query thread
//     run 7      ───────────────────▶  evaluates
//     ◀────────────── answer 7 (with a body, or streamed)
//     ◀────────────── chunk 7   (at most CHUNKS_AHEAD of them unasked)
//     credit 7   ───────────────────▶  one more chunk
//     ◀────────────── end 7     (or failure 7)
//
// A thread that evaluates can't be woken by messages. Each thread shares a counter with the engine, which is
// raised with every message: the evaluation looks at it now and then and takes what has come (`cancel`,
// and `credit` for other answers) in the middle of its work. Bodies of answers are moved, not copied.

import type { LeaseDescriptor, TsdbShare } from '@ampere/tsdb';
import type { LogLevel } from '../log.ts';
import type { QueryReport } from '../query-api/endpoint.ts';
import type { ErrorType } from '../query-api/prometheus-error.ts';
import type { QueryLimits } from '../query-api/tenant.ts';

export const CHUNKS_AHEAD = 4;

/** An error of Prometheus' API as it travels. */
export interface ErrorData {
  readonly type: ErrorType;
  readonly message: string;
  readonly status: number;
}

export type ToThread =
  | {
      readonly type: 'run';
      readonly id: number;
      readonly request: {
        readonly tenant: string;
        readonly method: string;
        readonly path: string;
        readonly search: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Uint8Array;
        readonly principalArn: string;
        readonly requestId: string;
      };
      /** How to read the workspace's database; undefined when the thread was told before. */
      readonly share: TsdbShare | undefined;
      /** Which state of it. */
      readonly descriptor: LeaseDescriptor;
      readonly limits: QueryLimits;
      /** How long ago it came, and how long of that it waited. */
      readonly ageMs: number;
      readonly queuedMs: number;
    }
  | { readonly type: 'credit'; readonly id: number }
  /** Without an error when nobody wants the rest. */
  | { readonly type: 'cancel'; readonly id: number; readonly error: ErrorData | undefined }
  | { readonly type: 'forget'; readonly workspaceId: string };

export type FromThread =
  | { readonly type: 'ready' }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly outcome: string;
      readonly error: string | undefined;
      readonly report: QueryReport;
      /** Undefined: it follows in chunks. */
      readonly body: Uint8Array | undefined;
      /** Whether the chunks are still read from the lent state of the database. */
      readonly isReading: boolean;
    }
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly id: number; readonly report: QueryReport }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** What a query thread is started with. */
export interface ThreadSettings {
  readonly timeoutMs: number;
  readonly experimental: boolean;
  /** Memory for pages of blocks. */
  readonly cacheBytes: number;
}
