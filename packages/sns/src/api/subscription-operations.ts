// Operations on subscriptions: from the question to a receiver until its last link.

import type { QueryParameters, XmlObject } from '@ampere/aws-query';
import { subscriptionOf } from '../arn.ts';
import { checkSubscriptionAttribute } from '../topics/attributes.ts';
import { DEFAULT_RETRIES, readDeliveryPolicy } from '../topics/delivery-policy.ts';
import { invalid, SnsError, subscriptionNotFound, throttled } from '../topics/errors.ts';
import type { DeliveryHead, Protocol, Subscription, Topic } from '../topics/model.ts';
import type { Topics } from '../topics/topics.ts';
import { arnIn, type Operation, type OperationContext, required } from './operation.ts';
import { PAGE_SIZE, pageOf, pageStart } from './paging.ts';

const PROTOCOLS: readonly string[] = ['http', 'https', 'email', 'email-json'];
/** What SNS itself also knows. */
const OTHER_PROTOCOLS: readonly string[] = ['sms', 'sqs', 'application', 'lambda', 'firehose'];
const SUBSCRIPTIONS_MAX = 1000;
const TOKEN_LIFETIME_MS = 2 * 86_400_000;
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const ENDPOINT_LENGTH_MAX = 2048;
const PENDING = 'PendingConfirmation';

const ofTopic = arnIn('TopicArn');

function readProtocol(form: QueryParameters, topics: Topics): Protocol {
  const protocol = required(form, 'Protocol');
  if (OTHER_PROTOCOLS.includes(protocol)) {
    throw invalid(
      'Protocol',
      `${protocol} is not supported by this server; http, https, email and email-json are`,
    );
  }
  if (!PROTOCOLS.includes(protocol)) {
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol.slice(0, 100)}`);
  }
  if (protocol.startsWith('email') && !topics.options.hasMail) {
    throw invalid(
      'Protocol',
      'this server has no SMTP server to send e-mail through; set sns.smtp in its configuration',
    );
  }
  return protocol as Protocol;
}

function readEndpoint(form: QueryParameters, protocol: Protocol): string {
  const endpoint = form.text('Endpoint') ?? '';
  if (protocol.startsWith('email')) {
    if (!EMAIL.test(endpoint)) throw invalid('Email address');
    return endpoint;
  }
  if (!endpoint.startsWith(`${protocol}://`)) throw invalid('Endpoint must match the specified protocol');
  const isUrl =
    endpoint.length <= ENDPOINT_LENGTH_MAX && URL.canParse(endpoint) && !/[\s\u0000-\u001f]/.test(endpoint);
  if (!isUrl) throw invalid('HTTP(S) Endpoint');
  return endpoint;
}

function subscribe(form: QueryParameters, context: OperationContext): XmlObject {
  const { topics, principal } = context;
  const topic = topics.byArn(required(form, 'TopicArn'));
  const protocol = readProtocol(form, topics);
  const endpoint = readEndpoint(form, protocol);
  const attributes = Object.fromEntries(form.map('Attributes'));
  for (const [name, value] of Object.entries(attributes)) checkSubscriptionAttribute(name, value, protocol);
  const { store } = topics;
  const before = findSame(topics, topic, protocol, endpoint);
  const heads: DeliveryHead[] = [];
  const subscription = store.transaction(() => {
    if (before?.confirmed === true) {
      const differs = Object.entries(attributes).some(([name, value]) => before.attributes[name] !== value);
      if (differs) throw invalid('Attributes', 'Subscription already exists with different attributes');
      return before;
    }
    const { confirmed, pending } = store.countSubscriptions(topic.name);
    if (before === undefined && confirmed + pending >= SUBSCRIPTIONS_MAX) {
      throw new SnsError(
        403,
        'SubscriptionLimitExceeded',
        `A topic has at most ${SUBSCRIPTIONS_MAX} subscriptions here`,
      );
    }
    // Each question waits in the queue; to ask the same again and again must not fill it.
    if (topics.options.queueLength() >= 10_000) throw throttled();
    const made: Subscription = {
      id: before?.id ?? topics.uuid(),
      topic: topic.name,
      protocol,
      endpoint,
      attributes,
      confirmed: false,
      token: before?.token ?? Buffer.from(topics.options.random.bytes(64)).toString('hex'),
      tokenExpiresAtMs: topics.options.clock.nowMs() + TOKEN_LIFETIME_MS,
      confirmedSigned: false,
      authenticateOnUnsubscribe: false,
      principalArn: principal?.arn ?? '',
    };
    store.putSubscription(made);
    heads.push(topics.enqueueConfirmation(made));
    return made;
  });
  topics.options.onQueued(heads);
  const showsArn = subscription.confirmed || form.text('ReturnSubscriptionArn') === 'true';
  return { SubscriptionArn: showsArn ? arnOf(topics, subscription) : 'pending confirmation' };
}

function findSame(
  topics: Topics,
  topic: Topic,
  protocol: Protocol,
  endpoint: string,
): Subscription | undefined {
  return topics.store
    .subscriptions(topic.name, '', SUBSCRIPTIONS_MAX + 1)
    .find((one) => one.protocol === protocol && one.endpoint === endpoint);
}

