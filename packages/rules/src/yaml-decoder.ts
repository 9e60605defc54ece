// Decodes a YAML document into typed values with the strictness and the error texts of Go's yaml.v3.
//
// 1. The text is parsed into nodes; of several documents only the first counts. A text that is no YAML
//    ends with `yaml: line N: …` (the position is right, the words are our parser's).
// 2. The caller walks the nodes by their expected type. A node of another type adds a line to `problems`
//    (`line 3: cannot unmarshal !!seq into string`) and the walk goes on, so that all are reported at once.
// 3. Repeated keys and keys that a structure doesn't have are problems too. Merge keys (`<<`) and aliases
//    are followed; how many nodes that may yield is bounded.
//
// Scalars are resolved here and not by the parser: where a text is expected, `1`, `true` and `2001-01-01`
// are that text, and only a null is none.

import { aliasTargets, firstDocument, NestingError, UnknownAnchorError } from '@ampere/yaml-text';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';

/** A text that is no YAML, or can't be decoded at all: the whole message. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/** Line and column from 1, the column in characters. 0:0 stands for nowhere. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

export const NOWHERE: YamlPosition = { line: 0, column: 0 };

/** Nodes visited in one document, aliases followed. */
const NODES_MAX = 1_000_000;

/** Equal keys of one mapping; their pairs are reported, which are many more. */
const REPEATS_MAX = 20;

/** Maps merged into maps that are merged into others. */
const MERGES_MAX = 50;
/** Bytes of tags and anchors in front of a node. */
const PROPERTIES_MAX = 200;

export interface YamlEntry {
  readonly name: string;
  readonly key: Node;
  readonly value: Node | null;
}

export class YamlDecoder {
  /** `line N: …`, in the order of the document. */
  readonly problems: string[] = [];
  /** Null for an empty text. */
  readonly root: Node | null;
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #targets: ReadonlyMap<Alias, Node>;
  #nodesLeft = NODES_MAX;
  #counted = { offset: -1, column: 0 };

