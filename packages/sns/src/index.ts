export { snsOperations } from './api/sns-service.ts';
export type { TopicPlace } from './arn.ts';
export {
  MESSAGE_BYTES_MAX,
  type OutgoingMessage,
  type PublishTarget,
  SMS_BYTES_MAX,
  withinLimit,
} from './client/outgoing-message.ts';
export {
  type PublishIdentity,
  type PublishOutcome,
  SnsClient,
  type SnsClientOptions,
} from './client/sns-client.ts';
export { canonicalText } from './delivery/message-signer.ts';
export { EmbeddedSns, type EmbeddedSnsOptions } from './embedded-sns.ts';
export type {
  Attributes,
  DeliveryContent,
  DeliveryHead,
  MessageAttribute,
  NewDelivery,
  Protocol,
  Published,
  Subscription,
  Topic,
  TopicStore,
} from './topics/model.ts';
