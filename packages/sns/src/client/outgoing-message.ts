// What is published, in the terms of `Publish`, and the form of the request.
//
// A message may have 262,144 bytes, an SMS 1,600. What is longer is cut and marked with the attribute
// `truncated`, as Alertmanager does; it cuts at the byte, here the last character stays whole, because a
// torn one makes the request invalid.

export type PublishTarget =
  | { readonly kind: 'topic'; readonly arn: string }
  | { readonly kind: 'target'; readonly arn: string }
  | { readonly kind: 'phone'; readonly number: string };

export interface OutgoingMessage {
  readonly target: PublishTarget;
  readonly message: string;
  readonly subject?: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
  /** Of FIFO topics. */
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

export const MESSAGE_BYTES_MAX = 256 * 1024;
export const SMS_BYTES_MAX = 1600;
export const SUBJECT_LENGTH_MAX = 100;

/** The message as it may be sent: cut, with the attribute that says so, when it is too long. */
export function withinLimit(message: OutgoingMessage): OutgoingMessage {
  const bytesMax = message.target.kind === 'phone' ? SMS_BYTES_MAX : MESSAGE_BYTES_MAX;
  const bytes = Buffer.from(message.message);
  if (bytes.length <= bytesMax) return message;
  let end = bytesMax;
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return {
    ...message,
    message: bytes.subarray(0, end).toString(),
    attributes: new Map(message.attributes).set('truncated', 'true'),
  };
}

/**
 * The message as SNS takes it: within its limit, its subject repaired, without empty attributes. Alertmanager
 * sends these as they are, and SNS refuses the notification.
 */
export function fitForSns(message: OutgoingMessage): OutgoingMessage {
  const attributes = new Map([...message.attributes].filter(([, value]) => value !== ''));
  return withinLimit({ ...message, subject: repairedSubject(message.subject), attributes });
}

/**
 * A subject that SNS takes: at most 100 printable ASCII characters, no line break, no blank in front;
 * undefined when nothing is left.
 */
function repairedSubject(subject: string | undefined): string | undefined {
  const repaired = (subject ?? '')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[^ -~]/gu, '?')
    .trimStart()
    .slice(0, SUBJECT_LENGTH_MAX);
  return repaired === '' ? undefined : repaired;
}

/** The body of a `Publish` request; attributes in the order of their names. */
export function publishForm(message: OutgoingMessage): string {
  const fields: [string, string][] = [
    ['Action', 'Publish'],
    ['Message', message.message],
  ];
  // So the AWS SDK writes an empty map.
  if (message.attributes.size === 0) fields.push(['MessageAttributes', '']);
  const names = [...message.attributes.keys()].sort();
  for (const [index, name] of names.entries()) {
    const entry = `MessageAttributes.entry.${index + 1}`;
    fields.push([`${entry}.Name`, name], [`${entry}.Value.DataType`, 'String']);
    fields.push([`${entry}.Value.StringValue`, message.attributes.get(name)!]);
  }
  if (message.deduplicationId !== undefined) fields.push(['MessageDeduplicationId', message.deduplicationId]);
  if (message.groupId !== undefined) fields.push(['MessageGroupId', message.groupId]);
  const { target } = message;
  if (target.kind === 'phone') fields.push(['PhoneNumber', target.number]);
  if (message.subject !== undefined) fields.push(['Subject', message.subject]);
  if (target.kind === 'target') fields.push(['TargetArn', target.arn]);
  if (target.kind === 'topic') fields.push(['TopicArn', target.arn]);
  fields.push(['Version', '2010-03-31']);
  return new URLSearchParams(fields).toString();
}
