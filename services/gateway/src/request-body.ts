// Reads a request's body whole, within a limit and the budget, hashing it as it comes.
//
// 1. A declared length over the limit is refused before a byte is read.
// 2. A client that waits for 100 Continue is asked to go on only now: a request refused earlier never
//    has its body sent.
// 3. Each piece is counted against the limit and the budget as it arrives; crossing either stops the
//    reading at once.
// 4. The hash covers the bytes as received, before any content coding is undone: that is what
//    signatures cover.
//
// Pieces are gathered in one growing buffer: a list of one-byte pieces would hold a hundred times
// what it counts. The bytes count against the budget until the exchange ends, whoever holds them then.

import { createHash } from 'node:crypto';
import type { BodyBudget } from './body-budget.ts';
import { ClientGoneError, type Exchange, RefusedError } from './exchange.ts';
import { bodyTooLarge, type Refusal, unavailable } from './refusals.ts';

export interface RequestBody {
  /** Owned by the caller. */
  readonly bytes: Uint8Array;
  /** Lower-case hexadecimal SHA-256 of `bytes`. */
  readonly sha256Hex: string;
}

const EMPTY: RequestBody = {
  bytes: new Uint8Array(0),
  sha256Hex: createHash('sha256').digest('hex'),
};

/**
 * The whole body. Rejects with RefusedError when it is too large, when the budget is used up or when
 * the framing is broken, and with ClientGoneError when the connection ends first.
 */
export function readBody(exchange: Exchange, limitBytes: number, budget: BodyBudget): Promise<RequestBody> {
  if (!exchange.hasBody) return Promise.resolve(EMPTY);
  const declared = exchange.declaredBytes;
  if (declared !== undefined && declared > limitBytes)
    return Promise.reject(new RefusedError(bodyTooLarge(declared, limitBytes)));
  if (exchange.earlyBodyFault !== undefined) return Promise.reject(new RefusedError(exchange.earlyBodyFault));
  if (exchange.awaitsContinue) {
    exchange.awaitsContinue = false;
    exchange.response.writeContinue();
  }
  return new Promise((resolve, reject) => {
    const { request, signal } = exchange;
    const hash = createHash('sha256');
    let gathered: Buffer = Buffer.alloc(0);
    let bytes = 0;
    const settle = () => {
      request.off('data', onData).off('end', onEnd).off('error', onGone);
      signal.removeEventListener('abort', onGone);
      exchange.onBodyFault(undefined);
    };
    const refuse = (refusal: Refusal) => {
      settle();
      // Without a listener the rest is dropped as it comes, for as long as the connection is left open.
      request.resume();
      reject(new RefusedError(refusal));
    };
    const onData = (piece: Buffer) => {
      exchange.bytesIn += piece.length;
      if (exchange.bytesIn > limitBytes) {
        refuse(bodyTooLarge(undefined, limitBytes));
        return;
      }
      if (!budget.tryTake(piece.length)) {
        refuse(unavailable('Too many request bodies are being received at once.'));
        return;
      }
      exchange.bytesHeld += piece.length;
      hash.update(piece);
      gathered = append(gathered, bytes, piece, declared ?? limitBytes);
      bytes += piece.length;
    };
    const onEnd = () => {
      settle();
      resolve({ bytes: gathered.subarray(0, bytes), sha256Hex: hash.digest('hex') });
    };
    const onGone = () => {
      settle();
      reject(new ClientGoneError());
    };
    if (signal.aborted) {
      reject(new ClientGoneError());
      return;
    }
    exchange.onBodyFault(refuse);
    signal.addEventListener('abort', onGone);
    request.on('data', onData).on('end', onEnd).on('error', onGone);
  });
}

/** `into` (its first `length` bytes) and `piece` in one buffer, which grows by doubling up to `bytesMax`. */
function append(into: Buffer, length: number, piece: Buffer, bytesMax: number): Buffer {
  // Most bodies come in one piece, which is taken as it is.
  if (length === 0) return piece;
  let target = into;
  const needed = length + piece.length;
  if (needed > into.length) {
    target = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(needed * 2, bytesMax)));
    into.copy(target, 0, 0, length);
  }
  piece.copy(target, length);
  return target;
}
