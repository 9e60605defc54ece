import { fieldInvalid } from '../errors.ts';
import { operation } from '../operation.ts';
import { taggedArn, taggedResource } from './tagged-resource.ts';

/** How many tags a resource may have. */
const TAGS_MAX = 50;

/** Adds tags to those that are there; the whole set keeps to the limit of a set. */
export const tagResource = operation({
  name: 'TagResource',
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
