import { fieldInvalid } from '../errors.ts';
import { RESOURCE_ARN, TAG_MAP, TAGS_MAX } from '../model.ts';
import { operation } from '../operation.ts';
import { inBody, inPath, required } from '../shape.ts';
import { taggedArn, taggedResource } from './tagged-resource.ts';

/** Adds tags to those that are there; the whole set keeps to the limit of a set. */
export const tagResource = operation({
  name: 'TagResource',
  method: 'POST',
  pathTemplate: '/tags/{resourceArn}',
  successStatus: 200,
  input: { resourceArn: inPath(RESOURCE_ARN, { greedy: true }), tags: required(inBody(TAG_MAP)) },
  resourceArn: taggedArn,
  handler(input, context) {
    const resource = taggedResource(input.resourceArn, context);
    const together = new Set([...context.tags.of(resource).keys(), ...input.tags.keys()]);
    if (together.size > TAGS_MAX) {
      throw fieldInvalid('tags', `Member must have length less than or equal to ${TAGS_MAX}`);
    }
    context.tags.put(resource, input.tags);
    return {};
  },
});
