import { operation } from '../operation.ts';
import { tagsView } from '../workspace-view.ts';
import { taggedArn, taggedResource } from './tagged-resource.ts';

export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  resourceArn: taggedArn,
  handler(input, context) {
    const resource = taggedResource(input.resourceArn, context);
    return { tags: tagsView(context.tags.of(resource)) };
  },
});
