// Finds the operation of a method and a raw path.
//
// 1. The path is split at its slashes while still encoded, so that a `%2F` inside a name separates nothing.
// 2. Segments are compared with those of the templates: literals as they are, members with any text that
//    isn't empty. A greedy last member takes the rest: ARNs come with raw slashes too.
// 3. Only then members are decoded. What can't be decoded leads nowhere.
//
// Templates with more literals go first, so that a literal always wins over a member.
import type { RouteResult } from '@ampere/contracts';
import { assert } from '@ampere/platform';
import type { AnyOperation } from './operation.ts';
import type { ResourceNames } from './resource-names.ts';

interface Template {
  readonly segments: readonly Segment[];
  /** Operations by method. */
  readonly methods: Map<string, AnyOperation>;
}

type Segment =
  | { readonly literal: string }
  | { readonly literal: undefined; readonly member: string; readonly greedy: boolean };

export class Router {
  readonly #names: ResourceNames;
  readonly #templates: readonly Template[];

  constructor(operations: readonly AnyOperation[], names: ResourceNames) {
    this.#names = names;
    const templates = new Map<string, Template>();
    for (const operation of operations) {
      const segments = compile(operation);
      const template = templates.get(operation.path) ?? { segments, methods: new Map() };
      assert(!template.methods.has(operation.method), `${operation.name} shares its route`);
      template.methods.set(operation.method, operation);
      templates.set(operation.path, template);
    }
    this.#templates = [...templates.values()].sort((a, b) => literals(b) - literals(a));
  }

  /** @param rawPath as in the request line, without query string. */
  route(method: string, rawPath: string): RouteResult {
    if (!rawPath.startsWith('/')) return { kind: 'unknown' };
    const segments = rawPath.slice(1).split('/');
    for (const template of this.#templates) {
      const path = match(template.segments, segments);
      if (path === undefined) continue;
      const operation = template.methods.get(method);
      if (operation === undefined) return { kind: 'wrong-method', allowed: [...template.methods.keys()] };
      const resourceArn = operation.resourceArn(path, this.#names);
      const { name } = operation;
      return {
        kind: 'operation',
        match: { operation: name, action: `aps:${name}`, resourceArn, pathParameters: path },
      };
    }
    return { kind: 'unknown' };
  }
}

function compile(operation: AnyOperation): Segment[] {
  const texts = operation.path.slice(1).split('/');
  const segments = texts.map((text): Segment => {
    const name = /^\{(\w+)\}$/.exec(text)?.[1];
    if (name === undefined) return { literal: text };
    const member = operation.members.find((one) => one.name === name);
    assert(member?.place === 'path', `${operation.name} has no path member ${name}`);
    return { literal: undefined, member: name, greedy: member.greedy === true };
  });
  const named = segments.flatMap((segment) => (segment.literal === undefined ? [segment.member] : []));
  for (const { name, place } of operation.members) {
    assert(place !== 'path' || named.includes(name), `${operation.name} has no ${name} in its path`);
  }
  return segments;
}

function literals(template: Template): number {
  return template.segments.filter((segment) => segment.literal !== undefined).length;
}

function match(template: readonly Segment[], raw: readonly string[]): Map<string, string> | undefined {
  const last = template.at(-1)!;
  const greedy = last.literal === undefined && last.greedy;
  if (greedy ? raw.length < template.length : raw.length !== template.length) return undefined;
  const path = new Map<string, string>();
  for (const [at, segment] of template.entries()) {
    if (segment.literal !== undefined) {
      if (raw[at] !== segment.literal) return undefined;
      continue;
    }
    const text = segment.greedy ? raw.slice(at).join('/') : raw[at]!;
    const value = decodeSegment(text);
    if (value === undefined || value === '') return undefined;
    path.set(segment.member, value);
  }
  return path;
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
