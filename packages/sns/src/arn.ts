// ARNs of topics and subscriptions: `arn:aws:sns:REGION:ACCOUNT:TOPIC`, and the same with `:ID` behind it.

export interface TopicPlace {
  readonly region: string;
  readonly accountId: string;
}

export const TOPIC_NAME = /^(?:[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo)$/;

export function topicArn({ region, accountId }: TopicPlace, name: string): string {
  return `arn:aws:sns:${region}:${accountId}:${name}`;
}

/** The topic's name, when the ARN is that of a topic at the place; undefined otherwise. */
export function topicNameOf(arn: string, place: TopicPlace): string | undefined {
  const prefix = topicArn(place, '');
  const name = arn.startsWith(prefix) ? arn.slice(prefix.length) : '';
  return TOPIC_NAME.test(name) ? name : undefined;
}

/** Topic and id, when the ARN is that of a subscription at the place. */
export function subscriptionOf(arn: string, place: TopicPlace): { topic: string; id: string } | undefined {
  const cut = arn.lastIndexOf(':');
  const topic = topicNameOf(arn.slice(0, cut), place);
  const id = arn.slice(cut + 1);
  return topic === undefined || !/^[0-9a-f-]{36}$/.test(id) ? undefined : { topic, id };
}

/** The region in any ARN; undefined when it has none. */
export function regionOf(arn: string): string | undefined {
  const region = arn.startsWith('arn:') ? arn.split(':')[3] : undefined;
  return region === '' ? undefined : region;
}
