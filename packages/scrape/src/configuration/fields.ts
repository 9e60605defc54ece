// Reads values out of a YAML document whose scalars are texts, member by member: a member that isn't taken is unknown, and
// everything that is wrong is said with its path.

import { durationMs } from '@ampere/go-text';

/** A scrape configuration that can't be read. The text is for the person who wrote it. */
export class ScrapeConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScrapeConfigurationError';
  }
}

const BOOLEAN = /^(true|false|yes|no|on|off|y|n)$/;
const SIZE = /^(\d+)(B|KB|KiB|MB|MiB|GB|GiB)?$/;
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  KiB: 1024,
  MB: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1024 ** 3,
  GiB: 1024 ** 3,
};

/** The members of one mapping. */
export class Fields {
  readonly path: string;
  readonly #members: ReadonlyMap<unknown, unknown>;
  readonly #taken = new Set<string>();

  /** @param value a mapping, or nothing at all. */
  constructor(value: unknown, path: string) {
    const isNothing = value === undefined || value === null || value === '';
    if (!isNothing && !(value instanceof Map)) throw fault(path, 'a mapping');
    this.path = path;
    this.#members = isNothing ? new Map() : value;
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  names(): string[] {
    return [...this.#members.keys()].map(String);
  }

  take(name: string): unknown {
    this.#taken.add(name);
    return this.#members.get(name);
  }

  string(name: string): string | undefined;
  string(name: string, otherwise: string): string;
  string(name: string, otherwise?: string): string | undefined {
    const value = this.take(name);
    if (value === undefined) return otherwise;
    return scalar(value, `${this.path}${name}`);
  }

  boolean(name: string, otherwise: boolean): boolean {
    const text = this.string(name, '').toLowerCase();
    if (text === '') return otherwise;
    if (!BOOLEAN.test(text)) throw fault(`${this.path}${name}`, 'true or false');
    return /^(true|yes|on|y)$/.test(text);
  }

  count(name: string): number {
    const text = this.string(name, '0');
    if (!/^\d{1,15}$/.test(text)) throw fault(`${this.path}${name}`, 'a whole number that is not negative');
    return Number(text);
  }

  durationMs(name: string): number | undefined {
    const text = this.string(name);
    if (text === undefined || text === '') return undefined;
    const ms = durationMs(text);
    if (ms === undefined) {
      throw new ScrapeConfigurationError(`${this.path}${name}: not a valid duration string: ${quoted(text)}`);
    }
    return ms;
  }

  bytes(name: string): number {
    const text = this.string(name, '0');
    const match = SIZE.exec(text);
    if (match === null) throw fault(`${this.path}${name}`, 'a size such as 10MB');
    return Number(match[1]) * (SIZE_UNITS[match[2] ?? 'B'] ?? 1);
  }

  strings(name: string): string[] {
    return this.list(name, scalar);
  }

  /** @param read takes a member and its path. */
  list<T>(name: string, read: (value: unknown, path: string) => T): T[] {
    const value = this.take(name);
    if (value === undefined || value === '') return [];
    if (!Array.isArray(value)) throw fault(`${this.path}${name}`, 'a list');
    return value.map((member, at) => read(member, `${this.path}${name}[${at}]`));
  }

  fields(name: string): Fields {
    return new Fields(this.take(name), `${this.path}${name}.`);
  }

  /** A mapping of texts. */
  texts(name: string): Map<string, string> {
    const fields = this.fields(name);
    return new Map(fields.names().map((key) => [key, fields.string(key, '')]));
  }

  /** To be called when all known members were taken. @throws ScrapeConfigurationError */
  finish(): void {
    for (const name of this.names()) {
      if (!this.#taken.has(name)) throw new ScrapeConfigurationError(`field ${this.path}${name} not found`);
    }
  }
}

export function fault(path: string, expected: string): ScrapeConfigurationError {
  return new ScrapeConfigurationError(`${path.replace(/\.$/, '') || 'the document'} must be ${expected}`);
}

function scalar(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw fault(path, 'a text');
}

export function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
