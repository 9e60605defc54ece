import { RESOURCE_ARN } from '../model.ts';
import { operation } from '../operation.ts';
import { inPath } from '../shape.ts';
import { tagsView } from '../workspace-view.ts';
import { taggedArn, taggedResource } from './tagged-resource.ts';

export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  method: 'GET',
  pathTemplate: '/tags/{resourceArn}',
  successStatus: 200,
  input: { resourceArn: inPath(RESOURCE_ARN, { greedy: true }) },
  resourceArn: taggedArn,
  handler(input, context) {
    const resource = taggedResource(input.resourceArn, context);
    return { tags: tagsView(context.tags.of(resource)) };
  },
});
