// Random queries, valid and mutated, against a real Prometheus 3.5: the same tree, the same formatted text,
// the same error. AMPERE_SEED chooses other queries, AMPERE_TEST_LONG=1 many.

import { SeededRandom } from '@ampere/platform';
import { describeWith, RealPrometheus } from '@ampere/testing';
import { expect, test } from 'vitest';
import { exprToJson, ParseError, parseExpr, prettify, WHOLE_LANGUAGE } from '../index.ts';
import { AFTER_3_5, generateQuery, meantDifference, mutateQuery, VOCABULARY } from '../testing/index.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 1);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 400;

describeWith(`compared with Prometheus, seed ${seed}`, ['prometheus'], (programs) => {
  test('formatted text, tree and errors', async () => {
    const prometheus = await RealPrometheus.start(programs.prometheus, {
      arguments: ['--enable-feature=promql-experimental-functions,promql-duration-expr'],
    });
    const ask = async (endpoint: string, query: string) => {
      const { text } = await prometheus.ask(`POST ${endpoint}`, new URLSearchParams({ query }));
      return JSON.parse(text) as { data?: unknown; error?: string };
    };
    const random = new SeededRandom(seed);
    const vocabulary = { ...VOCABULARY, without: AFTER_3_5 };
    for (let i = 0; i < rounds; i++) {
      const valid = generateQuery(random, vocabulary, 1 + random.integer(5));
      const query = i % 3 === 0 ? valid : mutateQuery(random, valid);
      const formatted = await ask('format_query', query);
      const theirs = formatted.error?.replace('invalid parameter "query": ', '') ?? String(formatted.data);
      const ours = answerOf(query);
      if (theirs !== ours.text && meantDifference(query, theirs, ours.text) !== undefined) continue;
      expect(ours.text, query).toBe(theirs);
      if (ours.tree === null) continue;
      const parsed = await ask('parse_query', query);
      expect(ours.tree, query).toEqual(parsed.data);
    }
  }, 600_000);
});

function answerOf(query: string): { text: string; tree: unknown } {
  try {
    const expr = parseExpr(query, WHOLE_LANGUAGE);
    return { text: prettify(expr), tree: exprToJson(expr) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { text: error.message, tree: null };
  }
}
