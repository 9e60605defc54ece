// Properties over random queries, the seed of which is printed when one fails:
// printing and parsing again gives the same tree, and no text makes anything but a ParseError.

import { SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import {
  exprToJson,
  ParseError,
  parseExpr,
  prettify,
  printExpr,
  resolveDurations,
  WHOLE_LANGUAGE,
} from '../index.ts';
import { generateQuery, mutateQuery } from '../testing/query-generator.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 1);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 300_000 : 3_000;

/** All that can be done with a query text; false when it is no query. */
function exercise(query: string): boolean {
  try {
    const expr = parseExpr(query, WHOLE_LANGUAGE);
    prettify(expr);
    exprToJson(expr);
    resolveDurations(expr, { stepMs: 15_000, rangeMs: 3_600_000 });
    return true;
  } catch (error) {
    if (error instanceof ParseError) return false;
    throw new Error(`${JSON.stringify(query)}: ${error}`, { cause: error });
  }
}

describe(`seed ${seed}`, () => {
  test('a valid query survives printing', () => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < rounds; i++) {
      const query = generateQuery(random, undefined, 1 + random.integer(5));
      const printed = printExpr(parseExpr(query, WHOLE_LANGUAGE));
      // The sign that infinity is printed with is read as one of the whole power.
      if (/\+Inf \^/.test(printed)) continue;
      const again = parseExpr(printed, WHOLE_LANGUAGE);
      expect(printExpr(again), query).toBe(printed);
      expect(exprToJson(parseExpr(prettify(again), WHOLE_LANGUAGE)), query).toEqual(exprToJson(again));
    }
  });

  test('a mutated query is parsed or refused', () => {
    const random = new SeededRandom(seed);
    let accepted = 0;
    for (let i = 0; i < rounds; i++) {
      if (exercise(mutateQuery(random, generateQuery(random, undefined, 1 + random.integer(4))))) accepted++;
    }
    expect(accepted).toBeGreaterThan(rounds / 20);
    expect(accepted).toBeLessThan(rounds / 2);
  });

  test('random text is parsed or refused', () => {
    const random = new SeededRandom(seed);
    const alphabet = '()[]{},=!~<>+-*/%^@:"\'`\\#\n 0123456789abcdefmnoprsuxyzé\ud800\udc80_.';
    for (let i = 0; i < rounds; i++) {
      let text = '';
      for (let length = random.integer(24); length > 0; length--) {
        text +=
          random.integer(40) === 0
            ? String.fromCharCode(random.integer(65_536))
            : alphabet[random.integer(alphabet.length)];
      }
      exercise(text);
    }
  });
});
