// Reads YAML as Go's yaml.v2 does in strict mode, so that what is refused, and with which words, is what
// amtool says.
//
// 1. The text becomes nodes without types; only the first document counts.
// 2. A reader (`text`, `list(…)`, `struct(…)`, …) turns a node into a value. A value of the wrong kind, an
//    unknown key or a repeated one is noted as an issue, and reading goes on.
// 3. A check that belongs to a struct runs when nothing inside it was an issue; it throws, and reading ends
//    there, as an UnmarshalYAML method of Go does.
// 4. At the end the issues make one error: `yaml: unmarshal errors:` and a line for each.
//
// Nodes reached through aliases are counted each time, so that a small text can't become an endless one.

import { aliasTargets, firstDocument, NestingError, UnknownAnchorError } from '@ampere/yaml-text';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type YAMLMap } from 'yaml';
import { ConfigError } from '../errors.ts';

/** A text without aliases has fewer nodes than characters; this many more visits are given to aliases. */
const ALIAS_VISITS_MAX = 10_000;
const DEPTH_MAX = 100;

interface Place {
  readonly issues: string[];
  readonly lines: LineCounter;
  readonly resolve: (node: Node | null) => Node | null;
  readonly visitsMax: number;
  visits: number;
  depth: number;
}

/** Gives the value of a node, or undefined where the node is null or an issue was noted. */
export type Reader<T> = (node: Node | null, place: Place) => T | undefined;

/** Reads the first document of a text. An empty text gives undefined. Throws ConfigError. */
export function readYaml<T>(source: string, reader: Reader<T>): T | undefined {
  const lines = new LineCounter();
  const document = orConfigError(() => firstDocument(source, lines));
  if (document === undefined) return undefined;
  const fault = document.errors[0];
  if (fault !== undefined) {
    const line = lines.linePos(fault.pos[0]).line;
    const [what] = fault.message.split(/ at line \d+| in "/);
    throw new ConfigError(`yaml: line ${line}: ${what!.split('\n')[0]}`);
  }
  const place: Place = {
    issues: [],
    lines,
    resolve: orConfigError(() => resolverOf(document)),
    visitsMax: source.length + ALIAS_VISITS_MAX,
    visits: 0,
    depth: 0,
  };
  const value = reader(document.contents, place);
  if (place.issues.length > 0) {
    throw new ConfigError(`yaml: unmarshal errors:\n${place.issues.map((issue) => `  ${issue}`).join('\n')}`);
  }
  return value;
}

/** Reads, with what is wrong with the text as a ConfigError. */
function orConfigError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isOfText = error instanceof NestingError || error instanceof UnknownAnchorError;
    throw isOfText ? new ConfigError(error.message) : error;
  }
}

function resolverOf(document: Document.Parsed): Place['resolve'] {
  const targets = aliasTargets(document);
  return (node) => (isAlias(node) ? targets.get(node)! : node);
}

function count(place: Place, visits: number): void {
  place.visits += visits;
  if (place.visits > place.visitsMax) throw new ConfigError('yaml: document contains excessive aliasing');
}

function enter<T>(node: Node | null, place: Place, read: (node: Node) => T | undefined): T | undefined {
  count(place, 1);
  if (++place.depth > DEPTH_MAX) throw new ConfigError('yaml: nested too deeply');
  const target = place.resolve(node);
  const value = target === null || isNull(target) ? undefined : read(target);
  place.depth--;
  return value;
}

function isNull(node: Node): boolean {
  if (!isScalar(node)) return false;
  if (node.tag === 'tag:yaml.org,2002:null') return true;
  return node.type === 'PLAIN' && /^(|~|null|Null|NULL)$/.test(node.source ?? '');
}

function lineOf(node: Node, place: Place): number {
  return place.lines.linePos(node.range?.[0] ?? 0).line;
}

function mismatch(node: Node, place: Place, goType: string): undefined {
  let what = isMap(node) ? '!!map' : '!!seq';
  if (isScalar(node)) {
    const text = String(node.value);
    what = `${scalarTag(node)} \`${text.length > 10 ? `${text.slice(0, 7)}...` : text}\``;
  }
  place.issues.push(`line ${lineOf(node, place)}: cannot unmarshal ${what} into ${goType}`);
  return undefined;
}

