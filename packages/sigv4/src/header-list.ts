/**
 * The headers of a request as they arrived: in order, repeated ones apart, names in lower case.
 * Values are byte strings (one character per byte), as Node.js gives them.
 */
export class HeaderList {
  readonly #names: string[] = [];
  readonly #values: string[] = [];

  /** `rawHeaders` alternates names and values, like `IncomingMessage.rawHeaders`. */
  constructor(rawHeaders: readonly string[]) {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      this.#names.push(rawHeaders[i]!.toLowerCase());
      this.#values.push(rawHeaders[i + 1]!);
    }
  }

  /** How many headers of this lower-case name there are. */
  count(name: string): number {
    let found = 0;
    for (const other of this.#names) if (other === name) found++;
    return found;
  }

  /** The first value of this lower-case name. */
  first(name: string): string | undefined {
    const at = this.#names.indexOf(name);
    return at < 0 ? undefined : this.#values[at];
  }

  /** Every value of this lower-case name, made by `form`, in order and joined by `separator`. */
  joined(name: string, form: (value: string) => string, separator = ','): string | undefined {
    let at = this.#names.indexOf(name);
    if (at < 0) return undefined;
    let joined = form(this.#values[at]!);
    while ((at = this.#names.indexOf(name, at + 1)) >= 0) joined += separator + form(this.#values[at]!);
    return joined;
  }

  /** Names in order of arrival, repeated ones repeated. */
  names(): readonly string[] {
    return this.#names;
  }
}
