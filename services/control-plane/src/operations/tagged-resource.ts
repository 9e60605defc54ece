import type { OperationContext } from '../operation.ts';
import type { NamedResource, ResourceNames } from '../resource-names.ts';
import { requireTaggable } from '../taggable.ts';

/** What tagging operations are checked on. */
export function taggedArn(path: ReadonlyMap<string, string>, names: ResourceNames): string {
  return names.tagTarget(path.get('resourceArn')!);
}

/** The resource of an ARN, which exists and can have tags. @throws ApiError when not. */
export function taggedResource(resourceArn: string, context: OperationContext): NamedResource {
  const caller = { arn: context.principal.arn, action: context.action };
  const resource = context.names.parse(resourceArn, caller);
  requireTaggable(resource, context);
  return resource;
}
