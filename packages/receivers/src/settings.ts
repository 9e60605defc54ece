// Reads the plain values of a receiver's block. An unknown key, a value of the wrong kind and what this server
// can't do are ConfigErrors, so that a definition is refused instead of a notification lost.

import { ConfigError, type Plain } from '@ampere/alertmanager';

export class Settings {
  readonly #what: string;
  readonly #values: Readonly<Record<string, Plain>>;
  readonly #known = new Set<string>();

  /** `what` names the block in errors: `webhook_configs`. */
  constructor(what: string, values: Plain) {
    if (values === null || typeof values !== 'object' || Array.isArray(values)) {
      throw new ConfigError(`${what}: a mapping is expected`);
    }
    this.#what = what;
    this.#values = values;
  }

  /** A text, or the default where the key is absent. */
  text(key: string, ofAbsent = ''): string {
    const value = this.#take(key);
    if (value === undefined || value === null) return ofAbsent;
    if (typeof value !== 'string') throw this.#fault(key, 'a text is expected');
    return value;
  }

  boolean(key: string, ofAbsent: boolean): boolean {
    const value = this.text(key, String(ofAbsent)).toLowerCase();
    if (['true', 'yes', 'on', 'y'].includes(value)) return true;
    if (['false', 'no', 'off', 'n'].includes(value)) return false;
    throw this.#fault(key, 'true or false is expected');
  }

  count(key: string): number {
    const value = this.text(key, '0');
    if (!/^[0-9]{1,9}$/.test(value)) throw this.#fault(key, 'a whole number is expected');
    return Number(value);
  }

  texts(key: string): Map<string, string> {
    const value = this.#take(key) ?? {};
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw this.#fault(key, 'a mapping is expected');
    return new Map(Object.entries(value).map(([name, text]) => [name, this.#scalar(key, text)]));
  }

  list(key: string): string[] {
    return this.#array(key).map((text) => this.#scalar(key, text));
  }

  sections(key: string): Settings[] {
    return this.#array(key).map((value) => new Settings(`${this.#what}.${key}`, value));
  }

  section(key: string): Settings | undefined {
    const value = this.#take(key);
    return value === undefined || value === null ? undefined : new Settings(`${this.#what}.${key}`, value);
  }

  plain(key: string): Plain {
    return this.#take(key) ?? null;
  }

  /** Refuses keys that nothing asked for; those of `unsupported` with a text that says so. */
  end(unsupported: readonly string[] = []): void {
    for (const key of Object.keys(this.#values)) {
      if (this.#known.has(key) || key === 'send_resolved') continue;
      throw this.#fault(key, unsupported.includes(key) ? 'is not supported by this server' : 'is not known');
    }
  }

  #take(key: string): Plain | undefined {
    this.#known.add(key);
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
  }

  #array(key: string): readonly Plain[] {
    const value = this.#take(key) ?? [];
    if (!Array.isArray(value)) throw this.#fault(key, 'a list is expected');
    return value;
  }

  #scalar(key: string, value: Plain): string {
    if (value === null) return '';
    if (typeof value !== 'string') throw this.#fault(key, 'texts are expected');
    return value;
  }

  #fault(key: string, problem: string): ConfigError {
    return new ConfigError(`${this.#what}.${key}: ${problem}`);
  }
}

/** Throws ConfigError unless the text is an http or https URL. */
export function checkedUrl(what: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.host === '') {
    throw new ConfigError(`${what}: unsupported scheme or missing host for URL`);
  }
  return text;
}
