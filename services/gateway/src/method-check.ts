import { type Exchange, RefusedError } from './exchange.ts';
import { wrongMethod } from './refusals.ts';

/**
 * What is done with a method that a path doesn't have: OPTIONS is answered with the list, anything else
 * throws RefusedError. Says nothing that the documentation doesn't, so needs no identity.
 */
export function answerWrongMethod(exchange: Exchange, allowed: readonly string[]): void {
  if (exchange.method !== 'OPTIONS') throw new RefusedError(wrongMethod(exchange.method, allowed));
  exchange.send(204, { allow: [...allowed, 'OPTIONS'].join(', ') }, new Uint8Array(0));
}
