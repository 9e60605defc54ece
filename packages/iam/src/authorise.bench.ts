// CPU time of one decision with 100 attached policies, warm: `npx tsx authorise.bench.ts`. The bound is
// 20 µs. The principals are new for each decision, as when a store hands them out by the request.
import { authorise } from './authorise.ts';
import { PolicyCache } from './policy-cache.ts';
import { parsePolicy } from './policy-document.ts';
import type { AttachedPolicy } from './policy-set.ts';
import type { Principal } from './principal.ts';

const POLICIES = 100;
const ACCOUNT = '123456789012';
const ARN = `arn:aws:aps:us-east-1:${ACCOUNT}:workspace/ws-01234567-89ab-cdef-0123-456789abcdef`;
const CONTEXT = new Map<string, readonly string[]>([
  ['aws:SourceIp', ['10.1.2.3']],
  ['aws:SecureTransport', ['true']],
  ['aws:CurrentTime', ['2026-11-20T10:00:00Z']],
  ['aws:EpochTime', ['1795168800']],
  ['aws:UserAgent', ['Prometheus/3.5.0']],
  ['aws:ResourceTag/team', ['storage']],
]);

function attached(statement: (i: number) => Record<string, unknown>): AttachedPolicy[] {
  return Array.from({ length: POLICIES }, (_, i) => {
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement(i)] });
    return { name: `policy-${i}`, policy: parsePolicy(text, 'identity') };
  });
}

/** The quickest round counts: the others were disturbed. */
function microseconds(decisions: number, decision: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 12; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < decisions; i++) decision();
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / decisions);
  }
  return best;
}

function measure(name: string, identity: readonly AttachedPolicy[]): void {
  const us = microseconds(5000, () => {
    const principal: Principal = {
      kind: 'user',
      arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
      accountId: ACCOUNT,
      userId: 'AIDAEXAMPLE',
      tags: new Map([['team', 'storage']]),
      policies: { identity },
    };
    authorise(principal, 'aps:RemoteWrite', ARN, CONTEXT);
  });
  process.stdout.write(`${JSON.stringify({ name, policies: identity.length, microseconds: us })}\n`);
}

const Effect = 'Allow';
const workspace = (i: number) => `arn:aws:aps:*:${ACCOUNT}:workspace/ws-${i}*`;
const Action = 'aps:RemoteWrite';
measure(
  'none about the action',
  attached(() => ({ Effect, Action: 'aps:Describe*', Resource: '*' })),
);
measure(
  'all about the action, another workspace',
  attached((i) => ({ Effect, Action: 'aps:*', Resource: workspace(i) })),
);
measure(
  'all with a tag condition that fails',
  attached((i) => ({
    Effect,
    Action,
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/team': `t${i}` } },
  })),
);
measure(
  'all with an address range and a date, denying another',
  attached((i) => ({
    Effect: 'Deny',
    Action,
    Resource: '*',
    Condition: {
      NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', `192.168.${i}.0/24`] },
      DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' },
    },
  })),
);
measure(
  'all with a variable in the resource',
  attached(() => ({
    Effect,
    Action,
    Resource: `arn:aws:aps:*:${ACCOUNT}:workspace/$\{aws:PrincipalTag/team}-*`,
  })),
);

const cache = new PolicyCache();
const text = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect, Action, Resource: workspace(1) }],
});
process.stdout.write(
  `${JSON.stringify({
    name: 'compile one document',
    microseconds: microseconds(5000, () => parsePolicy(text, 'identity')),
    cachedMicroseconds: microseconds(50_000, () => cache.parse(text, 'identity')),
  })}\n`,
);
