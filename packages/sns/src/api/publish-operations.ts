// Publish and PublishBatch.

import type { QueryParameters, XmlObject } from '@ampere/aws-query';
import { MESSAGE_BYTES_MAX } from '../client/outgoing-message.ts';
import { invalid, SnsError } from '../topics/errors.ts';
import type { Topic } from '../topics/model.ts';
import { readPublication } from '../topics/publication.ts';
import type { Topics } from '../topics/topics.ts';
import { arnIn, type Operation, required } from './operation.ts';

const BATCH_MAX = 10;

function targetOf(form: QueryParameters, topics: Topics): Topic {
  const arn = form.text('TopicArn') ?? form.text('TargetArn');
  if (arn === undefined) {
    if (form.has('PhoneNumber')) throw invalid('PhoneNumber', 'this server reaches no telephones');
    throw invalid('TopicArn or TargetArn', 'no value for required parameter');
  }
  return topics.byArn(arn);
}

function publishBatch(form: QueryParameters, topics: Topics): XmlObject {
  const topic = topics.byArn(required(form, 'TopicArn'));
  const entries = form.structures('PublishBatchRequestEntries');
  if (entries.length === 0) {
    throw new SnsError(400, 'EmptyBatchRequest', "The batch request doesn't contain any entries.");
  }
  if (entries.length > BATCH_MAX) {
    throw new SnsError(
      400,
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  }
  const ids = entries.map((entry) => entry.text('Id') ?? '');
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw new SnsError(
      400,
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new SnsError(
      400,
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.text('Message') ?? ''), 0);
  if (bytes > MESSAGE_BYTES_MAX) {
    throw new SnsError(
      400,
      'BatchRequestTooLong',
      'The length of all the batch messages put together is more than the limit.',
    );
  }
  const successful: XmlObject[] = [];
  const failed: XmlObject[] = [];
  for (const [index, entry] of entries.entries()) {
    const Id = ids[index]!;
    try {
      const { messageId, sequence } = topics.publish(topic, readPublication(entry));
      successful.push({ Id, MessageId: messageId, SequenceNumber: sequence });
    } catch (error) {
      if (!(error instanceof SnsError)) throw error;
      failed.push({ Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful: successful, Failed: failed };
}

export const PUBLISH_OPERATIONS: readonly Operation[] = [
  {
    name: 'Publish',
    resources: arnIn('TopicArn', 'TargetArn'),
    carryOut: (form, { topics }) => {
      const topic = targetOf(form, topics);
      const { messageId, sequence } = topics.publish(topic, readPublication(form));
      return { MessageId: messageId, SequenceNumber: sequence };
    },
  },
  {
    name: 'PublishBatch',
    permission: 'Publish',
    resources: arnIn('TopicArn'),
    carryOut: (form, { topics }) => publishBatch(form, topics),
  },
];
