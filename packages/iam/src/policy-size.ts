/**
 * How many characters AWS lets documents have, blanks not counted (IAM user guide, "IAM and STS
 * quotas"). Of inline policies it is the sum of all of one user, group or role.
 */
export const POLICY_SIZE_MAX = {
  managed: 6144,
  userInline: 2048,
  groupInline: 5120,
  roleInline: 10_240,
  trust: 2048,
  session: 2048,
} as const;

/** The size of a document as AWS counts it: without blanks, wherever they stand. */
export function policySizeCharacters(text: string): number {
  return text.replace(/\s/g, '').length;
}
