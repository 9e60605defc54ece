import { gunzipSync } from 'node:zlib';
import { type Outbound, OutboundError } from '@ampere/outbound';
import { FetchError, type FetchTarget } from '@ampere/scrape';

/** As many as Go's client follows. */
const REDIRECTS_MAX = 10;

/**
 * Asks targets through what watches over requests that leave the server. A body longer than the job allows
 * is no answer.
 */
export function scrapeFetch(outbound: Outbound): FetchTarget {
  return async (request) => {
    const { url, headers, timeoutMs, bodyBytesMax, verifyCertificates, serverName, tls } = request;
    try {
      const answer = await outbound.request({
        method: 'GET',
        url,
        headers,
        timeoutMs,
        // One more shows that there is more.
        answerBytesMax: bodyBytesMax + 1,
        redirectsMax: request.followRedirects ? REDIRECTS_MAX : 0,
        tls: {
          ...tls,
          insecureSkipVerify: !verifyCertificates,
          ...(serverName === undefined ? {} : { serverName }),
        },
      });
      const body = unpacked(answer.body, answer.headers['content-encoding'], bodyBytesMax);
      const type = answer.headers['content-type'];
      return { status: answer.status, contentType: typeof type === 'string' ? type : '', body };
    } catch (error) {
      if (error instanceof OutboundError) throw new FetchError(error.message, { cause: error });
      throw error;
    }
  };
}

function unpacked(body: Uint8Array, encoding: string | string[] | undefined, bytesMax: number): Uint8Array {
  if (body.length > bytesMax) throw new FetchError('body size limit exceeded');
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new FetchError('the answer has a content coding that was not asked for');
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new FetchError(isTooLong ? 'body size limit exceeded' : 'the answer is not valid gzip', {
      cause: error,
    });
  }
}
