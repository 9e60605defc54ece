import type { Refusal } from './refusals.ts';

/**
 * How an API writes its errors: `aws` is rest-json (`{"message": …}`), `prometheus` the query API's
 * `{"status":"error", …}`, `text` one plain line as Cortex answers remote write.
 */
export type ErrorForm = 'aws' | 'prometheus' | 'text';

export interface FormedRefusal {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Writes a refusal in a form. Every form carries `x-amzn-ErrorType`, which AWS clients go by. */
export function formRefusal(refusal: Refusal, apiForm: ErrorForm): FormedRefusal {
  const form = refusal.front === true ? 'aws' : apiForm;
  const body = Buffer.from(bodyOf(refusal, form));
  return {
    headers: {
      'content-type': form === 'text' ? 'text/plain; charset=utf-8' : 'application/json',
      'content-length': String(body.length),
      'x-amzn-errortype': refusal.type,
      // Texts may repeat parts of the request: no browser should guess at markup in them.
      'x-content-type-options': 'nosniff',
      ...refusal.headers,
    },
    body,
  };
}

function bodyOf(refusal: Refusal, form: ErrorForm): string {
  if (form === 'text') return `${refusal.message}\n`;
  if (form === 'prometheus')
    return JSON.stringify({ status: 'error', errorType: refusal.prometheusType, error: refusal.message });
  return JSON.stringify({ message: refusal.message, ...refusal.members });
}
