import { createHash } from 'node:crypto';
import { type SigningContext, signRequest } from './sign.ts';

/** A request in the terms of `fetch`. */
export interface UrlRequest {
  readonly method: string;
  readonly url: string | URL;
  /** All are signed; `host` is added. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** The headers to give to `fetch`: those of the request, and the signature's. */
export function signUrl(request: UrlRequest, context: SigningContext): Record<string, string> {
  const url = new URL(request.url);
  const headers = { ...request.headers };
  const signature = signRequest(
    {
      method: request.method,
      target: url.pathname + url.search,
      rawHeaders: Object.entries({ host: url.host, ...headers }).flat(),
    },
    createHash('sha256')
      .update(request.body ?? new Uint8Array(0))
      .digest('hex'),
    context,
  );
  return { ...headers, ...signature };
}
