// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
// Whatever the text, parsePolicy returns a policy or throws a PolicyError, and what it returns can be
// asked. Texts are random characters, random JSON out of the words of policies, and good documents
// with a few characters changed.
//
// Short by default, with a fixed seed; AMPERE_SEED repeats a failure, AMPERE_TEST_LONG runs longer.

import { SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import { authorise } from './authorise.ts';
import type { PolicyKind } from './compiled-policy.ts';
import { Glob } from './glob.ts';
import { parsePolicy } from './policy-document.ts';
import { PolicyError } from './policy-error.ts';
import { tokenise } from './template.ts';
import { ANN, contextOf, WORKSPACE } from './testing/fixtures.ts';
import { RandomPolicies } from './testing/random-policies.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20261120);
const RUNS = process.env['AMPERE_TEST_LONG'] === '1' ? 1_000_000 : 4000;
const KINDS: readonly PolicyKind[] = ['identity', 'resource', 'trust', 'boundary', 'session'];
const WORDS = [
  'Version',
  'Statement',
  'Id',
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
  '2012-10-17',
  '2008-10-17',
  'Allow',
  'Deny',
  '*',
  'aps:*',
  'aps:RemoteWrite',
  'sts:AssumeRole',
  WORKSPACE,
  'arn:aws:aps',
  'arn:aws:aps:*:*:${aws:username}',
  '${',
  '${*}',
  "${a:b, 'c'}",
  'AWS',
  'Service',
  'Federated',
  '123456789012',
  'StringLike',
  'ForAnyValue:StringNotEqualsIfExists',
  'IpAddress',
  'Null',
  'DateLessThan',
  'NumericEquals',
  'BinaryEquals',
  'ArnLike',
  'aws:SourceIp',
  '__proto__',
  '',
  'é',
  '\ud800',
];

function json(random: SeededRandom, depth: number): unknown {
  const word = () => WORDS[random.integer(WORDS.length)]!;
  const kind = random.integer(depth > 5 ? 4 : 9);
  if (kind === 0) return random.integer(100) - 50;
  if (kind === 1) return [true, false, null][random.integer(3)];
  if (kind < 4) return word();
  const size = random.integer(5);
  if (kind === 4) return Array.from({ length: size }, () => json(random, depth + 1));
  return Object.fromEntries(Array.from({ length: size + 1 }, () => [word(), json(random, depth + 1)]));
}

function damaged(random: SeededRandom, text: string): string {
  let made = text;
  for (let left = 1 + random.integer(3); left > 0; left--) {
    const at = random.integer(made.length + 1);
    const put = ['', '"', '{', '}', '[', ']', ',', ':', '*', '$', '\\', '\0', 'x'][random.integer(13)]!;
    made = made.slice(0, at) + put + made.slice(at + random.integer(3));
  }
  return made;
}

function parsesOrRefuses(text: string, kind: PolicyKind): boolean {
  try {
    const attached = { name: 'p', policy: parsePolicy(text, kind) };
    const context = contextOf({ 'aws:SourceIp': '10.0.0.1' });
    if (kind === 'resource' || kind === 'trust')
      authorise(ANN, 'aps:RemoteWrite', WORKSPACE, context, attached);
    else authorise({ ...ANN, policies: { identity: [attached] } }, 'aps:RemoteWrite', WORKSPACE, context);
    return true;
  } catch (error) {
    if (!(error instanceof PolicyError))
      throw new Error(`${kind}: ${JSON.stringify(text)}`, { cause: error });
    return false;
  }
}

/** For each end of the text, which beginnings of the pattern match up to there. A regular expression takes too long. */
function matchesByDefinition(pattern: string, text: string): boolean {
  let row = Array.from({ length: pattern.length + 1 }, (_, i) => /^\**$/.test(pattern.slice(0, i)));
  for (const char of text) {
    const before = row;
    row = [false];
    for (let i = 0; i < pattern.length; i++) {
      const star = pattern[i] === '*' && (row[i]! || before[i + 1]!);
      row.push(star || (before[i]! && (pattern[i] === '?' || pattern[i] === char)));
    }
  }
  return row[pattern.length]!;
}

describe(`seed ${SEED}`, () => {
  test('random JSON', () => {
    const random = new SeededRandom(SEED);
    for (let run = 0; run < RUNS; run++)
      parsesOrRefuses(JSON.stringify(json(random, 0)), KINDS[run % KINDS.length]!);
  });

  test('good documents, and the same with characters changed', () => {
    const random = new SeededRandom(SEED + 1);
    const policies = new RandomPolicies(random);
    let accepted = 0;
    for (let run = 0; run < RUNS; run++) {
      const named = run % 2 === 0;
      const { version, statements } = policies.policy(named);
      const text = JSON.stringify({ Version: version, Statement: statements });
      expect(parsesOrRefuses(text, named ? 'resource' : 'identity')).toBe(true);
      if (parsesOrRefuses(damaged(random, text), named ? 'resource' : 'identity')) accepted++;
    }
    expect(accepted).toBeLessThan(RUNS);
  });

  test('random characters', () => {
    const random = new SeededRandom(SEED + 2);
    for (let run = 0; run < RUNS; run++) {
      const text = Buffer.from(random.bytes(random.integer(40))).toString('latin1');
      expect(parsesOrRefuses(text, 'identity')).toBe(false);
    }
  });

  test('wildcards match as the definition says', () => {
    const random = new SeededRandom(SEED + 3);
    const text = (chars: string, lengthMax: number) =>
      Array.from({ length: random.integer(lengthMax) }, () => chars[random.integer(chars.length)]).join('');
    let matched = 0;
    for (let run = 0; run < RUNS; run++) {
      // Pieces of more than 32 characters take another path; a few of them.
      const pattern = text('aab*?', 8) + (run % 8 === 0 ? `*${text('aab?', 80)}*` : '');
      const subject = text('aaab', run % 8 === 0 ? 120 : 12);
      const tokens = tokenise(pattern, { variables: false, wildcards: true });
      const glob = new Glob(tokens.filter((token) => typeof token !== 'object'));
      const expected = matchesByDefinition(pattern, subject);
      if (glob.matches(subject) !== expected)
        throw new Error(JSON.stringify({ run, pattern, subject, expected }));
      if (expected) matched++;
    }
    expect(matched).toBeGreaterThan(RUNS / 50);
  });
});
