// Shapes that several operations share, as the API's model (2020-08-01) states them.
import {
  type BlobShape,
  type IntegerShape,
  inBody,
  type ListShape,
  type MapShape,
  required,
  type StringShape,
  type StructureShape,
} from './shape.ts';

export const WORKSPACE_ID = {
  type: 'string',
  lengthMin: 1,
  lengthMax: 64,
  pattern: '.*[0-9A-Za-z][-.0-9A-Z_a-z]*.*',
} as const satisfies StringShape;

export const WORKSPACE_ALIAS = {
  type: 'string',
  lengthMin: 1,
  lengthMax: 100,
  trimmed: true,
} as const satisfies StringShape;

/** Identifies one intended change, so that repeating the call doesn't repeat the change. */
export const CLIENT_TOKEN = {
  type: 'string',
  lengthMin: 1,
  lengthMax: 64,
  pattern: '[!-~]+',
} as const satisfies StringShape;

export const KMS_KEY_ARN = {
  type: 'string',
  lengthMin: 20,
  lengthMax: 2048,
  pattern: 'arn:aws[-a-z]*:kms:[-a-z0-9]+:[0-9]{12}:key/[-a-f0-9]+',
} as const satisfies StringShape;

export const PAGINATION_TOKEN = { type: 'string', lengthMax: 1000 } as const satisfies StringShape;

/** Entries on a page, when the caller doesn't say. */
export const PAGE_SIZE_DEFAULT = 100;

export const PAGE_SIZE = { type: 'integer', min: 1, max: 1000 } as const satisfies IntegerShape;

export const RULES_NAMESPACE_NAME = {
  type: 'string',
  lengthMin: 1,
  lengthMax: 128,
  pattern: '.*[0-9A-Za-z][-.0-9A-Z_a-z]*.*',
} as const satisfies StringShape;

/** A file that is kept as it came. */
export const DATA = { type: 'blob' } as const satisfies BlobShape;

const TAG_PATTERN = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';

export const TAG_KEY = {
  type: 'string',
  lengthMin: 1,
  lengthMax: 128,
  pattern: TAG_PATTERN,
} as const satisfies StringShape;

/** How many tags a resource may have. */
export const TAGS_MAX = 50;

export const TAG_MAP = {
  type: 'map',
  key: TAG_KEY,
  value: { type: 'string', lengthMin: 0, lengthMax: 256, pattern: TAG_PATTERN },
  lengthMax: TAGS_MAX,
  keyPrefixReserved: 'aws:',
} as const satisfies MapShape;

export const TAG_KEYS = { type: 'list', member: TAG_KEY } as const satisfies ListShape;

/** The service has a ceiling too, which its model doesn't say. */
export const RETENTION_DAYS = { type: 'integer', min: 1 } as const satisfies IntegerShape;

/** A label set that is empty stands for all series that no other one takes. */
const LABEL_SET_LIMIT = {
  type: 'structure',
  members: {
    limits: required(
      inBody({ type: 'structure', members: { maxSeries: inBody({ type: 'integer', min: 0 }) } }),
    ),
    labelSet: required(
      inBody({
        type: 'map',
        key: { type: 'string', lengthMin: 1, pattern: '[a-zA-Z_][a-zA-Z0-9_]*' },
        value: { type: 'string', lengthMin: 1 },
      }),
    ),
  },
} as const satisfies StructureShape;

export const LIMITS_PER_LABEL_SET = { type: 'list', member: LABEL_SET_LIMIT } as const satisfies ListShape;

/** The tail stands for the streams of the group and is part of what the service takes. */
export const LOG_GROUP_ARN = {
  type: 'string',
  pattern: 'arn:aws[a-z0-9-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:[A-Za-z0-9\\.\\-\\_\\#/]{1,512}\\:\\*',
} as const satisfies StringShape;

/** A query is logged when it processes more samples than its threshold. */
export const LOGGING_DESTINATIONS = {
  type: 'list',
  lengthMin: 1,
  lengthMax: 1,
  member: {
    type: 'structure',
    members: {
      cloudWatchLogs: required(
        inBody({ type: 'structure', members: { logGroupArn: required(inBody(LOG_GROUP_ARN)) } }),
      ),
      filters: required(
        inBody({
          type: 'structure',
          members: { qspThreshold: required(inBody({ type: 'integer', min: 0 })) },
        }),
      ),
    },
  },
} as const satisfies ListShape;

/** Free text, which the operation that takes it checks itself. */
export const TEXT = { type: 'string' } as const satisfies StringShape;

/** Free text: the tagging operations say what an ARN must be themselves. */
export const RESOURCE_ARN = { type: 'string', lengthMin: 1, lengthMax: 2048 } as const satisfies StringShape;
