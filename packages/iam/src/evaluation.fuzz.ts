// Properties of decisions over generated policies and requests.
//
// 1. The decision is that of the naive twin, and `explain` gives the same as `authorise`.
// 2. One more Allow, anywhere, never takes access away; one more Deny never gives any.
//
// Short by default, with a fixed seed; AMPERE_SEED repeats a failure, AMPERE_TEST_LONG runs longer.

import { SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import { authorise } from './authorise.ts';
import type { PolicyKind } from './compiled-policy.ts';
import { explain } from './explain.ts';
import { parsePolicy } from './policy-document.ts';
import type { AttachedPolicy } from './policy-set.ts';
import type { Principal } from './principal.ts';
import { type NaivePolicies, type NaivePolicy, naivelyAllowed } from './testing/naive-evaluation.ts';
import { type RandomCase, RandomPolicies } from './testing/random-policies.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20261120);
const RUNS = process.env['AMPERE_TEST_LONG'] === '1' ? 2_000_000 : 8000;

function attach(kind: PolicyKind, policy: NaivePolicy): AttachedPolicy {
  const text = JSON.stringify({ Version: policy.version, Statement: policy.statements });
  return { name: kind, policy: parsePolicy(text, kind) };
}

function ask({ principal, request, context }: RandomCase, policies: NaivePolicies) {
  const { boundary, session, resource } = policies;
  const caller: Principal = {
    ...principal,
    policies: {
      identity: policies.identity.map((policy) => attach('identity', policy)),
      ...(boundary === undefined ? {} : { boundary: attach('boundary', boundary) }),
      ...(session === undefined ? {} : { session: session.map((policy) => attach('session', policy)) }),
    },
  };
  const resourcePolicy = resource === undefined ? undefined : attach('resource', resource);
  return [caller, request.action, request.resource, context, resourcePolicy] as const;
}

/** The same policies with one more statement in one of the layers that are there. */
function withOneMore(
  { identity, resource, boundary, session }: NaivePolicies,
  policies: RandomPolicies,
  random: SeededRandom,
  effect: string,
): NaivePolicies {
  const longer = (policy: NaivePolicy, named: boolean) => ({
    ...policy,
    statements: [...policy.statements, policies.statement(named, effect)],
  });
  const ways: (() => NaivePolicies)[] = [
    () => ({
      identity: [...identity, { version: '2012-10-17', statements: [policies.statement(false, effect)] }],
      resource,
      boundary,
      session,
    }),
  ];
  if (resource !== undefined)
    ways.push(() => ({ identity, resource: longer(resource, true), boundary, session }));
  if (boundary !== undefined)
    ways.push(() => ({ identity, resource, boundary: longer(boundary, false), session }));
  if (session !== undefined)
    ways.push(() => ({ identity, resource, boundary, session: [...session, longer(session[0]!, false)] }));
  return ways[random.integer(ways.length)]!();
}

describe(`seed ${SEED}`, () => {
  test('decisions are those of the naive twin', () => {
    const policies = new RandomPolicies(new SeededRandom(SEED));
    let allowed = 0;
    for (let run = 0; run < RUNS; run++) {
      const generated = policies.case();
      const question = ask(generated, generated.policies);
      const decision = authorise(...question);
      const expected = naivelyAllowed(generated.policies, generated.request);
      if (decision.allowed !== expected)
        throw new Error(JSON.stringify({ run, decision, ...generated }, null, 1));
      if (run % 10 === 0) expect(explain(...question).decision).toEqual(decision);
      if (expected) allowed++;
    }
    // Neither answer is rare, or the test would say little.
    expect(allowed).toBeGreaterThan(RUNS / 10);
    expect(allowed).toBeLessThan((RUNS * 9) / 10);
  });

  test('an Allow never takes access away and a Deny never gives it', () => {
    const random = new SeededRandom(SEED + 1);
    const policies = new RandomPolicies(random);
    let changed = 0;
    for (let run = 0; run < RUNS; run++) {
      const generated = policies.case();
      const before = authorise(...ask(generated, generated.policies)).allowed;
      const effect = before ? 'Allow' : 'Deny';
      const more = withOneMore(generated.policies, policies, random, effect);
      const after = authorise(...ask(generated, more)).allowed;
      if (after !== before) throw new Error(JSON.stringify({ run, effect, more, ...generated }, null, 1));
      const other = withOneMore(generated.policies, policies, random, before ? 'Deny' : 'Allow');
      if (authorise(...ask(generated, other)).allowed !== before) changed++;
    }
    // The statements that are added do matter.
    expect(changed).toBeGreaterThan(RUNS / 50);
  });
});
