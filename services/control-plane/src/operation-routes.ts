import { IAM_OPERATIONS } from './iam-api/index.ts';
import { OPERATIONS } from './operations/index.ts';
import { STS_OPERATIONS } from './sts-api/index.ts';

/** How an operation is called. */
export interface OperationRoute {
  /** As in the credential scope. */
  readonly service: 'aps' | 'iam' | 'sts';
  readonly name: string;
  readonly method: string;
  /** `/workspaces/{workspaceId}`; `/` for all of iam and sts, where the form names the operation. */
  readonly pathTemplate: string;
  /** Everybody who is known may call it. */
  readonly forEverybody: boolean;
}

/** Every operation of AMP's API, IAM and STS, for tests and documentation. */
export function operationRoutes(): readonly OperationRoute[] {
  const forms = (service: 'iam' | 'sts', operations: readonly { name: string; action?: string | null }[]) =>
    operations.map(
      ({ name, action }): OperationRoute => ({
        service,
        name,
        method: 'POST',
        pathTemplate: '/',
        forEverybody: action === null,
      }),
    );
  return [
    ...OPERATIONS.map(
      ({ name, method, path }): OperationRoute => ({
        service: 'aps',
        name,
        method,
        pathTemplate: path,
        forEverybody: false,
      }),
    ),
    ...forms('iam', IAM_OPERATIONS),
    ...forms('sts', STS_OPERATIONS),
  ];
}
