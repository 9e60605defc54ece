import { operation } from '../operation.ts';
import { taggedArn, taggedResource } from './tagged-resource.ts';

/** Keys that the resource doesn't have are passed over. */
export const untagResource = operation({
  name: 'UntagResource',
  resourceArn: taggedArn,
  handler(input, context) {
    const resource = taggedResource(input.resourceArn, context);
    context.tags.remove(resource, input.tagKeys);
    return {};
  },
});
