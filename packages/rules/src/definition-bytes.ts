// A rule file (or an alert manager definition) that came base64-encoded twice: the guide has users of
// the AWS CLI encode the file themselves, and the CLI encodes it once more.

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The text of a definition's bytes. When they are base64 text themselves, and what they encode is UTF-8
 * that `isDocument` takes, that is the text; the caller still stores and returns the bytes as they came.
 */
export function definitionText(bytes: Uint8Array, isDocument: (text: string) => boolean): string {
  const text = Buffer.from(bytes).toString('utf8');
  const packed = text.replace(/[\r\n]/g, '').trim();
  if (packed === '' || !BASE64.test(packed)) return text;
  const inner = Buffer.from(packed, 'base64');
  const innerText = inner.toString('utf8');
  return Buffer.from(innerText, 'utf8').equals(inner) && isDocument(innerText) ? innerText : text;
}
