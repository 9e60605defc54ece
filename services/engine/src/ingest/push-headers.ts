// What a Remote-Write request must say of itself, and what the answer says of what was written:
// https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
//
// The content type alone says which message the body is. A missing header counts as that of 1.0 in
// snappy, as it does for Prometheus' own receiver. What is said and is something else is answered 415.

const PROTOBUF = 'application/x-protobuf';
const MESSAGE_V1 = 'prometheus.WriteRequest';
const MESSAGE_V2 = 'io.prometheus.write.v2.Request';
const KNOWN_VERSION = /^[012](\.\d+){0,2}$/;

/** The message in the body: prometheus.WriteRequest or io.prometheus.write.v2.Request. */
export type MessageVersion = 1 | 2;

/** Which message the body is, or a text that says why it is not one that is taken. */
export function negotiateMessage(headers: Readonly<Record<string, string>>): MessageVersion | string {
  return (
    wrongEncoding(headers['content-encoding'] ?? '') ??
    wrongVersion(headers['x-prometheus-remote-write-version'] ?? '') ??
    messageOf(headers['content-type'] ?? '')
  );
}

/** What was written of a request. */
export interface Written {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

export const NOTHING_WRITTEN: Written = { samples: 0, histograms: 0, exemplars: 0 };

/**
 * Headers that tell the sender how much of its request was written, which 2.0 asks of every answer to a
 * message that is taken.
 */
export function writtenHeaders(written: Written): Record<string, string> {
  return {
    'x-prometheus-remote-write-samples-written': String(written.samples),
    'x-prometheus-remote-write-histograms-written': String(written.histograms),
    'x-prometheus-remote-write-exemplars-written': String(written.exemplars),
  };
}

function messageOf(contentType: string): MessageVersion | string {
  if (contentType === '') return 1;
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  if (mediaType.toLowerCase() !== PROTOBUF) {
    return `content type ${JSON.stringify(contentType)} is not supported; send ${PROTOBUF}`;
  }
  for (const parameter of parameters) {
    const [, key = '', value = ''] = /^([^=]*)=\s*"?([^"]*)"?$/.exec(parameter) ?? [];
    if (key.trim().toLowerCase() !== 'proto') continue;
    if (value === MESSAGE_V1) return 1;
    if (value === MESSAGE_V2) return 2;
    return `message ${JSON.stringify(value)} is not supported; send proto=${MESSAGE_V2} or proto=${MESSAGE_V1}`;
  }
  return 1;
}

function wrongEncoding(encoding: string): string | undefined {
  if (encoding === '' || encoding.toLowerCase() === 'snappy') return undefined;
  return `content encoding ${JSON.stringify(encoding)} is not supported; send snappy (block format)`;
}

function wrongVersion(version: string): string | undefined {
  if (version === '' || KNOWN_VERSION.test(version)) return undefined;
  return `x-prometheus-remote-write-version ${JSON.stringify(version)} is not supported; send 0.1.0 or 2.0.0`;
}
