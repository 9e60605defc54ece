// What may be published, checked as SNS checks it, and what each protocol's receivers are told of it.

import type { QueryParameters } from '@ampere/aws-query';
import { MESSAGE_BYTES_MAX, type OutgoingMessage, SUBJECT_LENGTH_MAX } from '../client/outgoing-message.ts';
import { invalid, missing } from './errors.ts';
import type { MessageAttribute } from './model.ts';

/** A message for a topic. */
export interface Publication {
  readonly message: string;
  /** With `json`, `message` holds a text for each protocol. */
  readonly structure: string | undefined;
  readonly subject: string | undefined;
  readonly attributes: ReadonlyMap<string, MessageAttribute>;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
}

const FIFO_ID = /^[!-~]{1,128}$/;
const ATTRIBUTE_NAME = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
const ATTRIBUTES_MAX = 100;

/** The message of a request or an entry of one. Throws SnsError. */
export function readPublication(form: QueryParameters): Publication {
  const message = form.text('Message');
  if (message === undefined) throw missing('Message');
  const publication = {
    message,
    structure: form.text('MessageStructure'),
    subject: form.text('Subject'),
    attributes: readAttributes(form),
    groupId: form.text('MessageGroupId'),
    deduplicationId: form.text('MessageDeduplicationId'),
  };
  checkPublication(publication);
  return publication;
}

/** What an alert manager publishes, fit for a topic already. Throws SnsError. */
export function publicationOf(outgoing: OutgoingMessage): Publication {
  const publication = {
    message: outgoing.message,
    structure: undefined,
    subject: outgoing.subject,
    attributes: new Map([...outgoing.attributes].map(([name, value]) => [name, { type: 'String', value }])),
    groupId: outgoing.groupId,
    deduplicationId: outgoing.deduplicationId,
  };
  checkPublication(publication);
  return publication;
}

function checkPublication(publication: Publication): void {
  const { message, structure, subject, attributes } = publication;
  if (message === '') throw invalid('Empty message');
  let bytes = Buffer.byteLength(message);
  for (const [name, { type, value }] of attributes) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(value);
  }
  if (bytes > MESSAGE_BYTES_MAX) throw invalid('Message too long');
  if (subject !== undefined) {
    const isFit = subject !== '' && subject.length <= SUBJECT_LENGTH_MAX && /^[!-~][ -~]*$/.test(subject);
    if (!isFit) throw invalid('Subject');
  }
  if (structure !== undefined && structure !== 'json') throw invalid('MessageStructure');
  if (structure === 'json') textsOf(message);
}

function readAttributes(form: QueryParameters): Map<string, MessageAttribute> {
  const attributes = new Map<string, MessageAttribute>();
  for (const entry of form.structures('MessageAttributes.entry')) {
    const name = entry.text('Name') ?? '';
    const given = entry.structure('Value');
    const type = given.text('DataType') ?? '';
    if (!ATTRIBUTE_NAME.test(name)) throw value(name, 'Invalid attribute name');
    if (attributes.has(name) || attributes.size >= ATTRIBUTES_MAX) throw value(name, 'Too many or repeated');
    if (!/^(String|String\.Array|Number|Binary)(\.[A-Za-z0-9_.-]{1,256})?$/.test(type)) {
      throw value(name, `The message attribute '${name}' has an invalid message attribute type`);
    }
    const text = given.text(type.startsWith('Binary') ? 'BinaryValue' : 'StringValue');
    if (text === undefined || text === '') {
      throw value(name, `The message attribute '${name}' must contain non-empty message attribute value`);
    }
    if (type.startsWith('Number') && !Number.isFinite(Number(text))) {
      throw value(name, `Could not cast message attribute '${name}' value to number.`);
    }
    attributes.set(name, { type, value: text });
  }
  return attributes;
}

function value(name: string, reason: string) {
  return invalid('MessageAttributes', reason.includes(`'${name}'`) ? reason : `${reason}: ${name}`);
}

/** Checks what a FIFO topic asks for. Throws SnsError. */
export function checkFifoIds(publication: Publication, isFifo: boolean): void {
  const { groupId, deduplicationId } = publication;
  if (!isFifo) {
    if (deduplicationId !== undefined) {
      throw invalid(
        'MessageDeduplicationId',
        'The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    }
    return;
  }
  if (groupId === undefined) throw invalid('The MessageGroupId parameter is required for FIFO topics');
  if (!FIFO_ID.test(groupId)) throw invalid('MessageGroupId');
  if (deduplicationId !== undefined && !FIFO_ID.test(deduplicationId))
    throw invalid('MessageDeduplicationId');
}

/** The texts of a message of structure `json`, by protocol. */
function textsOf(message: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const texts = parsed as Record<string, unknown>;
  if (typeof texts['default'] !== 'string') {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  return texts;
}

/** What receivers of a protocol are told. */
export function messageFor({ message, structure }: Publication, protocol: string): string {
  if (structure !== 'json') return message;
  const texts = textsOf(message);
  const own = Object.hasOwn(texts, protocol) ? texts[protocol] : undefined;
  return typeof own === 'string' ? own : (texts['default'] as string);
}
