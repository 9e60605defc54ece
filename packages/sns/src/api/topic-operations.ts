// Operations on topics: making and removing them, their attributes, permissions and tags.

import type { QueryParameters } from '@ampere/aws-query';
import { TOPIC_NAME } from '../arn.ts';
import { checkTopicAttribute } from '../topics/attributes.ts';
import { effectivePolicyText, readDeliveryPolicy } from '../topics/delivery-policy.ts';
import { invalid, resourceNotFound, SnsError } from '../topics/errors.ts';
import type { Attributes, Topic } from '../topics/model.ts';
import { withoutPermission, withPermission } from '../topics/topic-policy.ts';
import type { Topics } from '../topics/topics.ts';
import { arnIn, type Operation, required } from './operation.ts';
import { PAGE_SIZE, pageOf, pageStart } from './paging.ts';

const TOPICS_MAX = 1000;
const TAGS_MAX = 50;
const ofTopic = arnIn('TopicArn');
const ofResource = arnIn('ResourceArn');

function readTags(form: QueryParameters): Attributes {
  const tags: [string, string][] = form
    .structures('Tags')
    .map((tag) => [tag.text('Key') ?? '', tag.text('Value') ?? '']);
  for (const [key, value] of tags) {
    if (key.length < 1 || key.length > 128) throw invalid('Tags', 'a key has 1 to 128 characters');
    if (/^aws:/i.test(key)) throw invalid('Tags', 'keys that begin with aws: are reserved');
    if (value.length > 256) throw invalid('Tags', 'a value has at most 256 characters');
  }
  if (new Set(tags.map(([key]) => key)).size < tags.length) throw invalid('Tags', 'a key is there twice');
  return checkedTags(Object.fromEntries(tags));
}

function checkedTags(tags: Attributes): Attributes {
  if (Object.keys(tags).length > TAGS_MAX) {
    throw new SnsError(
      400,
      'TagLimitExceeded',
      'Could not complete request: tag quota of per resource exceeded',
    );
  }
  return tags;
}

const tagKeys = (form: QueryParameters): ReadonlyMap<string, readonly string[]> => {
  const tags = form
    .structures('Tags')
    .map((tag) => [tag.text('Key') ?? '', tag.text('Value') ?? ''] as const);
  const keys = tags.length > 0 ? tags.map(([key]) => key) : form.list('TagKeys');
  return new Map<string, readonly string[]>([
    ...(keys.length === 0 ? [] : [['aws:TagKeys', keys] as const]),
    ...tags.map(([key, value]) => [`aws:RequestTag/${key}`, [value]] as const),
  ]);
};

function createTopic(form: QueryParameters, topics: Topics): Topic {
  const name = required(form, 'Name');
  const attributes: Record<string, string> = Object.fromEntries(form.map('Attributes'));
  const isFifo = attributes['FifoTopic'] === 'true';
  if (!TOPIC_NAME.test(name)) throw invalid('Topic Name');
  if (isFifo !== name.endsWith('.fifo')) {
    throw invalid(
      isFifo
        ? 'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.'
        : 'Topic Name',
    );
  }
  delete attributes['FifoTopic'];
  for (const [attribute, value] of Object.entries(attributes)) checkTopicAttribute(attribute, value, isFifo);
  if (isFifo) attributes['FifoTopic'] = 'true';
  const tags = readTags(form);
  const { store } = topics;
  const there = store.findTopic(name);
  if (there === undefined) {
    if (store.countTopics() >= TOPICS_MAX) {
      throw new SnsError(403, 'TopicLimitExceeded', 'The topic quota of this server is reached');
    }
    const topic = { name, attributes, tags };
    store.putTopic(topic);
    return topic;
  }
  const differs = (asked: Attributes, kept: Attributes) =>
    Object.entries(asked).some(([key, value]) => kept[key] !== value);
  if (differs(attributes, there.attributes))
    throw invalid('Attributes', 'Topic already exists with different attributes');
  if (differs(tags, there.tags)) throw invalid('Tags', 'Topic already exists with different tags');
  return there;
}

function attributesOf(topic: Topic, topics: Topics): Map<string, string> {
  const { confirmed, pending } = topics.store.countSubscriptions(topic.name);
  const { Policy: _, FifoTopic, ...set } = topic.attributes;
  return new Map<string, string>([
    ['Policy', topics.policyText(topic)],
    ['Owner', topics.options.place.accountId],
    ['SubscriptionsPending', String(pending)],
    ['TopicArn', topics.arnOf(topic.name)],
    [
      'EffectiveDeliveryPolicy',
      effectivePolicyText(readDeliveryPolicy(set['DeliveryPolicy'] ?? '', 'topic')),
    ],
    ['SubscriptionsConfirmed', String(confirmed)],
    ['DisplayName', ''],
    ['SubscriptionsDeleted', '0'],
    ...(FifoTopic === 'true'
      ? ([
          ['FifoTopic', 'true'],
          ['ContentBasedDeduplication', 'false'],
        ] as const)
      : []),
    ...Object.entries(set),
  ]);
}

