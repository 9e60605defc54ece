// What passes between the thread that has the sockets and the thread that has the engine.
//
// Every request and call has a number of the asking side's choice; answers carry it. Bodies are moved, not
// copied: whoever posts a buffer can't use it any more. A streamed body goes chunk by chunk, and the
// sender may be only CHUNKS_AHEAD chunks ahead of what the receiver took:
//
//   client                          engine
//     request 7  ───────────────────▶
//     ◀────────────── response 7 (streamed)
//     ◀────────────── chunk 7   (at most CHUNKS_AHEAD of them unasked)
//     credit 7   ───────────────────▶  one more chunk
//     ◀────────────── end 7     (or failure 7)
//
// Alert managers publish where the topics are: `publish` goes from the engine, `published` with the same number
// comes back. `rules` and `alertManager` tell what is in force, and nobody answers. `abort` ends the work on a request;
// `cancel` says that nobody wants the rest of its body.

import type { RulesNamespaceFile, WorkspaceLogRecord, WorkspaceSettings } from '@ampere/contracts';
import type { LimitsData } from '@ampere/limits';
import type { OutgoingMessage, PublishIdentity, PublishOutcome } from '@ampere/sns';
import type { LogLevel } from '../log.ts';
import type { QueryRecord } from '../queries/query-directory.ts';

export const CHUNKS_AHEAD = 4;

export type ToEngine =
  | {
      readonly type: 'request';
      readonly id: number;
      readonly tenant: string;
      readonly method: string;
      readonly path: string;
      readonly search: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      readonly principalArn: string;
      readonly requestId: string;
    }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'credit'; readonly id: number }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'call'; readonly id: number; readonly call: EngineCall }
  | { readonly type: 'settings'; readonly workspaceId: string; readonly settings: WorkspaceSettings }
  | {
      readonly type: 'rules';
      readonly workspaceId: string;
      readonly namespaces: readonly RulesNamespaceFile[];
    }
  | {
      readonly type: 'alertManager';
      readonly workspaceId: string;
      readonly definition: Uint8Array | undefined;
    }
  | { readonly type: 'published'; readonly id: number; readonly outcome: PublishOutcome };

/** The client's other methods. */
export type EngineCall =
  | { readonly name: 'createTenant'; readonly tenant: string }
  | { readonly name: 'deleteTenant'; readonly tenant: string }
  | { readonly name: 'setLimits'; readonly limits: LimitsData }
  | { readonly name: 'metricsText' }
  | { readonly name: 'stop' };

export type FromEngine =
  | {
      readonly type: 'response';
      readonly id: number;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** Undefined: it follows in chunks. */
      readonly body: Uint8Array | undefined;
    }
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly id: number }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | { readonly type: 'result'; readonly id: number; readonly text: string }
  | {
      readonly type: 'publish';
      readonly id: number;
      readonly workspaceId: string;
      readonly message: OutgoingMessage;
      readonly identity: PublishIdentity;
    }
  | { readonly type: 'queryFinished'; readonly record: QueryRecord }
  | { readonly type: 'ready' }
  | { readonly type: 'startFailed'; readonly message: string }
  | { readonly type: 'workspaceLog'; readonly workspaceId: string; readonly record: WorkspaceLogRecord }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** The half of a MessagePort, a Worker or the parent's port that is needed here. */
export interface Port<Out, In> {
  postMessage(message: Out, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: In) => void): unknown;
}

/**
 * A view whose buffer can be moved to another thread: the given one when it is all of its buffer, else a
 * copy, because moving a shared buffer (such as Node's pool of small ones) would pull it away from others.
 */
export function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // An empty body is often one constant that all share; it can be moved once only.
  if (bytes.byteLength === 0) return new Uint8Array(0);
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) {
    return new Uint8Array(bytes.buffer);
  }
  return new Uint8Array(bytes);
}
