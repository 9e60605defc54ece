// Silences: who is muted by hand, and until when.
//
// 1. A silence is pending before its start, active until its end, expired from then on; it is kept for the
//    retention after its end.
// 2. A change keeps the id only when matchers stay the same and the past isn't touched; otherwise the old
//    silence expires and a new one with a new id takes its place.
// 3. A start in the past moves to now. At least one matcher must not match the empty text, because such a
//    silence would mute everything.

import { quote } from '@ampere/go-text';
import type { Clock, Random } from '@ampere/platform';
import type { Labels, Matcher, MatchKind } from '@ampere/series';
import { AlertmanagerError, ConfigError } from './errors.ts';
import { makeMatcher, matchesAll, regexFault } from './matcher-text.ts';

export interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** Times are milliseconds since 1970. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** A silence as it is posted; the id of one that is to be changed, or null. */
export type PostedSilence = Omit<Silence, 'id' | 'updatedAtMs'> & { readonly id: string | null };

export type SilenceState = 'pending' | 'active' | 'expired';

/** How long what has ended is kept: Alertmanager's `data.retention`. */
export const RETENTION_MS = 120 * 3_600_000;

/** Silences of one alert manager, expired ones counted: what keeps a flush from walking forever. */
export const SILENCES_MAX = 10_000;

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function silenceState(silence: Pick<Silence, 'startsAtMs' | 'endsAtMs'>, nowMs: number): SilenceState {
  if (nowMs < silence.startsAtMs) return 'pending';
  return nowMs < silence.endsAtMs ? 'active' : 'expired';
}

interface Entry {
  readonly silence: Silence;
  readonly compiled: readonly Matcher[];
}

export class Silences {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #byId = new Map<string, Entry>();

  constructor(clock: Clock, random: Random, restored: readonly Silence[] = []) {
    this.#clock = clock;
    this.#random = random;
    for (const silence of restored) {
      this.#byId.set(silence.id, { silence, compiled: compile(silence.matchers) });
    }
  }

  /** Stores or changes a silence and returns its id. Throws AlertmanagerError (400, 404). */
  set(posted: PostedSilence): string {
    const nowMs = this.#clock.nowMs();
    if (posted.startsAtMs >= posted.endsAtMs) {
      throw new AlertmanagerError(400, 'Failed to create silence: start time must be before end time');
    }
    if (posted.endsAtMs < nowMs) {
      throw new AlertmanagerError(400, "Failed to create silence: end time can't be in the past");
    }
    const former = posted.id === null ? undefined : this.#byId.get(posted.id)?.silence;
    if (posted.id !== null && former === undefined) throw new AlertmanagerError(404, 'silence not found');
    const compiled = compile(posted.matchers);
    if (former === undefined && this.#byId.size >= SILENCES_MAX) {
      const count = this.#byId.size + 1;
      throw new AlertmanagerError(
        400,
        `exceeded maximum number of silences: ${count} (limit: ${SILENCES_MAX})`,
      );
    }
    const keepsId = former !== undefined && canUpdate(former, posted, nowMs);
    if (former !== undefined && !keepsId) this.#expire(former, nowMs);
    const silence: Silence = {
      id: keepsId ? former.id : this.#uuid(),
      matchers: posted.matchers,
      startsAtMs: keepsId ? posted.startsAtMs : Math.max(posted.startsAtMs, nowMs),
      endsAtMs: posted.endsAtMs,
      updatedAtMs: nowMs,
      createdBy: posted.createdBy,
      comment: posted.comment,
    };
    this.#byId.set(silence.id, { silence, compiled });
    return silence.id;
  }

  get(id: string): Silence | undefined {
    return this.#byId.get(id)?.silence;
  }

  /** Ends a silence now; one that has ended stays as it is. Throws AlertmanagerError (500, as 0.25 answers). */
  expire(id: string): void {
    const silence = this.get(id);
    if (silence === undefined) throw new AlertmanagerError(500, 'silence not found');
    this.#expire(silence, this.#clock.nowMs());
  }

  /** All, as the API lists them: active by end, pending by start, expired by end from the latest. */
  list(): Silence[] {
    const nowMs = this.#clock.nowMs();
    const ranks: readonly SilenceState[] = ['active', 'pending', 'expired'];
    const rank = (silence: Silence) => ranks.indexOf(silenceState(silence, nowMs));
    return [...this.#byId.values()]
      .map(({ silence }) => silence)
      .sort((a, b) => {
        const by = rank(a);
        if (by !== rank(b)) return by - rank(b);
        if (by === 0) return a.endsAtMs - b.endsAtMs;
        return by === 1 ? a.startsAtMs - b.startsAtMs : b.endsAtMs - a.endsAtMs;
      });
  }

  /** The ids of active silences that mute these labels, sorted. */
  mutedBy(labels: Labels, nowMs: number): string[] {
    const ids: string[] = [];
    for (const { silence, compiled } of this.#byId.values()) {
      if (silenceState(silence, nowMs) === 'active' && matchesAll(compiled, labels)) ids.push(silence.id);
    }
    return ids.sort();
  }

  /** Forgets silences whose retention is over. */
  collect(nowMs: number): void {
    for (const { silence } of this.#byId.values()) {
      if (silence.endsAtMs + RETENTION_MS <= nowMs) this.#byId.delete(silence.id);
    }
  }

  #expire(silence: Silence, nowMs: number): void {
    const state = silenceState(silence, nowMs);
    if (state === 'expired') return;
    const startsAtMs = state === 'pending' ? nowMs : silence.startsAtMs;
    const ended = { ...silence, startsAtMs, endsAtMs: nowMs, updatedAtMs: nowMs };
    this.#byId.set(silence.id, { silence: ended, compiled: this.#byId.get(silence.id)!.compiled });
  }

  /** A random UUID, version 4. */
  #uuid(): string {
    const bytes = Uint8Array.from(this.#random.bytes(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}

function canUpdate(former: Silence, next: PostedSilence, nowMs: number): boolean {
  const same = former.matchers.length === next.matchers.length && former.matchers.every(equalsAt(next));
  if (!same) return false;
  const state = silenceState(former, nowMs);
  if (state === 'pending') return next.startsAtMs >= nowMs;
  return state === 'active' && Math.floor(next.startsAtMs / 1000) === Math.floor(former.startsAtMs / 1000);
}

function equalsAt(next: PostedSilence) {
  return (matcher: SilenceMatcher, index: number): boolean => {
    const other = next.matchers[index]!;
    return (
      matcher.name === other.name &&
      matcher.value === other.value &&
      matcher.isRegex === other.isRegex &&
      matcher.isEqual === other.isEqual
    );
  };
}

function compile(matchers: readonly SilenceMatcher[]): Matcher[] {
  const invalid = (what: string) => new AlertmanagerError(400, `silence invalid: ${what}`);
  if (matchers.length === 0) throw invalid('at least one matcher required');
  const compiled = matchers.map(({ name, value, isRegex, isEqual }, index) => {
    if (!LABEL_NAME.test(name)) {
      throw invalid(`invalid label matcher ${index}: invalid label name ${quote(name)}`);
    }
    const kind: MatchKind = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
    try {
      return makeMatcher(name, kind, value);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const fault = regexFault(value) ?? error.message;
      throw invalid(`invalid label matcher ${index}: invalid regular expression ${quote(value)}: ${fault}`);
    }
  });
  // Negative matchers don't count, whatever they match: so it is in Alertmanager.
  if (compiled.every(({ kind, matchesEmpty }) => kind.startsWith('=') && matchesEmpty)) {
    throw invalid('at least one matcher must not match the empty string');
  }
  return compiled;
}
