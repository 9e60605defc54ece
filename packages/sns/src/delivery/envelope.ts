// The forms that a message is delivered in: SNS' JSON envelope, the message alone (raw), a plain e-mail.

import type { DeliveryContent, Subscription } from '../topics/model.ts';
import { canonicalText, type SignatureVersion, type SigningKey } from './message-signer.ts';

/** What envelopes are made with. */
export interface EnvelopeFrame {
  readonly topicArn: string;
  readonly subscriptionArn: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly unsubscribeToken: string;
  readonly key: SigningKey;
  readonly signatureVersion: SignatureVersion;
}

/** The link that confirms a subscription. */
export function confirmLink(frame: EnvelopeFrame, subscription: Subscription): string {
  const { publicUrl, topicArn } = frame;
  const query = new URLSearchParams({
    Action: 'ConfirmSubscription',
    TopicArn: topicArn,
    Token: subscription.token,
  });
  return `${publicUrl}/?${query}`;
}

/** The link that ends a subscription. */
export function unsubscribeLink(frame: EnvelopeFrame): string {
  const { publicUrl, subscriptionArn, unsubscribeToken } = frame;
  const query = new URLSearchParams({
    Action: 'Unsubscribe',
    SubscriptionArn: subscriptionArn,
    Token: unsubscribeToken,
  });
  return `${publicUrl}/?${query}`;
}

/** The members of the envelope in SNS' order, signed. */
export function envelopeOf(
  content: DeliveryContent,
  subscription: Subscription,
  frame: EnvelopeFrame,
): Record<string, unknown> {
  const isNotification = content.kind === 'Notification';
  const signed: Record<string, unknown> = {
    Type: content.kind,
    MessageId: content.messageId,
    Token: isNotification ? undefined : subscription.token,
    SequenceNumber: content.sequence,
    TopicArn: frame.topicArn,
    Subject: content.subject,
    Message: content.message,
    SubscribeURL: isNotification ? undefined : confirmLink(frame, subscription),
    Timestamp: new Date(content.publishedAtMs).toISOString(),
  };
  const attributes = Object.entries(content.attributes).map(([name, { type, value }]) => [
    name,
    { Type: type, Value: value },
  ]);
  return withoutUndefined({
    ...signed,
    SignatureVersion: frame.signatureVersion,
    Signature: frame.key.sign(canonicalText(withoutUndefined(signed)), frame.signatureVersion),
    SigningCertURL: `${frame.publicUrl}/${frame.key.fileName}`,
    UnsubscribeURL: isNotification ? unsubscribeLink(frame) : undefined,
    MessageAttributes: attributes.length === 0 ? undefined : Object.fromEntries(attributes),
  });
}

function withoutUndefined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The body as SNS writes it, a member a line. */
export function envelopeText(envelope: Record<string, unknown>): string {
  return JSON.stringify(envelope, undefined, 2).replace(/^( *"[^"\n]+"): /gm, '$1 : ');
}

/** The body of a plain e-mail. */
export function mailText(content: DeliveryContent, subscription: Subscription, frame: EnvelopeFrame): string {
  const lines =
    content.kind === 'Notification'
      ? [
          content.message,
          '',
          '--',
          'To receive no more notifications from this topic, open this link:',
          unsubscribeLink(frame),
        ]
      : [
          'You have chosen to subscribe to the topic:',
          frame.topicArn,
          '',
          'To confirm this subscription, open this link. If it was not you, do nothing:',
          confirmLink(frame, subscription),
        ];
  return `${lines.join('\n')}\n`;
}

/** The subject of an e-mail. */
export function mailSubject(content: DeliveryContent): string {
  if (content.kind === 'SubscriptionConfirmation') return 'AWS Notification - Subscription Confirmation';
  return content.subject ?? 'AWS Notification Message';
}
