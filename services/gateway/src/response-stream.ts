// Sends an engine's answer to the client: whole or piece by piece, plain or gzipped.
//
// 1. The body's first kilobyte decides: what is whole and smaller is sent as it is.
// 2. Anything else of a type that shrinks is gzipped when the client prefers that, by zlib's threads,
//    away from the event loop.
// 3. Pieces are taken from the engine only as fast as the client takes them. When the client goes
//    away the iteration ends, which tells the engine.

import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import type { EngineResponse } from '@ampere/contracts';
import { isCompressible, prefersGzip } from './content-coding.ts';
import { ClientGoneError, type Exchange } from './exchange.ts';

/** Below this a gzip header and a packet saved nothing. */
const GZIP_BYTES_MIN = 1024;

/** JSON of samples shrinks about as well at the fastest level, at a third of the time. */
const GZIP_OPTIONS = { level: constants.Z_BEST_SPEED };

/** Headers that belong to one connection or that are decided here. */
const DROPPED_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'date',
  'x-amzn-requestid',
]);

const gzipWhole = promisify(gzip);

/** Sends the whole answer; resolves when the last piece was handed to the response. */
export async function sendEngineResponse(exchange: Exchange, answer: EngineResponse): Promise<void> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (!DROPPED_HEADERS.has(name)) headers[name] = value;
  const mayGzip = isCompressible(headers['content-type']) && headers['content-encoding'] === undefined;
  if (mayGzip) headers['vary'] = 'Accept-Encoding';
  const wantsGzip = mayGzip && prefersGzip(exchange.header('accept-encoding'));

  if (answer.body instanceof Uint8Array)
    await sendWhole(exchange, answer.status, headers, answer.body, wantsGzip);
  else await sendPieces(exchange, answer.status, headers, answer.body, wantsGzip);
}

async function sendWhole(
  exchange: Exchange,
  status: number,
  headers: Record<string, string>,
  body: Uint8Array,
  wantsGzip: boolean,
): Promise<void> {
  let bytes = body;
  if (wantsGzip && body.length >= GZIP_BYTES_MIN) {
    bytes = await gzipWhole(body, GZIP_OPTIONS);
    headers['content-encoding'] = 'gzip';
  }
  // A 204 or 304 has no body, and no length of it either.
  if (status !== 204 && status !== 304) headers['content-length'] = String(bytes.length);
  exchange.send(status, headers, bytes);
}

async function sendPieces(
  exchange: Exchange,
  status: number,
  headers: Record<string, string>,
  pieces: AsyncIterable<Uint8Array>,
  wantsGzip: boolean,
): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let firstBytes = 0;
  let more = true;
  try {
    while (more && firstBytes < GZIP_BYTES_MIN) {
      const { done, value } = await iterator.next();
      if (done === true) more = false;
      else {
        first.push(value);
        firstBytes += value.length;
      }
    }
    if (!more) {
      await sendWhole(exchange, status, headers, Buffer.concat(first, firstBytes), wantsGzip);
      return;
    }
    const rest = resume(first, iterator);
    if (!wantsGzip) {
      if (exchange.sendHead(status, headers)) await pump(exchange, rest);
      return;
    }
    headers['content-encoding'] = 'gzip';
    if (!exchange.sendHead(status, headers)) return;
    const zipped = createGzip(GZIP_OPTIONS);
    await Promise.all([pipeline(rest, zipped), pump(exchange, zipped)]);
  } finally {
    await iterator.return?.();
  }
}

async function* resume(
  first: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return;
    yield value;
  }
}

/** Writes pieces as fast as the client takes them. Throws ClientGoneError when it stops doing so. */
async function pump(exchange: Exchange, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { response, signal } = exchange;
  for await (const piece of pieces) {
    if (signal.aborted) throw new ClientGoneError();
    exchange.bytesOut += piece.length;
    if (response.write(piece)) continue;
    try {
      await once(response, 'drain', { signal });
    } catch {
      // Only the signal can end the wait: errors of the response come as its closing.
      throw new ClientGoneError();
    }
  }
  response.end();
}
