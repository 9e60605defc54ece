// Matching of a text against a pattern with `*` (any characters) and `?` (one character).
//
// 1. The pattern is cut at its stars into pieces. The first piece must begin the text and the last end
//    it; those between must follow one another.
// 2. Taking the leftmost place for each piece in between is enough: whatever a later place allowed for
//    the pieces behind it, an earlier one allows too. So nothing is ever tried again, unlike in a
//    regular expression.
// 3. A short plain piece is found by `indexOf`; a long one, or one with question marks, by Shift-And,
//    which keeps in a bit set which beginnings of the piece end at the current character. Either way a
//    character of the text costs at most 32 comparisons or one word operation for each 32 of the piece,
//    whatever the pattern.

/** Any run of characters. */
export const STAR = Symbol('*');
/** Any one character (UTF-16 unit). */
export const ANY = Symbol('?');

export type GlobToken = string | typeof STAR | typeof ANY;

const PLAIN_SEARCH_LENGTH_MAX = 32;

export class Glob {
  readonly #pieces: readonly Piece[];
  /** The one text that matches, when there are no wildcards. */
  readonly #exact: string | undefined;

  /** Strings among the tokens stand for themselves. */
  constructor(tokens: readonly GlobToken[]) {
    const pieces: Piece[] = [];
    let piece: (string | typeof ANY)[] = [];
    for (const token of tokens) {
      if (token !== STAR) piece.push(token);
      else if (pieces.length === 0 || piece.length > 0) {
        pieces.push(new Piece(piece));
        piece = [];
      }
    }
    pieces.push(new Piece(piece));
    this.#pieces = pieces;
    this.#exact = pieces.length === 1 && pieces[0]!.plain ? pieces[0]!.text : undefined;
  }

  matches(text: string): boolean {
    if (this.#exact !== undefined) return text === this.#exact;
    const first = this.#pieces[0]!;
    if (this.#pieces.length === 1) return text.length === first.length && first.isAt(text, 0);
    const last = this.#pieces[this.#pieces.length - 1]!;
    const end = text.length - last.length;
    if (end < first.length || !first.isAt(text, 0) || !last.isAt(text, end)) return false;
    let at = first.length;
    for (let i = 1; i < this.#pieces.length - 1; i++) {
      const piece = this.#pieces[i]!;
      const found = piece.find(text, at, end);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return true;
  }
}

/** Text without stars. */
class Piece {
  /** With `\0` where any character may be. */
  readonly text: string;
  readonly #any: readonly boolean[] | undefined;
  #search: ShiftAnd | undefined;

  constructor(tokens: readonly (string | typeof ANY)[]) {
    let text = '';
    let any: boolean[] | undefined;
    for (const token of tokens) {
      if (token === ANY) {
        any ??= [];
        any[text.length] = true;
      }
      text += token === ANY ? '\0' : token;
    }
    this.text = text;
    this.#any = any;
  }

  get length(): number {
    return this.text.length;
  }

  get plain(): boolean {
    return this.#any === undefined;
  }

  isAt(text: string, at: number): boolean {
    if (this.#any === undefined) return text.startsWith(this.text, at);
    for (let i = 0; i < this.text.length; i++) {
      if (!this.#any[i] && text.charCodeAt(at + i) !== this.text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The leftmost place in [from, to) of the text that holds all of the piece; -1 when there is none. */
  find(text: string, from: number, to: number): number {
    if (this.#any === undefined && this.text.length <= PLAIN_SEARCH_LENGTH_MAX) {
      const found = text.indexOf(this.text, from);
      return found === -1 || found + this.text.length > to ? -1 : found;
    }
    this.#search ??= new ShiftAnd(this.text, this.#any);
    return this.#search.find(text, from, to);
  }
}

class ShiftAnd {
  readonly #length: number;
  readonly #words: number;
  /** For each character of the piece, the positions (bits) at which it may stand. */
  readonly #positions = new Map<number, Uint32Array>();
  readonly #positionsOfAny: Uint32Array;
  readonly #state: Uint32Array;

  constructor(piece: string, any: readonly boolean[] | undefined) {
    this.#length = piece.length;
    this.#words = Math.ceil(piece.length / 32);
    this.#positionsOfAny = new Uint32Array(this.#words);
    this.#state = new Uint32Array(this.#words);
    for (let i = 0; i < piece.length; i++) if (any?.[i]) setBit(this.#positionsOfAny, i);
    for (let i = 0; i < piece.length; i++) {
      if (any?.[i]) continue;
      const char = piece.charCodeAt(i);
      let positions = this.#positions.get(char);
      if (positions === undefined) this.#positions.set(char, (positions = this.#positionsOfAny.slice()));
      setBit(positions, i);
    }
  }

  find(text: string, from: number, to: number): number {
    const state = this.#state.fill(0);
    const lastWord = this.#words - 1;
    const lastBit = 1 << ((this.#length - 1) & 31);
    for (let at = from; at < to; at++) {
      const positions = this.#positions.get(text.charCodeAt(at)) ?? this.#positionsOfAny;
      let carry = 1;
      for (let word = 0; word < this.#words; word++) {
        const before = state[word]!;
        state[word] = ((before << 1) | carry) & positions[word]!;
        carry = before >>> 31;
      }
      if ((state[lastWord]! & lastBit) !== 0) return at + 1 - this.#length;
    }
    return -1;
  }
}

function setBit(words: Uint32Array, at: number): void {
  words[at >>> 5]! |= 1 << (at & 31);
}
