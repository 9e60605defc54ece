// What a Remote-Write 1.0 request must say of itself: https://prometheus.io/docs/specs/prw/remote_write_spec/
//
// A missing header counts as the right one, as it does for Prometheus' own receiver. What is said and
// is something else is answered 415: for Remote-Write 2.0 the specification asks for that, and a sender
// then knows that it must speak 1.0.

const PROTOBUF = 'application/x-protobuf';
const MESSAGE_V1 = 'prometheus.WriteRequest';
const MESSAGE_V2 = 'io.prometheus.write.v2.Request';
const VERSION_V1 = /^[01](\.\d+){0,2}$/;

/** Why the body is not one that is taken, or undefined when it is. */
export function unsupportedMedia(headers: Readonly<Record<string, string>>): string | undefined {
  return (
    wrongContentType(headers['content-type'] ?? '') ??
    wrongEncoding(headers['content-encoding'] ?? '') ??
    wrongVersion(headers['x-prometheus-remote-write-version'] ?? '')
  );
}

function wrongContentType(contentType: string): string | undefined {
  if (contentType === '') return undefined;
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  if (mediaType.toLowerCase() !== PROTOBUF) {
    return `content type ${JSON.stringify(contentType)} is not supported; send ${PROTOBUF}`;
  }
  for (const parameter of parameters) {
    const [, key = '', value = ''] = /^([^=]*)=\s*"?([^"]*)"?$/.exec(parameter) ?? [];
    if (key.trim().toLowerCase() !== 'proto' || value === MESSAGE_V1) continue;
    if (value === MESSAGE_V2) {
      return `Remote-Write 2.0 (proto=${MESSAGE_V2}) is not supported; send Remote-Write 1.0 (proto=${MESSAGE_V1})`;
    }
    return `message ${JSON.stringify(value)} is not supported; send proto=${MESSAGE_V1}`;
  }
  return undefined;
}

function wrongEncoding(encoding: string): string | undefined {
  if (encoding === '' || encoding.toLowerCase() === 'snappy') return undefined;
  return `content encoding ${JSON.stringify(encoding)} is not supported; send snappy (block format)`;
}

function wrongVersion(version: string): string | undefined {
  if (version === '' || VERSION_V1.test(version)) return undefined;
  return `x-prometheus-remote-write-version ${JSON.stringify(version)} is not supported; send 0.1.0`;
}
