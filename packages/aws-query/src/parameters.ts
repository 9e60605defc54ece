// The request side of AWS' query protocol: a form with flat names, which stand for nested members.
//
//   Action=CreateUser&Version=2010-05-08&UserName=alice&Tags.member.1.Key=team&Tags.member.1.Value=ops
//
// Lists are `Name.member.N` (some APIs leave out `member`), maps `Name.entry.N.key` and `.value`;
// N counts from 1. Names and nesting are taken as they come: what an operation doesn't ask for, it
// doesn't see.

const PARAMETERS_MAX = 5000;
/** Parts of a name; the APIs here need six at most. */
const NAME_PARTS_MAX = 16;

/** A form that can't be read; the text is fit for the client. */
export class QueryFormError extends Error {
  override readonly name = 'QueryFormError';
}

/** The members of one structure of a request: the whole of it, or an entry of a list. */
export class QueryParameters {
  readonly #all: ReadonlyMap<string, string>;
  /** Names, and everything that names are below of, so that looking for a member costs one look. */
  readonly #known: ReadonlySet<string>;
  readonly #prefix: string;

  private constructor(all: ReadonlyMap<string, string>, known: ReadonlySet<string>, prefix: string) {
    this.#all = all;
    this.#known = known;
    this.#prefix = prefix;
  }

  /** Reads a form; throws QueryFormError for one that isn't. Of a name that comes twice the first value counts. */
  static parse(form: string): QueryParameters {
    const all = new Map<string, string>();
    const known = new Set<string>();
    let count = 0;
    for (const pair of form.split('&')) {
      if (pair === '') continue;
      if (++count > PARAMETERS_MAX) throw new QueryFormError(`more than ${PARAMETERS_MAX} parameters`);
      const equals = pair.indexOf('=');
      const name = decode(equals === -1 ? pair : pair.slice(0, equals));
      if (all.has(name)) continue;
      all.set(name, equals === -1 ? '' : decode(pair.slice(equals + 1)));
      known.add(name);
      let parts = 1;
      for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
        if (++parts > NAME_PARTS_MAX)
          throw new QueryFormError(`a name has more than ${NAME_PARTS_MAX} parts`);
        known.add(name.slice(0, dot));
      }
    }
    return new QueryParameters(all, known, '');
  }

  text(name: string): string | undefined {
    return this.#all.get(this.#prefix + name);
  }

  /** Whether the member, or anything below it, was sent. */
  has(name: string): boolean {
    return this.#known.has(this.#prefix + name);
  }

  /** The texts of a list, in order, up to the first gap. */
  list(name: string): string[] {
    const values: string[] = [];
    for (const base of this.#entries(name)) {
      const value = this.#all.get(base);
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  /** The structures of a list, in order, up to the first gap. */
  structures(name: string): QueryParameters[] {
    return this.#entries(name).map((base) => new QueryParameters(this.#all, this.#known, `${base}.`));
  }

  structure(name: string): QueryParameters {
    return new QueryParameters(this.#all, this.#known, `${this.#prefix}${name}.`);
  }

  /** A map's entries, in order: `Name.entry.N.key` and `.value`, in small letters or capitalised. */
  map(name: string): Map<string, string> {
    const map = new Map<string, string>();
    for (const entry of [...this.structures(`${name}.entry`), ...this.structures(name)]) {
      const key = entry.text('key') ?? entry.text('Name') ?? entry.text('Key');
      if (key !== undefined) map.set(key, entry.text('value') ?? entry.text('Value') ?? '');
    }
    return map;
  }

  #entries(name: string): string[] {
    const found: string[] = [];
    for (const base of [`${this.#prefix}${name}.member`, `${this.#prefix}${name}`]) {
      for (let n = 1; ; n++) {
        const entry = `${base}.${n}`;
        if (!this.#known.has(entry)) break;
        found.push(entry);
      }
      if (found.length > 0) break;
    }
    return found;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new QueryFormError('a parameter is not percent-encoded UTF-8');
  }
}
