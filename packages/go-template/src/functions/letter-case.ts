// Upper, lower and title case as Go has them: rune by rune, so nothing grows (`ß` stays `ß`) and no
// rune looks at its neighbours, unlike JavaScript's whole-string rules.

import { bytesOf, textOf } from '../bytes.ts';

/** One rune's simple mapping: JavaScript's, unless that gives more than one rune. */
function simple(rune: string, map: (text: string) => string): string {
  const mapped = map(rune);
  return [...mapped].length === 1 ? mapped : rune;
}

const upperRune = (rune: string) => simple(rune, (text) => text.toUpperCase());
// Dotted capital I loses its dot in Go; JavaScript keeps it as a mark of its own.
const lowerRune = (rune: string) => (rune === '\u0130' ? 'i' : simple(rune, (text) => text.toLowerCase()));

// Digraphs with a capital of their own for titles: DŽ, Dž, dž and their like stand in threes.
const DIGRAPHS = ['\u01c4\u01c5\u01c6', '\u01c7\u01c8\u01c9', '\u01ca\u01cb\u01cc', '\u01f1\u01f2\u01f3'];

function titleRune(rune: string): string {
  const digraph = DIGRAPHS.find((three) => three.includes(rune));
  return digraph === undefined ? upperRune(rune) : digraph[1]!;
}

export function toUpper(bytes: string): string {
  return bytesOf([...textOf(bytes)].map(upperRune).join(''));
}

export function toLower(bytes: string): string {
  return bytesOf([...textOf(bytes)].map(lowerRune).join(''));
}

/** Go's strings.Title: the first letter of each word; a word ends at ASCII signs and white space. */
export function titleWords(bytes: string): string {
  let isStart = true;
  let out = '';
  for (const rune of textOf(bytes)) {
    out += isStart ? titleRune(rune) : rune;
    isStart = isSeparator(rune);
  }
  return bytesOf(out);
}

function isSeparator(rune: string): boolean {
  if (/^[A-Za-z0-9_]$/.test(rune)) return false;
  if (rune <= '\x7f') return true;
  return !/^[\p{L}\p{Nd}]$/u.test(rune) && /^\s$/.test(rune);
}

const CASED = /^[\p{Lu}\p{Ll}\p{Lt}]$/u;
/** Joins letters to one word when it stands alone between them. */
const MID_WORD =
  /^['.:\u2018\u2019\u2024\u00b7\u2027\u0387\u055f\u05f4\ufe13\ufe52\ufe55\uff07\uff0e\uff1a]$/;
const WORD = /^[\p{L}\p{N}\p{M}\p{Pc}\p{Cf}]$/u;

/** Unicode's full mapping, which may grow: `ß` begins a title as `Ss`. */
function fullTitleRune(rune: string): string {
  const [first, ...rest] = [...rune.toUpperCase()];
  if (rest.length === 0) return titleRune(rune);
  return first + (CASED.test(first!) ? rest.join('').toLowerCase() : rest.join(''));
}

/** The titles of golang.org/x/text in American English: words by Unicode, their rest in lower case. */
export function titleAndLower(bytes: string): string {
  let isInWord = false;
  let wasMid = false;
  let out = '';
  const runes = [...textOf(bytes)];
  runes.forEach((rune, i) => {
    const isMid = MID_WORD.test(rune);
    if (isMid && wasMid) isInWord = false;
    if (CASED.test(rune)) {
      // A sigma at the end of a word has a shape of its own.
      const isFinalSigma = rune === '\u03a3' && !/^[\p{L}\p{M}]$/u.test(runes[i + 1] ?? '');
      const lower = isFinalSigma ? '\u03c2' : rune.toLowerCase();
      out += isInWord ? lower : fullTitleRune(rune);
      isInWord = true;
    } else {
      out += rune;
      if (!isMid && !WORD.test(rune)) isInWord = false;
    }
    wasMid = isMid;
  });
  return bytesOf(out);
}
