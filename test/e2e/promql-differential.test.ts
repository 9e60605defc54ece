// The same data in Ampere and in a real Prometheus 3.5, both written by remote write; then random queries
// to both, instant and range, valid and mutated, and the answers must be the same.
//
// AMPERE_SEED repeats a run (data and queries), AMPERE_TEST_LONG=1 asks thousands. What differs on
// purpose is in packages/promql/README.md, and passed over here with its reason and counted.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import { meantDifference } from '@ampere/promql/testing';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';
import { type Answer, differenceOf, haveSameValues } from './differential/answer-comparison.ts';
import { dataSet, LENGTH_MS, START_MS } from './differential/data-set.ts';
import { randomQuery } from './differential/queries.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const QUERIES = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 1500;
/** So many are shown when the test fails. */
const SHOWN_MAX = 20;
const STEPS_S = ['1', '7.5', '15', '30', '60', '0.333', '301'];

interface Question {
  readonly query: string;
  /** Below /api/v1/. */
  readonly path: string;
  readonly search: string;
}

/** An error that names examples. */
const DUPLICATE =
  /found duplicate series for the match group .* on the (left|right) hand-side of the operation: /;

/** A random query with a random time or range, some of it outside the data. */
function questionOf(random: SeededRandom, query: string): Question {
  const someTimeMs = () => START_MS - 400_000 + random.integer(LENGTH_MS + 900_000);
  const seconds = (ms: number) => String(ms / 1000);
  if (random.integer(2) === 0) {
    const parameters = { query, time: seconds(someTimeMs()) };
    return { query, path: 'query', search: String(new URLSearchParams(parameters)) };
  }
  const startMs = someTimeMs();
  const step = STEPS_S[random.integer(STEPS_S.length)]!;
  const steps = random.integer(40);
  const end = seconds(startMs + Math.round(steps * Number(step) * 1000));
  const parameters = { query, start: seconds(startMs), end, step };
  return { query, path: 'query_range', search: String(new URLSearchParams(parameters)) };
}

describeWith(`PromQL beside Prometheus, AMPERE_SEED=${SEED}`, ['prometheus'], (programs) => {
  test('the same data and queries give the same answers', { timeout: 3_600_000 }, async () => {
    const random = new SeededRandom(SEED);
    const configuration = join(temporaryFolder(), 'ampere.yml');
    // The samples are as old as the seed says.
    writeFileSync(configuration, 'limits: {profile: unlimited}\npromql: {experimental: false}\n');
    const [prometheus, ampere] = await Promise.all([
      RealPrometheus.start(programs.prometheus),
      startAmpere({ env: { AMPERE_CONFIG: configuration } }),
    ]);
    const workspace = `${ampere.url}/workspaces/${await createWorkspace(ampere)}`;
    const body = encodeSnappy(encodeWriteRequest({ timeseries: dataSet(random) }));
    await prometheus.write(body);
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
    const url = `${workspace}/api/v1/remote_write`;
    const written = await signedFetch(url, { method: 'POST', headers, body });
    expect(written.status, await written.text()).toBe(200);

    const askPrometheus = async ({ path, search }: Question) => {
      const { status, text } = await prometheus.ask(`POST ${path}`, search);
      return { status, answer: JSON.parse(text) as Answer };
    };
    const askAmpere = async ({ path, search }: Question) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await signedFetch(`${workspace}/api/v1/${path}`, {
        method: 'POST',
        headers,
        body: search,
      });
      return { status: response.status, answer: (await response.json()) as Answer };
    };

    const differences: string[] = [];
    const counts = { answered: 0, empty: 0, refused: 0, annotated: 0 };
    const meant = new Map<string, number>();
    for (let i = 0; i < QUERIES; i++) {
      const question = questionOf(random, randomQuery(random));
      const [ours, theirs] = await Promise.all([askAmpere(question), askPrometheus(question)]);
      if (theirs.status !== 200) counts.refused++;
      else if ((theirs.answer.data!.result as unknown[]).length === 0) counts.empty++;
      else counts.answered++;
      if (theirs.answer.warnings !== undefined || theirs.answer.infos !== undefined) counts.annotated++;
      const difference =
        ours.status === theirs.status
          ? differenceOf(question.query, ours.answer, theirs.answer)
          : `status ${ours.status} ${ours.answer.error ?? ''}\n  theirs ${theirs.status} ${theirs.answer.error ?? ''}`;
      if (difference === undefined) continue;
      const reason = reasonOf(question.query, ours.answer, theirs.answer);
      if (reason !== undefined) meant.set(reason, (meant.get(reason) ?? 0) + 1);
      else differences.push(`${JSON.stringify(question)}\n  ${difference}`);
    }
    console.log(`AMPERE_SEED=${SEED}: ${JSON.stringify(counts)}, meant: ${JSON.stringify([...meant])}`);
    // The comparison is worth something only when many queries find something.
    expect(counts.annotated).toBeGreaterThan(QUERIES / 50);
    expect(counts.answered).toBeGreaterThan(QUERIES / 4);
    const shown = differences.slice(0, SHOWN_MAX).join('\n');
    expect(differences.length, `${differences.length} differences, AMPERE_SEED=${SEED}\n${shown}`).toBe(0);
  });
});

/** Why answers differ on purpose (packages/promql/README.md), or undefined when they shouldn't. */
function reasonOf(query: string, ours: Answer, theirs: Answer): string | undefined {
  const [our, their] = [ours.error ?? '', theirs.error ?? ''];
  if (our.includes('multiple matches for labels') && /[<>]|[=!]=/.test(query) && their === '')
    return 'matches are counted before a comparison filters, as from 3.9 on';
  if (DUPLICATE.test(our) && DUPLICATE.exec(our)![1] === DUPLICATE.exec(their)?.[1])
    return 'of several duplicates, 3.5 names those that it meets first in the order of a hash table';
  if (our === '' && their === '' && /\b(topk|bottomk)\b/.test(query)) {
    // Further in, the choice decides about everything; outermost, the chosen values are the same.
    const isFree = !/^\s*(topk|bottomk)\b/.test(query) || haveSameValues(query, ours, theirs);
    if (isFree) return 'of equal values, 3.5 keeps those that it meets first in the order of a hash table';
  }
  if (our === '' && their === '' && /\b(sin|cos|tan)\b.*(\^|\b(exp|sinh|cosh)\b)/s.test(query))
    return 'the last digit of a large angle decides about all digits of its sine';
  return our === their ? undefined : meantDifference(query, their, our);
}
