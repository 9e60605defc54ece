// How often and when a delivery over HTTP is tried again (SNS developer guide, "Message delivery retries").
//
//   attempt, then numNoDelayRetries at once, numMinDelayRetries after minDelayTarget each, a phase whose pauses
//   grow from the one target to the other by the back-off function, numMaxDelayRetries after maxDelayTarget
//
// The policy of a subscription goes over that of its topic, and that over the default: three more attempts,
// 20 seconds apart. E-mail has a fixed schedule: fifty attempts within six hours.

import { invalid } from './errors.ts';

export interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numMaxDelayRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly backoffFunction: string;
}

export const DEFAULT_RETRIES: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

export const EMAIL_RETRIES: RetryPolicy = {
  minDelayTarget: 10,
  maxDelayTarget: 600,
  numRetries: 50,
  numMaxDelayRetries: 38,
  numNoDelayRetries: 0,
  numMinDelayRetries: 2,
  backoffFunction: 'exponential',
};

const BACKOFFS: Readonly<Record<string, (part: number) => number>> = {
  linear: (part) => part,
  arithmetic: (part) => part * part,
  geometric: (part) => (2 ** (part * 4) - 1) / 15,
  exponential: (part) => (2 ** (part * 8) - 1) / 255,
};
const NUMBERS: readonly (readonly [keyof RetryPolicy, number])[] = [
  ['minDelayTarget', 3600],
  ['maxDelayTarget', 3600],
  ['numRetries', 100],
  ['numMaxDelayRetries', 100],
  ['numNoDelayRetries', 100],
  ['numMinDelayRetries', 100],
];

/** The pause before attempt number `attempts + 1`, when so many have failed; undefined when that was the last. */
export function pauseMsAfter(attempts: number, policy: RetryPolicy): number | undefined {
  const retry = attempts;
  if (retry > policy.numRetries) return undefined;
  const { numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries, minDelayTarget, maxDelayTarget } =
    policy;
  if (retry <= numNoDelayRetries) return 0;
  const step = retry - numNoDelayRetries;
  if (step <= numMinDelayRetries) return minDelayTarget * 1000;
  const growing = policy.numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  const place = step - numMinDelayRetries;
  if (place > growing) return maxDelayTarget * 1000;
  const part = growing <= 1 ? 0 : (place - 1) / (growing - 1);
  const grown = BACKOFFS[policy.backoffFunction]!(part);
  return Math.round((minDelayTarget + (maxDelayTarget - minDelayTarget) * grown) * 1000);
}

/** The retries that a `DeliveryPolicy` attribute of a topic or subscription asks for. Throws SnsError. */
export function readDeliveryPolicy(text: string, of: 'topic' | 'subscription'): RetryPolicy | undefined {
  if (text === '') return undefined;
  const document = objectOf(parse(text));
  const http = of === 'topic' ? objectOf(document?.['http'] ?? {}) : document;
  const given = http?.[of === 'topic' ? 'defaultHealthyRetryPolicy' : 'healthyRetryPolicy'];
  if (document === undefined || http === undefined)
    throw invalid('DeliveryPolicy', 'a JSON object is expected');
  if (given === undefined || given === null) return undefined;
  const fields = objectOf(given);
  if (fields === undefined) throw invalid('DeliveryPolicy', 'healthyRetryPolicy must be an object');
  const policy: Record<string, unknown> = { ...DEFAULT_RETRIES };
  for (const [name, value] of Object.entries(fields)) {
    if (!(name in DEFAULT_RETRIES)) throw invalid('DeliveryPolicy', `unknown member ${name.slice(0, 100)}`);
    if (value !== null) policy[name] = value;
  }
  for (const [name, max] of NUMBERS) {
    const value = policy[name];
    const least = name.endsWith('Target') ? 1 : 0;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > max) {
      throw invalid('DeliveryPolicy', `${name} must be a whole number from ${least} to ${max}`);
    }
  }
  const read = policy as unknown as RetryPolicy;
  if (read.maxDelayTarget < read.minDelayTarget) {
    throw invalid('DeliveryPolicy', 'maxDelayTarget must be greater than or equal to minDelayTarget');
  }
  if (read.numNoDelayRetries + read.numMinDelayRetries + read.numMaxDelayRetries > read.numRetries) {
    throw invalid('DeliveryPolicy', 'numRetries must be at least the sum of the other retries');
  }
  if (!Object.hasOwn(BACKOFFS, read.backoffFunction))
    throw invalid('DeliveryPolicy', 'unknown backoffFunction');
  return read;
}

/** What `EffectiveDeliveryPolicy` of a topic shows. */
export function effectivePolicyText(policy: RetryPolicy | undefined): string {
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: policy ?? DEFAULT_RETRIES,
      disableSubscriptionOverrides: false,
      defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
    },
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('DeliveryPolicy', 'JSON is expected');
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