function confirm(form: QueryParameters, { topics, principal }: OperationContext): XmlObject {
  const topic = topics.byArn(required(form, 'TopicArn'));
  const token = required(form, 'Token');
  const authenticate = form.text('AuthenticateOnUnsubscribe')?.toLowerCase() === 'true';
  // The token is 512 random bits: comparing it needs no constant time.
  const subscription = topics.store
    .subscriptions(topic.name, '', SUBSCRIPTIONS_MAX + 1)
    .find((one) => one.token === token);
  const nowMs = topics.options.clock.nowMs();
  if (subscription === undefined || (!subscription.confirmed && subscription.tokenExpiresAtMs < nowMs)) {
    throw invalid('Token');
  }
  if (authenticate && principal === undefined) {
    throw new SnsError(403, 'AuthorizationError', 'AuthenticateOnUnsubscribe needs a signed request');
  }
  if (!subscription.confirmed) {
    const confirmed = {
      ...subscription,
      confirmed: true,
      confirmedSigned: principal !== undefined,
      authenticateOnUnsubscribe: authenticate,
    };
    topics.store.transaction(() => topics.store.putSubscription(confirmed));
  }
  return { SubscriptionArn: arnOf(topics, subscription) };
}

function unsubscribe(form: QueryParameters, { topics, principal }: OperationContext): undefined {
  const arn = required(form, 'SubscriptionArn');
  const named = subscriptionOf(arn, topics.options.place);
  if (named === undefined) throw invalid('SubscriptionArn', `An ARN of a subscription is expected`);
  const subscription = topics.store.findSubscription(named.id);
  if (principal === undefined) {
    const token = form.text('Token') ?? '';
    const mayGo =
      topics.isUnsubscribeToken(named.id, token) && subscription?.authenticateOnUnsubscribe !== true;
    if (!mayGo)
      throw new SnsError(403, 'AuthorizationError', 'The link is not valid, or the request must be signed');
  }
  // What is gone already is fine.
  if (subscription?.topic !== named.topic) return undefined;
  topics.store.transaction(() => topics.store.removeSubscription(named.id));
  return undefined;
}

function arnOf(topics: Topics, { topic, id }: Subscription): string {
  return `${topics.arnOf(topic)}:${id}`;
}

function bySubscriptionArn(form: QueryParameters, topics: Topics): Subscription {
  const named = subscriptionOf(required(form, 'SubscriptionArn'), topics.options.place);
  if (named === undefined) throw invalid('SubscriptionArn');
  const subscription = topics.store.findSubscription(named.id);
  if (subscription?.topic !== named.topic) throw subscriptionNotFound();
  return subscription;
}

function listed(form: QueryParameters, topics: Topics, topic: string | undefined): XmlObject {
  const found = topics.store.subscriptions(topic, pageStart(form.text('NextToken')), PAGE_SIZE + 1);
  const { page, next } = pageOf(found, ({ id }) => id);
  return {
    Subscriptions: page.map((one) => ({
      TopicArn: topics.arnOf(one.topic),
      Protocol: one.protocol,
      SubscriptionArn: one.confirmed ? arnOf(topics, one) : PENDING,
      Owner: topics.options.place.accountId,
      Endpoint: one.endpoint,
    })),
    NextToken: next,
  };
}

function attributesOf(subscription: Subscription, topics: Topics): Map<string, string> {
  const { attributes, protocol } = subscription;
  const effective = readDeliveryPolicy(attributes['DeliveryPolicy'] ?? '', 'subscription') ?? DEFAULT_RETRIES;
  return new Map<string, string>([
    ['Owner', topics.options.place.accountId],
    ['RawMessageDelivery', 'false'],
    ['TopicArn', topics.arnOf(subscription.topic)],
    ['Endpoint', subscription.endpoint],
    ['Protocol', protocol],
    ['PendingConfirmation', String(!subscription.confirmed)],
    ['ConfirmationWasAuthenticated', String(subscription.confirmedSigned)],
    ['SubscriptionArn', arnOf(topics, subscription)],
    ['SubscriptionPrincipal', subscription.principalArn],
    ...(protocol.startsWith('http')
      ? ([['EffectiveDeliveryPolicy', JSON.stringify({ healthyRetryPolicy: effective })]] as const)
      : []),
    ...Object.entries(attributes).filter(([, value]) => value !== ''),
  ]);
}

export const SUBSCRIPTION_OPERATIONS: readonly Operation[] = [
  {
    name: 'Subscribe',
    resources: ofTopic,
    conditionKeys: (form) =>
      new Map([
        ['sns:Protocol', [form.text('Protocol') ?? '']],
        ['sns:Endpoint', [form.text('Endpoint') ?? '']],
      ]),
    carryOut: subscribe,
  },
  {
    name: 'ConfirmSubscription',
    resources: ofTopic,
    mayBeAnonymous: (form) => form.has('Token'),
    carryOut: confirm,
  },
  {
    name: 'Unsubscribe',
    mayBeAnonymous: (form) => form.has('Token'),
    carryOut: unsubscribe,
  },
  {
    name: 'ListSubscriptions',
    readOnly: true,
    carryOut: (form, { topics }) => listed(form, topics, undefined),
  },
  {
    name: 'ListSubscriptionsByTopic',
    readOnly: true,
    resources: ofTopic,
    carryOut: (form, { topics }) => listed(form, topics, topics.byArn(required(form, 'TopicArn')).name),
  },
  {
    name: 'GetSubscriptionAttributes',
    readOnly: true,
    carryOut: (form, { topics }) => ({ Attributes: attributesOf(bySubscriptionArn(form, topics), topics) }),
  },
  {
    name: 'SetSubscriptionAttributes',
    carryOut: (form, { topics }) => {
      const subscription = bySubscriptionArn(form, topics);
      const name = required(form, 'AttributeName');
      const value = form.text('AttributeValue') ?? '';
      checkSubscriptionAttribute(name, value, subscription.protocol);
      const attributes = { ...subscription.attributes, [name]: value };
      topics.store.transaction(() => topics.store.putSubscription({ ...subscription, attributes }));
      return undefined;
    },
  },
];
