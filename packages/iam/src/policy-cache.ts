import type { CompiledPolicy, PolicyKind } from './compiled-policy.ts';
import { parsePolicy } from './policy-document.ts';

/**
 * Compiled policies by the text of their documents, the least lately used forgotten first. A compiled
 * policy depends on nothing but its text and kind, so what is in here is never out of date.
 */
export class PolicyCache {
  readonly #policies = new Map<string, CompiledPolicy>();
  readonly #charactersMax: number;
  #characters = 0;

  /** `charactersMax`: of all the documents kept, together. */
  constructor(charactersMax = 4 * 1024 * 1024) {
    this.#charactersMax = charactersMax;
  }

  /**
   * `parsePolicy`, once for each text while it is remembered. A refused document isn't.
   *
   * @throws PolicyError
   */
  parse(text: string, kind: PolicyKind): CompiledPolicy {
    const key = `${kind}:${text}`;
    let policy = this.#policies.get(key);
    if (policy !== undefined) {
      this.#policies.delete(key);
    } else {
      policy = parsePolicy(text, kind);
      if (key.length > this.#charactersMax) return policy;
      this.#characters += key.length;
    }
    this.#policies.set(key, policy);
    for (const oldest of this.#policies.keys()) {
      if (this.#characters <= this.#charactersMax) break;
      this.#policies.delete(oldest);
      this.#characters -= oldest.length;
    }
    return policy;
  }

  /** Documents remembered. */
  get size(): number {
    return this.#policies.size;
  }
}
