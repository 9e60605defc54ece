import { expect, test } from 'vitest';
import { inBody, type Members, required } from './shape.ts';
import { readInput } from './validate.ts';

// Shapes that no operation here has yet, but the validator is for all of the API.
const NESTED: Members = {
  destinations: required(
    inBody({
      type: 'list',
      lengthMin: 1,
      lengthMax: 1,
      member: {
        type: 'structure',
        members: {
          cloudWatchLogs: required(
            inBody({
              type: 'structure',
              members: { logGroupArn: required(inBody({ type: 'string', pattern: 'arn:[a-z]+' })) },
            }),
          ),
          threshold: inBody({ type: 'integer', min: 0, max: 9 }),
        },
      },
    }),
  ),
};

function check(name: string, body: object, expected: object): void {
  test(name, () => expect(readInput(NESTED, { path: new Map(), query: new Map(), body })).toEqual(expected));
}

const violation = (name: string, message: string) => ({
  input: expect.anything(),
  violations: [{ name, message }],
});
const one = (destination: unknown) => ({ destinations: [destination] });
const good = { cloudWatchLogs: { logGroupArn: 'arn:x' } };

check('good', one({ ...good, threshold: 3, other: 1 }), {
  input: one({ ...good, threshold: 3 }),
  violations: [],
});
check('missing', {}, violation('destinations', 'Member must not be null'));
check('not a list', { destinations: {} }, violation('destinations', 'Member must be a list'));
check(
  'too short',
  { destinations: [] },
  violation('destinations', 'Member must have length greater than or equal to 1'),
);
check(
  'too long',
  { destinations: [good, good] },
  violation('destinations', 'Member must have length less than or equal to 1'),
);
check('null in a list', one(null), violation('destinations.1.member', 'Member must not be null'));
check('not a structure', one([]), violation('destinations.1.member', 'Member must be a structure'));
check(
  'missing inside',
  one({}),
  violation('destinations.1.member.cloudWatchLogs', 'Member must not be null'),
);
check(
  'missing deeper',
  one({ cloudWatchLogs: {} }),
  violation('destinations.1.member.cloudWatchLogs.logGroupArn', 'Member must not be null'),
);
check(
  'pattern inside',
  one({ cloudWatchLogs: { logGroupArn: 'arn:x ' } }),
  violation(
    'destinations.1.member.cloudWatchLogs.logGroupArn',
    'Member must satisfy regular expression pattern: arn:[a-z]+',
  ),
);
check(
  'range inside',
  one({ ...good, threshold: 10 }),
  violation('destinations.1.member.threshold', 'Member must have value less than or equal to 9'),
);
check(
  'a fraction',
  one({ ...good, threshold: 1.5 }),
  violation('destinations.1.member.threshold', 'Member must be an integer'),
);
check(
  'a number as text',
  one({ ...good, threshold: '1' }),
  violation('destinations.1.member.threshold', 'Member must be an integer'),
);
