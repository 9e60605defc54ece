// What the members of a request may be, as values that are read by the validator and by the compiler.
//
// An operation lists its members with their place (path, query, body) and shape; `InputOf` makes the
// type of the input that its handler gets, so that shape and handler can't drift apart.

export interface StringShape {
  readonly type: 'string';
  /** In code points, as all lengths. */
  readonly lengthMin?: number;
  readonly lengthMax?: number;
  /** The model's regular expression, matched against the whole value. */
  readonly pattern?: string;
  /** Blanks at both ends are dropped before anything else. */
  readonly trimmed?: true;
}

export interface IntegerShape {
  readonly type: 'integer';
  readonly min?: number;
  readonly max?: number;
}

/** Bytes, as base64 in JSON. */
export interface BlobShape {
  readonly type: 'blob';
}

export interface MapShape {
  readonly type: 'map';
  readonly key: StringShape;
  readonly value: StringShape;
  readonly lengthMax?: number;
  /** Keys may not begin with it, in any case. */
  readonly keyPrefixReserved?: string;
}

export interface ListShape<S extends Shape = Shape> {
  readonly type: 'list';
  readonly member: S;
  readonly lengthMin?: number;
  readonly lengthMax?: number;
}

export interface StructureShape<M extends Members = Members> {
  readonly type: 'structure';
  readonly members: M;
}

export type Shape =
  | StringShape
  | IntegerShape
  | BlobShape
  | MapShape
  | {
      readonly type: 'list';
      readonly member: Shape;
      readonly lengthMin?: number;
      readonly lengthMax?: number;
    }
  | { readonly type: 'structure'; readonly members: Members };

/** A member of a structure: of an operation's input, or of a structure inside of it (place body). */
export interface Member<S extends Shape = Shape, R extends boolean = boolean> {
  readonly shape: S;
  readonly place: 'path' | 'query' | 'body';
  readonly required: R;
  /** A last path member that takes the rest of the path, slashes included. */
  readonly greedy: boolean;
}

export type Members = { readonly [name: string]: Member };

/** What a value of a shape is in code. */
export type ValueOf<S> = S extends { type: 'string' }
  ? string
  : S extends { type: 'integer' }
    ? number
    : S extends { type: 'blob' }
      ? Uint8Array
      : S extends { type: 'map' }
        ? ReadonlyMap<string, string>
        : S extends { type: 'list'; member: infer E }
          ? readonly ValueOf<E>[]
          : S extends { type: 'structure'; members: infer M extends Members }
            ? InputOf<M>
            : never;

/** What the members of a structure are in code; undefined for an optional one that is absent. */
export type InputOf<M extends Members> = {
  readonly [K in keyof M]: M[K] extends Member<infer S, infer R>
    ? R extends true
      ? ValueOf<S>
      : ValueOf<S> | undefined
    : never;
};

export function inPath<const S extends Shape>(shape: S, options: { greedy?: true } = {}): Member<S, true> {
  return { shape, place: 'path', required: true, greedy: options.greedy === true };
}

export function inQuery<const S extends Shape>(shape: S): Member<S, false> {
  return { shape, place: 'query', required: false, greedy: false };
}

export function inBody<const S extends Shape>(shape: S): Member<S, false> {
  return { shape, place: 'body', required: false, greedy: false };
}

/** The same member, which must be there. */
export function required<S extends Shape>(member: Member<S>): Member<S, true> {
  return { ...member, required: true };
}
