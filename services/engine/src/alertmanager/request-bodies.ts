// The bodies that clients post, checked as Alertmanager's API does it, in its words.
//
// 1. A body that is no JSON, or whose values have another type, is 400.
// 2. What is missing or malformed is 422, and the first fault in the order of the schema is told.

import type { PostedAlert, PostedSilence, SilenceMatcher } from '@ampere/alertmanager';
import { SchemaError } from './api-errors.ts';

type Fields = Readonly<Record<string, unknown>>;

const DATE_TIME = /^\d{4}-\d\d-\d\dt\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:z|[+-]\d\d:\d\d|[+-]\d{4})?$/i;
/** What Go reads from a time without a value. */
const ZERO_TIME_MS = Date.parse('0001-01-01T00:00:00Z');

/** The anonymous structures that Go reads into, as its errors print them. */
const SILENCE_STRUCT = 'struct { ID string "json:\\"id,omitempty\\"" }';
const ALERT_STRUCT =
  'struct { Annotations models.LabelSet "json:\\"annotations,omitempty\\""; ' +
  'EndsAt strfmt.DateTime "json:\\"endsAt,omitempty\\""; StartsAt strfmt.DateTime "json:\\"startsAt,omitempty\\"" }';

/** The alerts of `POST alerts`. Throws SchemaError. */
export function readAlerts(body: Uint8Array): PostedAlert[] {
  const unreadable = unreadableBody('alerts');
  const value = parse(body, unreadable);
  if (value === null) return [];
  if (!Array.isArray(value))
    throw unreadable(`json: cannot unmarshal ${kindOf(value)} into Go value of type models.PostableAlerts`);
  const alerts = value.map((item: unknown, index) => {
    if (item === null) return undefined;
    const fields = object(item, ALERT_STRUCT, unreadable);
    const generatorUrl = text(fields, 'Alert.generatorURL', unreadable) ?? '';
    const labels = texts(fields, 'Alert.labels', unreadable);
    const annotations = texts(fields, '.annotations', unreadable) ?? {};
    const startsAtMs = time(fields, '.startsAt', unreadable) ?? null;
    const endsAtMs = time(fields, '.endsAt', unreadable) ?? null;
    return { index, generatorUrl, labels, annotations, startsAtMs, endsAtMs };
  });
  return alerts.flatMap((alert) => {
    if (alert === undefined) return [];
    const { index, labels, ...rest } = alert;
    if (rest.generatorUrl !== '' && !isUri(rest.generatorUrl)) {
      throw new SchemaError(
        601,
        `${index}.generatorURL in body must be of type uri: ${JSON.stringify(rest.generatorUrl)}`,
      );
    }
    if (labels === undefined) throw new SchemaError(602, `${index}.labels in body is required`);
    return [{ ...rest, labels }];
  });
}

/** The silence of `POST silences`. Throws SchemaError. */
export function readSilence(body: Uint8Array): PostedSilence {
  const unreadable = unreadableBody('silence');
  const fields = object(parse(body, unreadable), SILENCE_STRUCT, unreadable);
  const id = text(fields, '.id', unreadable) ?? '';
  const comment = text(fields, 'Silence.comment', unreadable);
  const createdBy = text(fields, 'Silence.createdBy', unreadable);
  const endsAtMs = time(fields, 'Silence.endsAt', unreadable);
  const startsAtMs = time(fields, 'Silence.startsAt', unreadable);
  const matchers = readMatchers(fields['matchers'], unreadable);
  const required = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new SchemaError(602, `${name} in body is required`);
    return value;
  };
  return {
    id: id === '' ? null : id,
    comment: required('comment', comment),
    createdBy: required('createdBy', createdBy),
    endsAtMs: required('endsAt', endsAtMs),
    matchers: checkedMatchers(required('matchers', matchers)),
    startsAtMs: required('startsAt', startsAtMs),
  };
}

interface ReadMatcher {
  readonly isEqual: boolean | undefined;
  readonly isRegex: boolean | undefined;
  readonly name: string | undefined;
  readonly value: string | undefined;
}

function readMatchers(value: unknown, unreadable: Unreadable): ReadMatcher[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw unreadable(wrongType(value, 'Silence.matchers', 'models.Matchers'));
  return value.map((item: unknown) => {
    const fields = object(item, 'models.Matcher', unreadable);
    return {
      isEqual: boolean(fields, 'Matcher.matchers.isEqual', unreadable),
      isRegex: boolean(fields, 'Matcher.matchers.isRegex', unreadable),
      name: text(fields, 'Matcher.matchers.name', unreadable),
      value: text(fields, 'Matcher.matchers.value', unreadable),
    };
  });
}

function checkedMatchers(matchers: readonly ReadMatcher[]): SilenceMatcher[] {
  if (matchers.length === 0) throw new SchemaError(612, 'matchers in body should have at least 1 items');
  return matchers.map(({ isEqual, isRegex, name, value }, index) => {
    const required = (field: string) =>
      new SchemaError(602, `matchers.${index}.${field} in body is required`);
    if (isRegex === undefined) throw required('isRegex');
    if (name === undefined) throw required('name');
    if (value === undefined) throw required('value');
    return { name, value, isRegex, isEqual: isEqual ?? true };
  });
}

type Unreadable = (why: string) => SchemaError;

function unreadableBody(name: string): Unreadable {
  return (why) => new SchemaError(400, `parsing ${name} body from "" failed, because ${why}`);
}

function parse(body: Uint8Array, unreadable: Unreadable): unknown {
  const source = new TextDecoder().decode(body);
  if (source.trim() === '') throw unreadable('EOF');
  try {
    return JSON.parse(source);
  } catch (error) {
    throw unreadable((error as Error).message);
  }
}

function object(value: unknown, type: string, unreadable: Unreadable): Fields {
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  throw unreadable(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`);
}

/** `name` with the structure that Go reads it into in front, as error texts have it. */
function text(fields: Fields, name: string, unreadable: Unreadable): string | undefined {
  const value = fields[name.slice(name.lastIndexOf('.') + 1)] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw unreadable(wrongType(value, name, 'string'));
}

function boolean(fields: Fields, name: string, unreadable: Unreadable): boolean | undefined {
  const value = fields[name.slice(name.lastIndexOf('.') + 1)] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw unreadable(wrongType(value, name, 'bool'));
}

function texts(fields: Fields, name: string, unreadable: Unreadable): Record<string, string> | undefined {
  const value = fields[name.slice(name.lastIndexOf('.') + 1)] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || Array.isArray(value))
    throw unreadable(wrongType(value, name, 'models.LabelSet'));
  const read: Record<string, string> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'string') throw unreadable(wrongType(item, name, 'string'));
    read[key] = item;
  }
  return read;
}

/** Milliseconds since 1970; Go's zero time counts as absent. */
function time(fields: Fields, name: string, unreadable: Unreadable): number | undefined {
  const value = text(fields, name, unreadable);
  if (value === undefined || value === '') return undefined;
  const timeMs = DATE_TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw unreadable(
      `parsing time ${JSON.stringify(value)} as "2006-01-02 15:04:05": cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  }
  return timeMs === ZERO_TIME_MS ? undefined : timeMs;
}

function wrongType(value: unknown, field: string, type: string): string {
  return `json: cannot unmarshal ${kindOf(value)} into Go struct field ${field} of type ${type}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function isUri(value: string): boolean {
  return URL.canParse(value) || (value.startsWith('/') && URL.canParse(value, 'http://x'));
}