function change(topics: Topics, topic: Topic, attributes: Attributes): void {
  topics.store.putTopic({ ...topic, attributes: { ...topic.attributes, ...attributes } });
}

/** The topic that is tagged, under the code of the tag operations. */
function tagged(form: QueryParameters, topics: Topics): Topic {
  try {
    return topics.byArn(required(form, 'ResourceArn'));
  } catch (error) {
    if (error instanceof SnsError && error.code === 'NotFound') throw resourceNotFound();
    throw error;
  }
}

export const TOPIC_OPERATIONS: readonly Operation[] = [
  {
    name: 'CreateTopic',
    resources: (form, topics) => [topics.arnOf(form.text('Name') ?? '*')],
    conditionKeys: tagKeys,
    carryOut: (form, { topics }) => ({
      TopicArn: topics.arnOf(topics.store.transaction(() => createTopic(form, topics)).name),
    }),
  },
  {
    name: 'ListTopics',
    readOnly: true,
    carryOut: (form, { topics }) => {
      const found = topics.store.topics(pageStart(form.text('NextToken')), PAGE_SIZE + 1);
      const { page, next } = pageOf(found, ({ name }) => name);
      return { Topics: page.map(({ name }) => ({ TopicArn: topics.arnOf(name) })), NextToken: next };
    },
  },
  {
    name: 'DeleteTopic',
    resources: ofTopic,
    carryOut: (form, { topics }) => {
      const arn = required(form, 'TopicArn');
      if (!arn.startsWith(topics.arnOf(''))) throw invalid('TopicArn');
      // A topic that isn't there is deleted already.
      topics.store.transaction(() => topics.store.removeTopic(arn.slice(topics.arnOf('').length)));
      return undefined;
    },
  },
  {
    name: 'GetTopicAttributes',
    readOnly: true,
    resources: ofTopic,
    carryOut: (form, { topics }) => ({
      Attributes: attributesOf(topics.byArn(required(form, 'TopicArn')), topics),
    }),
  },
  {
    name: 'SetTopicAttributes',
    resources: ofTopic,
    carryOut: (form, { topics }) => {
      const topic = topics.byArn(required(form, 'TopicArn'));
      const name = required(form, 'AttributeName');
      const value = form.text('AttributeValue') ?? '';
      checkTopicAttribute(name, value, topic.attributes['FifoTopic'] === 'true');
      topics.store.transaction(() => change(topics, topic, { [name]: value }));
      return undefined;
    },
  },
  {
    name: 'AddPermission',
    resources: ofTopic,
    carryOut: (form, { topics }) => {
      const topic = topics.byArn(required(form, 'TopicArn'));
      const label = required(form, 'Label');
      const accountIds = form.list('AWSAccountId');
      const actions = form.list('ActionName');
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(label)) throw invalid('Label');
      if (accountIds.length === 0 || !accountIds.every((id) => /^[0-9]{12}$/.test(id)))
        throw invalid('AWSAccountId');
      if (actions.length === 0) throw invalid('ActionName');
      const permission = { label, accountIds, actions, topicArn: topics.arnOf(topic.name) };
      const Policy = withPermission(topics.policyText(topic), permission);
      topics.store.transaction(() => change(topics, topic, { Policy }));
      return undefined;
    },
  },
  {
    name: 'RemovePermission',
    resources: ofTopic,
    carryOut: (form, { topics }) => {
      const topic = topics.byArn(required(form, 'TopicArn'));
      const Policy = withoutPermission(topics.policyText(topic), required(form, 'Label'));
      topics.store.transaction(() => change(topics, topic, { Policy }));
      return undefined;
    },
  },
  {
    name: 'TagResource',
    resources: ofResource,
    conditionKeys: tagKeys,
    carryOut: (form, { topics }) => {
      const topic = tagged(form, topics);
      const tags = checkedTags({ ...topic.tags, ...readTags(form) });
      topics.store.transaction(() => topics.store.putTopic({ ...topic, tags }));
      return {};
    },
  },
  {
    name: 'UntagResource',
    resources: ofResource,
    conditionKeys: tagKeys,
    carryOut: (form, { topics }) => {
      const topic = tagged(form, topics);
      const gone = new Set(form.list('TagKeys'));
      const tags = Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !gone.has(key)));
      topics.store.transaction(() => topics.store.putTopic({ ...topic, tags }));
      return {};
    },
  },
  {
    name: 'ListTagsForResource',
    readOnly: true,
    resources: ofResource,
    carryOut: (form, { topics }) => ({
      Tags: Object.entries(tagged(form, topics).tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  },
];
