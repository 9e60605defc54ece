/** The name of a fact of a request, such as `aws:SourceIp`. Names are compared without regard to case. */
export interface ConditionKey {
  /** As the policy spells it. */
  readonly name: string;
  readonly folded: string;
}

export function conditionKey(name: string): ConditionKey {
  return { name, folded: name.toLowerCase() };
}