const BOOLEANS: Readonly<Record<string, boolean>> = { y: true, yes: true, true: true, on: true };
const BOOLEAN = /^(y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;

function scalarTag(node: Node): string {
  if (!isScalar(node) || node.type !== 'PLAIN') return '!!str';
  const text = node.source ?? '';
  if (BOOLEAN.test(text)) return '!!bool';
  if (/^[-+]?(0|[1-9][0-9_]*|0[0-7]+|0x[0-9a-fA-F]+|0b[01]+)$/.test(text)) return '!!int';
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return '!!float';
  return '!!str';
}

/** Any scalar as its text, as Go reads into a string. */
export const text: Reader<string> = (node, place) =>
  enter(node, place, (target) =>
    isScalar(target) ? String(target.value) : mismatch(target, place, 'string'),
  );

export const boolean: Reader<boolean> = (node, place) =>
  enter(node, place, (target) => {
    if (!isScalar(target) || scalarTag(target) !== '!!bool') return mismatch(target, place, 'bool');
    return BOOLEANS[String(target.value).toLowerCase()] ?? false;
  });

/** A text that `convert` turns into a value; it throws ConfigError for one that it refuses. */
export function textAs<T>(convert: (value: string) => T): Reader<T> {
  return (node, place) => {
    const value = text(node, place);
    return value === undefined ? undefined : convert(value);
  };
}

/** A sequence; an element that is null is refused. `goType` is the element's type in Go's words. */
export function list<T>(element: Reader<T>, goType: string): Reader<T[]> {
  return (node, place) =>
    enter(node, place, (target) => {
      if (!isSeq(target)) return mismatch(target, place, `[]${goType}`);
      const values: T[] = [];
      for (const item of target.items as Node[]) {
        const issues = place.issues.length;
        const value = element(item, place);
        if (value !== undefined) values.push(value);
        else if (place.issues.length === issues) {
          throw new ConfigError(`line ${lineOf(target, place)}: an element of []${goType} is empty`);
        }
      }
      return values;
    });
}

/** A mapping with any keys; null values are read as empty text. */
export function textMap(goType = 'map[string]string'): Reader<Map<string, string>> {
  return mapOf(text, '', goType);
}

export function mapOf<T>(element: Reader<T>, ofNull: T, goType: string): Reader<Map<string, T>> {
  return (node, place) =>
    enter(node, place, (target) => {
      if (!isMap(target)) return mismatch(target, place, goType);
      const values = new Map<string, T>();
      for (const [key, value, keyNode] of entries(target, place)) {
        if (values.has(key)) {
          place.issues.push(`line ${lineOf(keyNode, place)}: key "${key}" already set in map`);
          continue;
        }
        const issues = place.issues.length;
        const read = element(value, place) ?? (place.issues.length === issues ? ofNull : undefined);
        if (read !== undefined) values.set(key, read);
      }
      return values;
    });
}

/** What a struct of fields reads into: a field that is absent, null or faulty is undefined. */
export type Fields<T> = { readonly [K in keyof T]?: T[K] | undefined };
type Readers<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/** A mapping with known keys. `build` runs when nothing inside was an issue, and may throw ConfigError. */
export function struct<T, R>(
  goType: string,
  readers: Readers<T>,
  build: (fields: Fields<T>) => R,
): Reader<R> {
  const byKey = new Map(Object.entries(readers) as [string, Reader<unknown>][]);
  return (node, place) =>
    enter(node, place, (target) => {
      if (!isMap(target)) return mismatch(target, place, goType);
      const issues = place.issues.length;
      const fields: Record<string, unknown> = {};
      const seen = new Set<string>();
      for (const [key, value, keyNode] of entries(target, place)) {
        const reader = byKey.get(key);
        if (reader === undefined) {
          place.issues.push(`line ${lineOf(keyNode, place)}: field ${key} not found in type ${goType}`);
        } else if (seen.has(key)) {
          place.issues.push(`line ${lineOf(keyNode, place)}: field ${key} already set in type ${goType}`);
        } else fields[key] = reader(value, place);
        seen.add(key);
      }
      return place.issues.length > issues ? undefined : build(fields as Fields<T>);
    });
}

/** Anything, as plain values: texts, arrays and records. */
export type Plain = string | null | Plain[] | { [key: string]: Plain };

export const plain: Reader<Plain> = (node, place) =>
  enter(node, place, (target): Plain => {
    if (isSeq(target)) return (target.items as Node[]).map((item) => plain(item, place) ?? null);
    if (!isMap(target)) return isScalar(target) ? String(target.value) : null;
    const record: [string, Plain][] = [];
    for (const [key, value] of entries(target, place)) record.push([key, plain(value, place) ?? null]);
    return Object.fromEntries(record);
  });

/** The pairs of a mapping; those merged in with `<<` come last, without keys that it has itself. */
function entries(map: YAMLMap, place: Place): [string, Node | null, Node][] {
  const own: [string, Node | null, Node][] = [];
  const merged: [string, Node | null, Node][] = [];
  for (const pair of map.items) {
    const key = place.resolve(pair.key as Node | null);
    if (!isScalar(key)) throw new ConfigError(`yaml: line ${lineOf(map, place)}: invalid map key`);
    const value = pair.value as Node | null;
    if (key.value === '<<' && key.type === 'PLAIN') merged.push(...mergedEntries(value, place, map));
    else own.push([String(key.value), value, key]);
  }
  const taken = new Set(own.map(([key]) => key));
  for (const entry of merged) {
    if (taken.has(entry[0])) continue;
    taken.add(entry[0]);
    own.push(entry);
  }
  count(place, own.length);
  return own;
}

/** Of one mapping or a list of them, the first first. */
function mergedEntries(node: Node | null, place: Place, into: YAMLMap): [string, Node | null, Node][] {
  const ofMap = (target: Node) => (isMap(target) ? entries(target, place) : undefined);
  const found = enter(node, place, (target) => {
    if (!isSeq(target)) return ofMap(target);
    const parts = (target.items as Node[]).map((item) => enter(item, place, ofMap));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  });
  if (found === undefined) {
    throw new ConfigError(
      `yaml: line ${lineOf(into, place)}: map merge requires map or sequence of maps as the value`,
    );
  }
  return found;
}