  /** Throws YamlError when the text is no YAML. */
  constructor(text: string) {
    this.#text = text;
    const document = parseFirst(text, this.#lines);
    const error = document === undefined ? undefined : this.#firstError(document);
    if (error !== undefined) {
      const { line } = this.#lines.linePos(error.pos[0]);
      throw new YamlError(`yaml: line ${line}: ${error.message.split(' at line ')[0]!.split('\n')[0]}`);
    }
    this.root = document?.contents ?? null;
    this.#targets = document === undefined ? new Map() : targetsIn(document);
  }

  position(node: Node | null): YamlPosition {
    let offset = node?.range?.[0];
    if (offset === undefined) return NOWHERE;
    // Go places nothing where it could begin, our parser where it could end.
    if (isEmpty(node)) while (/[ \t]/.test(this.#text[offset - 1] ?? '')) offset--;
    if (node?.tag !== undefined || (node as Scalar).anchor !== undefined) {
      offset -= /(?:[!&][^\s]*[ \t]+)*$/.exec(
        this.#text.slice(Math.max(0, offset - PROPERTIES_MAX), offset),
      )![0].length;
    }
    const { line, col } = this.#lines.linePos(offset);
    // A file may be one long line: characters are counted on from the last position asked for.
    const lineStart = offset - col + 1;
    const from =
      this.#counted.offset >= lineStart && this.#counted.offset <= offset ? this.#counted : undefined;
    const more = [...this.#text.slice(from?.offset ?? lineStart, offset)].length;
    const column = (from?.column ?? 1) + more;
    this.#counted = { offset, column };
    return { line, column };
  }

  /** The entries of a mapping; none where something else stands. */
  entries(node: Node | null, typeName: string): YamlEntry[] {
    const target = this.#follow(node);
    if (target === null || isNull(target)) return [];
    if (isMap(target)) return this.#entriesOf(target, new Set());
    this.#mismatch(target, typeName);
    return [];
  }

  /** Notes that a structure has no such field. */
  unknownField(entry: YamlEntry, typeName: string): void {
    this.#problem(entry.key, `field ${entry.name} not found in type ${typeName}`);
  }

  items(node: Node | null, typeName: string): (Node | null)[] {
    const target = this.#follow(node);
    if (target === null || isNull(target)) return [];
    if (isMap(target) && this.#hasRepeatedKeys(target)) return [];
    if (isSeq(target)) return target.items.map((item) => (isNode(item) ? item : null));
    this.#mismatch(target, typeName);
    return [];
  }

  /** A text; undefined for null, for nothing, and for what is no scalar. */
  text(node: Node | null): string | undefined {
    const target = this.#follow(node);
    if (target === null || isNull(target)) return undefined;
    if (isScalar(target)) return textOf(target);
    if (isMap(target) && this.#hasRepeatedKeys(target)) return undefined;
    this.#mismatch(target, 'string');
    return undefined;
  }

  /** A whole number; a fraction is cut off, as Go does. 0 for null and for what is none. */
  integer(node: Node | null): number {
    const target = this.#follow(node);
    if (target === null || isNull(target)) return 0;
    const tag = tagOf(target);
    if (tag === '!!int' || tag === '!!float') {
      const value = Number((target as Scalar).source!.replaceAll('_', '').replace(/^\+/, ''));
      if (Number.isFinite(value) && Math.abs(value) < 2 ** 63) return Math.trunc(value);
    }
    this.#mismatch(target, 'int');
    return 0;
  }

  /**
   * Go reads the first document's node and no further: once a line is indented less than that node, nothing
   * is looked at any more. Errors about where a comment is kept don't concern the nodes.
   */
  #firstError(document: Document.Parsed): YAMLError | undefined {
    const start = document.contents?.range[0] ?? 0;
    const rootColumn = this.#lines.linePos(start).col;
    for (const error of document.errors) {
      if (error.code === 'IMPOSSIBLE') continue;
      const { col } = this.#lines.linePos(error.pos[0]);
      const line = this.#text.slice(error.pos[0] - col + 1);
      const isBehind = error.pos[0] > start && /^ */.exec(line)![0].length < rootColumn - 1;
      return isBehind ? undefined : error;
    }
    return undefined;
  }

  #entriesOf(map: YAMLMap, within: Set<YAMLMap>): YamlEntry[] {
    if (within.size > MERGES_MAX) throw new YamlError('yaml: exceeded max depth');
    if (within.has(map)) throw new YamlError('yaml: anchor contains itself');
    if (this.#hasRepeatedKeys(map)) return [];
    const entries: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const pair of map.items) {
      const key = this.#follow(isNode(pair.key) ? pair.key : null);
      const value = isNode(pair.value) ? pair.value : null;
      if (key === null || isNull(key)) continue;
      if (!isScalar(key)) this.#mismatch(key, 'string');
      else if (textOf(key) === '<<' && key.type === 'PLAIN') {
        merged.push(...this.#merge(value, new Set([...within, map])));
      } else entries.push({ name: textOf(key), key, value });
    }
    const own = new Set(entries.map((entry) => entry.name));
    return [...entries, ...merged.filter((entry) => !own.has(entry.name))];
  }

  /** Every pair of equal keys is a problem, and nothing else of such a mapping is looked at. */
  #hasRepeatedKeys(map: YAMLMap): boolean {
    const lines = new Map<string, Node[]>();
    for (const { key } of map.items) {
      if (!isScalar(key)) continue;
      if (isEmpty(key) && map.flow !== true) {
        throw new YamlError(`yaml: line ${this.position(key).line}: did not find expected key`);
      }
      const name = textOf(key);
      const equal = lines.get(name);
      if (equal === undefined) lines.set(name, [key]);
      else equal.push(key);
    }
    let found = false;
    for (const [name, keys] of lines) {
      if (keys.length > REPEATS_MAX)
        throw new YamlError(`yaml: mapping key ${JSON.stringify(name)} is repeated`);
      for (const [i, first] of keys.entries()) {
        for (const key of keys.slice(i + 1)) {
          found = true;
          const where = `line ${this.position(first).line}`;
          this.#problem(key, `mapping key ${JSON.stringify(name)} already defined at ${where}`);
        }
      }
    }
    return found;
  }

  #merge(value: Node | null, within: Set<YAMLMap>): YamlEntry[] {
    const target = this.#follow(value);
    const maps = isSeq(target) ? target.items.map((item) => this.#follow(item as Node)) : [target];
    const found = new Map<string, YamlEntry>();
    for (const map of maps) {
      if (!isMap(map)) throw new YamlError('yaml: map merge requires map or sequence of maps as the value');
      for (const entry of this.#entriesOf(map, within)) {
        if (!found.has(entry.name)) found.set(entry.name, entry);
      }
    }
    return [...found.values()];
  }

  #follow(node: Node | null): Node | null {
    if (--this.#nodesLeft < 0) throw new YamlError('yaml: document contains excessive aliasing');
    if (!isAlias(node)) return node;
    return this.#targets.get(node) ?? null;
  }

  #mismatch(node: Node, typeName: string): void {
    const source = isScalar(node) ? textOf(node) : '';
    const shown = [...source].length > 10 ? `${source.slice(0, 7)}...` : source;
    const value = isScalar(node) ? ` \`${shown}\`` : '';
    this.#problem(node, `cannot unmarshal ${tagOf(node)}${value} into ${typeName}`);
  }

  #problem(node: Node, text: string): void {
    this.problems.push(`line ${this.position(node).line}: ${text}`);
  }
}

function parseFirst(text: string, lines: LineCounter): Document.Parsed | undefined {
  try {
    return firstDocument(text, lines);
  } catch (error) {
    throw error instanceof NestingError ? new YamlError('yaml: exceeded max depth') : error;
  }
}

function targetsIn(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  try {
    return aliasTargets(document);
  } catch (error) {
    throw error instanceof UnknownAnchorError ? new YamlError(error.message) : error;
  }
}

/** A plain scalar of no characters, and with nothing in front. */
function isEmpty(node: Node | null): boolean {
  if (!isScalar(node) || node.type !== 'PLAIN' || node.range?.[0] !== node.range?.[1]) return false;
  return node.tag === undefined && node.anchor === undefined;
}

function textOf(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
}

function isNull(node: Node): boolean {
  return tagOf(node) === '!!null';
}

const RESOLVED: readonly (readonly [string, RegExp])[] = [
  ['!!null', /^(?:~|null|Null|NULL|)$/],
  ['!!bool', /^(?:true|True|TRUE|false|False|FALSE)$/],
  ['!!int', /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$/],
  [
    '!!float',
    /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
  ],
  ['!!timestamp', /^\d{4}-\d\d?-\d\d?(?:$|[Tt ]\d\d?:\d\d?:\d\d?)/],
  ['!!merge', /^<<$/],
];
const INT_MAX = 2 ** 63;

/** The short tag that Go's parser resolves a node to. */
function tagOf(node: Node): string {
  if (isMap(node)) return '!!map';
  if (isSeq(node)) return '!!seq';
  if (!isScalar(node)) return '';
  if (node.tag?.startsWith('tag:yaml.org,2002:')) return `!!${node.tag.slice(18)}`;
  if (node.type !== 'PLAIN') return '!!str';
  const source = textOf(node);
  const tag = RESOLVED.find(([, pattern]) => pattern.test(source))?.[0] ?? '!!str';
  // Whole numbers beyond 64 bits are read as floats.
  return tag === '!!int' && Math.abs(Number(source.replaceAll('_', ''))) >= INT_MAX ? '!!float' : tag;
}
