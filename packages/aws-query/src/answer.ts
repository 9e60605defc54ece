// The answer side of AWS' query protocol: XML, one element a member.
//
// A value is text, number or boolean (an element with text), an array (`member` elements), a map (`entry`
// elements with `key` and `value`), or an object (an element for each key, in order). What is undefined is
// left out.

export type XmlValue =
  | string
  | number
  | boolean
  | readonly XmlValue[]
  | ReadonlyMap<string, XmlValue>
  | XmlObject;
export interface XmlObject {
  readonly [member: string]: XmlValue | undefined;
}

export interface QueryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The answer to `action`; `result` is the content of `<ActionResult>`, undefined for calls that have none.
 * `namespace` is the API's XML namespace.
 */
export function queryAnswer(
  action: string,
  namespace: string,
  requestId: string,
  result?: XmlObject,
): QueryAnswer {
  const content = result === undefined ? '' : `${element(`${action}Result`, result)}\n`;
  const metadata = element('ResponseMetadata', { RequestId: requestId });
  return xml(
    200,
    requestId,
    `<${action}Response xmlns="${namespace}">\n${content}${metadata}\n</${action}Response>\n`,
  );
}

/** A refusal: `code` as `NoSuchEntity`, `message` for the client. */
export function queryError(
  namespace: string,
  requestId: string,
  error: { readonly status: number; readonly code: string; readonly message: string },
): QueryAnswer {
  const { status, code, message } = error;
  const content = element('Error', {
    Type: status >= 500 ? 'Receiver' : 'Sender',
    Code: code,
    Message: message,
  });
  return xml(
    status,
    requestId,
    `<ErrorResponse xmlns="${namespace}">\n${content}\n${element('RequestId', requestId)}\n</ErrorResponse>\n`,
  );
}

function xml(status: number, requestId: string, text: string): QueryAnswer {
  const body = Buffer.from(text);
  return {
    status,
    headers: {
      'content-type': 'text/xml',
      'content-length': String(body.length),
      'x-amzn-requestid': requestId,
    },
    body,
  };
}

function element(name: string, value: XmlValue): string {
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: XmlValue): string {
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) return value.map((one) => element('member', one)).join('');
  if (value instanceof Map)
    return [...value].map(([key, one]) => element('entry', { key, value: one })).join('');
  return Object.entries(value)
    .map(([name, one]) => (one === undefined ? '' : element(name, one)))
    .join('');
}

function isList(value: Exclude<XmlValue, string | number | boolean>): value is readonly XmlValue[] {
  return Array.isArray(value);
}

/** Control characters that XML 1.0 has no way to write become U+FFFD; a carriage return survives as a reference. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}
