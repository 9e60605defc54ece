import { RESOURCE_ARN, TAG_KEYS } from '../model.ts';
import { operation } from '../operation.ts';
import { inPath, inQuery, required } from '../shape.ts';
import { taggedArn, taggedResource } from './tagged-resource.ts';

/** Keys that the resource doesn't have are passed over. */
export const untagResource = operation({
  name: 'UntagResource',
  method: 'DELETE',
  pathTemplate: '/tags/{resourceArn}',
  successStatus: 200,
  input: { resourceArn: inPath(RESOURCE_ARN, { greedy: true }), tagKeys: required(inQuery(TAG_KEYS)) },
  resourceArn: taggedArn,
  handler(input, context) {
    const resource = taggedResource(input.resourceArn, context);
    context.tags.remove(resource, input.tagKeys);
    return {};
  },
});
