// Which attributes topics and subscriptions take, and with which values. What SNS has and there is nothing
// for here (keys, tracing, archives, filters, dead-letter queues) is refused with a text that says so, unless
// the value asks for nothing.

import { readDeliveryPolicy } from './delivery-policy.ts';
import { invalid } from './errors.ts';
import type { Protocol } from './model.ts';
import { checkPolicy } from './topic-policy.ts';

type Check = (value: string, name: string) => void;

const oneOf =
  (...values: readonly string[]): Check =>
  (value, name) => {
    if (!values.includes(value.toLowerCase()))
      throw invalid('Attributes', `${name}: ${values.join(' or ')} is expected`);
  };

const boolean = oneOf('true', 'false');

/** For what is not there: the value that asks for nothing passes. */
const unsupported =
  (...nothing: readonly string[]): Check =>
  (value, name) => {
    if (value !== '' && !nothing.includes(value))
      throw invalid('Attributes', `${name} is not supported by this server`);
  };

const feedback = Object.fromEntries(
  ['Application', 'Firehose', 'HTTP', 'Lambda', 'SQS'].flatMap((of) => [
    [`${of}SuccessFeedbackRoleArn`, unsupported()],
    [`${of}FailureFeedbackRoleArn`, unsupported()],
    [`${of}SuccessFeedbackSampleRate`, unsupported('0', '100')],
  ]),
);

const TOPIC: Readonly<Record<string, Check>> = {
  DisplayName: (value) => {
    if (value.length > 100 || /[\u0000-\u001f\u007f]/.test(value)) throw invalid('DisplayName');
  },
  Policy: (value) => {
    if (value !== '') checkPolicy(value);
  },
  DeliveryPolicy: (value) => {
    readDeliveryPolicy(value, 'topic');
  },
  SignatureVersion: oneOf('1', '2'),
  TracingConfig: unsupported('PassThrough'),
  KmsMasterKeyId: unsupported(),
  ArchivePolicy: unsupported('{}'),
  DataProtectionPolicy: unsupported(),
  ...feedback,
};

const FIFO_TOPIC: Readonly<Record<string, Check>> = {
  ContentBasedDeduplication: boolean,
  FifoThroughputScope: oneOf('topic', 'messagegroup'),
};

const SUBSCRIPTION: Readonly<Record<string, Check>> = {
  DeliveryPolicy: (value) => {
    readDeliveryPolicy(value, 'subscription');
  },
  RawMessageDelivery: boolean,
  FilterPolicy: unsupported('{}'),
  FilterPolicyScope: oneOf('messageattributes'),
  RedrivePolicy: unsupported('{}'),
  ReplayPolicy: unsupported('{}'),
  SubscriptionRoleArn: unsupported(),
};

/** Throws SnsError unless a topic may have the attribute with the value. */
export function checkTopicAttribute(name: string, value: string, isFifo: boolean): void {
  const check = own(TOPIC, name) ?? (isFifo ? own(FIFO_TOPIC, name) : undefined);
  if (check === undefined) throw invalid('AttributeName');
  check(value, name);
}

/** Throws SnsError unless a subscription may have the attribute with the value. */
export function checkSubscriptionAttribute(name: string, value: string, protocol: Protocol): void {
  const check = own(SUBSCRIPTION, name);
  if (check === undefined) throw invalid('AttributeName');
  check(value, name);
  if (name === 'RawMessageDelivery' && value.toLowerCase() === 'true' && protocol.startsWith('email')) {
    throw invalid('Attributes', `Delivery protocol [${protocol}] does not support raw message delivery.`);
  }
}

function own(table: Readonly<Record<string, Check>>, name: string): Check | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
