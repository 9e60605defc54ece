// html, js and urlquery, on byte strings.

import { bytesOfRune, isPrintable, runeAt } from '../bytes.ts';

const HTML = new Map([
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\0', bytesOfRune(0xfffd)],
]);

export function escapeHtml(bytes: string): string {
  return bytes.replace(/["'&<>\0]/g, (byte) => HTML.get(byte)!);
}

export function escapeJs(bytes: string): string {
  return bytes.replace(/[\\'"<>&=\x00-\x1f]|[\x80-\xff]+/g, (piece) => {
    if (piece === '\\' || piece === "'" || piece === '"') return `\\${piece}`;
    if (piece.charCodeAt(0) >= 0x80) return escapeRunes(piece);
    return `\\u00${piece.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function escapeRunes(bytes: string): string {
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = runeAt(bytes, at);
    if (isPrintable(code)) out += bytes.slice(at, at + size);
    else out += `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    at += size;
  }
  return out;
}

/** Go's url.QueryEscape. */
export function escapeQuery(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9\-_.~]/g, (byte) => {
    if (byte === ' ') return '+';
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
