// A block's meta.json: what it is called, which times it covers, what it was made from.
//
// Version 1 of Prometheus. Members that this program doesn't know are kept when it writes the file anew.

import { BlockError } from './block-error.ts';
import { isUlid } from './ulid.ts';

export const META_FILE = 'meta.json';
const VERSION = 1;

export interface BlockStats {
  readonly numSamples: number;
  readonly numSeries: number;
  readonly numChunks: number;
  readonly numTombstones: number;
}

/** A block that another one was made from. */
export interface BlockParent {
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
}

export interface BlockMeta {
  readonly ulid: string;
  /** Milliseconds since 1970: of the first sample, inclusive. */
  readonly minTime: number;
  /** Above the last sample: exclusive. */
  readonly maxTime: number;
  readonly stats: BlockStats;
  readonly compaction: {
    /** 1 for a block from the head, one more with each compaction. */
    readonly level: number;
    /** The blocks of level 1 that went into it. */
    readonly sources: readonly string[];
    /** The blocks that it replaces. */
    readonly parents: readonly BlockParent[];
    /** Holds nothing any more. */
    readonly deletable: boolean;
    /** Compacting it failed: it is left alone from then on. */
    readonly failed: boolean;
  };
  /** The file's content as it was read. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Reads a meta.json. Throws a BlockError that names `file`. */
export function parseMeta(file: string, text: string): BlockMeta {
  const fail = (what: string): never => {
    throw new BlockError('corrupt', file, 0, what);
  };
  const record = (value: unknown): Record<string, unknown> => objectOf(value) ?? fail('is not an object');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BlockError('corrupt', file, 0, 'is not JSON', { cause: error });
  }
  const root = record(json);
  if (root['version'] !== VERSION) {
    throw new BlockError(
      'unsupported',
      file,
      0,
      `has version ${String(root['version'])}; ${VERSION} is known`,
    );
  }
  const integer = (from: Record<string, unknown>, name: string, fallback?: number): number => {
    const value = from[name] ?? fallback;
    return Number.isSafeInteger(value) ? (value as number) : fail(`${name} is not a whole number`);
  };
  const ulid = (value: unknown): string =>
    typeof value === 'string' && isUlid(value) ? value : fail('ulid is not a ULID');
  const list = (value: unknown): unknown[] =>
    value === undefined || value === null ? [] : Array.isArray(value) ? value : fail('is not a list');
  const stats = record(root['stats'] ?? {});
  const compaction = record(root['compaction'] ?? {});
  const meta: BlockMeta = {
    ulid: ulid(root['ulid']),
    minTime: integer(root, 'minTime'),
    maxTime: integer(root, 'maxTime'),
    stats: {
      numSamples: integer(stats, 'numSamples', 0),
      numSeries: integer(stats, 'numSeries', 0),
      numChunks: integer(stats, 'numChunks', 0),
      numTombstones: integer(stats, 'numTombstones', 0),
    },
    compaction: {
      level: integer(compaction, 'level', 1),
      sources: list(compaction['sources']).map(ulid),
      parents: list(compaction['parents']).map((parent) => {
        const from = record(parent);
        return {
          ulid: ulid(from['ulid']),
          minTime: integer(from, 'minTime'),
          maxTime: integer(from, 'maxTime'),
        };
      }),
      deletable: compaction['deletable'] === true,
      failed: compaction['failed'] === true,
    },
    extra: root,
  };
  if (meta.minTime > meta.maxTime) fail('minTime is above maxTime');
  return meta;
}

/** The text of a meta.json, in the form that Prometheus gives it. */
export function formatMeta(meta: BlockMeta): string {
  const { stats, compaction, extra = {} } = meta;
  const { numSamples, numSeries, numChunks, numTombstones } = stats;
  return JSON.stringify(
    {
      ...extra,
      ulid: meta.ulid,
      minTime: meta.minTime,
      maxTime: meta.maxTime,
      stats: {
        ...objectOf(extra['stats']),
        numSamples,
        numSeries,
        numChunks,
        numTombstones: numTombstones === 0 ? undefined : numTombstones,
      },
      compaction: {
        ...objectOf(extra['compaction']),
        level: compaction.level,
        sources: compaction.sources,
        deletable: compaction.deletable || undefined,
        parents: compaction.parents.length === 0 ? undefined : compaction.parents,
        failed: compaction.failed || undefined,
      },
      version: VERSION,
    },
    undefined,
    '\t',
  );
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}
