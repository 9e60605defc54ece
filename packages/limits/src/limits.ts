// The limits in force: defaults of a profile, the configuration's defaults over them, and the
// overrides of single workspaces over those.
//
// 1. `parseLimits` reads the `limits` section of the configuration; each fault is one line that names
//    the key and what is allowed.
// 2. Its result, LimitsData, is plain data: it may be posted to a worker thread.
// 3. `new Limits(data)` answers from it; a workspace without overrides shares the defaults' object.
// 4. What is changed while the server runs goes over all of that: `adjustLimits` makes new data, and
//    `replace` puts it in force.
import { assert } from '@ampere/platform';
import { parseBytes, parseCount, parseDurationMs, parseRate } from './quantity.ts';
import { LIMIT_ROWS, LIMITS, type LimitDefinition, type LimitKey, type Rate } from './table.ts';

type Rows = typeof LIMITS;
type ValueOf<R> = R extends { unit: 'rate' } ? Rate : number;
type FieldsOfScope<S extends 'account' | 'workspace'> = {
  readonly [K in keyof Rows as Rows[K] extends { scope: S } ? Rows[K]['field'] : never]: ValueOf<Rows[K]>;
};

/** The limits of the account, by `field` of the table. 0 is unlimited. */
export type AccountLimits = FieldsOfScope<'account'>;
/** The limits of one workspace, by `field` of the table. 0 is unlimited, or none for `outOfOrderWindowMs`. */
export type WorkspaceLimits = FieldsOfScope<'workspace'>;

export const LIMIT_PROFILES = ['amp-2021', 'unlimited'] as const;
export type LimitProfile = (typeof LIMIT_PROFILES)[number];

/** Resolved limits as plain, cloneable data. */
export interface LimitsData {
  readonly account: AccountLimits;
  readonly defaults: WorkspaceLimits;
  /** Complete limits of the workspaces that have overrides, by workspace id. */
  readonly workspaces: ReadonlyMap<string, WorkspaceLimits>;
}

/** A fault in the `limits` section of the configuration; the text names the key and what is allowed. */
export class LimitsError extends Error {
  /** Dotted path of the key, for example `limits.defaults.retention`. */
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`${key}: ${problem}`);
    this.name = 'LimitsError';
    this.key = key;
  }
}

const SECTION_KEYS = ['profile', 'defaults', 'workspaces'];

/**
 * Reads the `limits` section of the configuration as the YAML parser left it.
 *
 * @param section `{ profile?, defaults?: {<limit>: value}, workspaces?: {<id>: {<limit>: value}} }`;
 *   undefined or null is the profile amp-2021 as it stands.
 * @throws LimitsError on an unknown key or a bad value.
 */
export function parseLimits(section: unknown): LimitsData {
  const entries = entriesOf('limits', section);
  for (const key of entries.keys()) {
    if (!SECTION_KEYS.includes(key)) {
      throw new LimitsError(`limits.${key}`, `unknown key; allowed are ${SECTION_KEYS.join(', ')}`);
    }
  }
  const profile = parseProfile(entries.get('profile'));
  const defaults = overlay(
    profileValues(profile),
    readValues('limits.defaults', entries.get('defaults'), 'account'),
  );
  const workspaces = new Map<string, WorkspaceLimits>();
  for (const [id, values] of entriesOf('limits.workspaces', entries.get('workspaces'))) {
    const overridden = overlay(defaults, readValues(`limits.workspaces.${id}`, values, 'workspace'));
    workspaces.set(id, fieldsOf('workspace', overridden));
  }
  return {
    account: fieldsOf('account', defaults),
    defaults: fieldsOf('workspace', defaults),
    workspaces,
  };
}

/** One limit changed while the server runs. */
export interface LimitAdjustment {
  readonly key: LimitKey;
  /** Undefined: the default of all workspaces, or the account's own limit. */
  readonly workspaceId: string | undefined;
  /** As the table's unit has it. */
  readonly value: number | Rate;
}

/** Limits with adjustments over them. One for all workspaces doesn't reach those that have a value of their own. */
export function adjustLimits(data: LimitsData, adjustments: readonly LimitAdjustment[]): LimitsData {
  const account: Record<string, number | Rate> = { ...data.account };
  const defaults: Record<string, number | Rate> = { ...data.defaults };
  const ofAll = adjustments.filter(({ workspaceId }) => workspaceId === undefined);
  for (const { key, value } of ofAll) {
    const { scope, field } = LIMITS[key];
    if (scope === 'account') account[field] = value;
    else defaults[field] = value;
  }
  const workspaces = new Map<string, Record<string, number | Rate>>();
  for (const [id, own] of data.workspaces) workspaces.set(id, withDefaults(own, data.defaults, ofAll));
  for (const { key, workspaceId, value } of adjustments) {
    if (workspaceId === undefined) continue;
    assert(LIMITS[key].scope === 'workspace', `${key} is a limit of the account`);
    const own = workspaces.get(workspaceId) ?? { ...defaults };
    own[LIMITS[key].field] = value;
    workspaces.set(workspaceId, own);
  }
  return {
    account: account as AccountLimits,
    defaults: defaults as WorkspaceLimits,
    workspaces: workspaces as ReadonlyMap<string, unknown> as ReadonlyMap<string, WorkspaceLimits>,
  };
}

/** A workspace's limits with new defaults where it has the old ones. */
function withDefaults(
  own: WorkspaceLimits,
  before: WorkspaceLimits,
  ofAll: readonly LimitAdjustment[],
): Record<string, number | Rate> {
  const values: Record<string, number | Rate> = { ...own };
  for (const { key, value } of ofAll) {
    const { field } = LIMITS[key];
    if (values[field] === (before as Record<string, number | Rate>)[field]) values[field] = value;
  }
  return values;
}

/** Answers what is allowed now. Built from plain data, on whatever thread it is asked. */
export class Limits {
  #data: LimitsData;

  constructor(data: LimitsData) {
    this.#data = data;
  }

  /** What is in force, to build another one on another thread. */
  get data(): LimitsData {
    return this.#data;
  }

  /** Has other limits in force from now on. Who keeps an answer doesn't see that: ask each time. */
  replace(data: LimitsData): void {
    this.#data = data;
  }

  get account(): AccountLimits {
    return this.#data.account;
  }

  /** The limits of a workspace; the same object for every call until they change. */
  forWorkspace(workspaceId: string): WorkspaceLimits {
    return this.#data.workspaces.get(workspaceId) ?? this.#data.defaults;
  }
}

type Values = ReadonlyMap<string, number | Rate>;

function parseProfile(value: unknown): LimitProfile {
  if (value === undefined || value === null) return 'amp-2021';
  const profile = LIMIT_PROFILES.find((name) => name === value);
  if (profile === undefined) {
    throw new LimitsError(
      'limits.profile',
      `${show(value)} is not allowed; allowed are ${LIMIT_PROFILES.join(', ')}`,
    );
  }
  return profile;
}

function profileValues(profile: LimitProfile): Values {
  const values = new Map<string, number | Rate>();
  for (const [key, row] of LIMIT_ROWS) {
    if (profile === 'amp-2021') values.set(key, row.default);
    else values.set(key, row.unit === 'rate' ? { perSecond: 0, burst: 0 } : 0);
  }
  return values;
}

/** Values by limit key. `scope` workspace refuses the limits of the account; account takes both. */
function readValues(path: string, section: unknown, scope: 'account' | 'workspace'): Values {
  const values = new Map<string, number | Rate>();
  for (const [key, written] of entriesOf(path, section)) {
    const row = LIMIT_ROWS.get(key);
    if (row === undefined) {
      throw new LimitsError(
        `${path}.${key}`,
        `unknown limit; allowed are ${[...LIMIT_ROWS.keys()].sort().join(', ')}`,
      );
    }
    if (scope === 'workspace' && row.scope === 'account') {
      throw new LimitsError(
        `${path}.${key}`,
        'is a limit of the whole account; it is allowed in limits.defaults alone',
      );
    }
    const value = parseValue(row, written);
    if (value === undefined) {
      throw new LimitsError(`${path}.${key}`, `${show(written)} is not allowed; it must be ${allowed(row)}`);
    }
    values.set(key, value);
  }
  return values;
}

function parseValue(row: LimitDefinition, value: unknown): number | Rate | undefined {
  switch (row.unit) {
    case 'count':
      return parseCount(value);
    case 'bytes':
      return parseBytes(value);
    case 'ms':
      return parseDurationMs(value);
    case 'rate':
      return parseRate(value);
  }
}

function allowed(row: LimitDefinition): string {
  const zero = row.field === LIMITS.out_of_order_window.field ? '0 for none' : '0 for unlimited';
  switch (row.unit) {
    case 'count':
      return `a whole number, ${zero}`;
    case 'bytes':
      return `a number of bytes or a size such as 1 MB (KB, MB, GB; powers of 1024), ${zero}`;
    case 'ms':
      return `a duration such as 1h30m or 32d (y, w, d, h, m, s, ms), ${zero}`;
    case 'rate':
      return `a number per second, or a list of that number and the burst such as [10, 20], ${zero}`;
  }
}

function overlay(below: Values, above: Values): Values {
  return new Map([...below, ...above]);
}

function fieldsOf<S extends 'account' | 'workspace'>(scope: S, values: Values): FieldsOfScope<S> {
  const fields: Record<string, number | Rate> = {};
  for (const [key, row] of LIMIT_ROWS) {
    if (row.scope === scope) fields[row.field] = values.get(key)!;
  }
  return fields as FieldsOfScope<S>;
}

/** The members of a mapping; nothing for an absent one. */
function entriesOf(path: string, section: unknown): Map<string, unknown> {
  if (section === undefined || section === null) return new Map();
  if (typeof section !== 'object' || Array.isArray(section)) {
    throw new LimitsError(path, `${show(section)} is not allowed; it must be a mapping`);
  }
  return new Map(Object.entries(section));
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
