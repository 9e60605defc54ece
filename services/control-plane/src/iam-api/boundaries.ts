import { noSuchEntity } from '../query-api/query-error.ts';
import {
  boundaryKey,
  checkAttachable,
  operation,
  ownerArn,
  ownerMember,
  POLICY_ARN,
  ROLE_NAME,
  requireOwner,
} from './common.ts';

/** Permissions boundaries of users and roles; groups have none. */
export const BOUNDARY_OPERATIONS = (
  [
    ['user', 'User'],
    ['role', 'Role'],
  ] as const
).flatMap(([kind, word]) => {
  const member = ownerMember[kind];
  const nameOf = (input: object): string => (input as Record<string, string>)[member]!;
  return [
    operation({
      name: `Put${word}PermissionsBoundary`,
      readOnly: false,
      members: { [member]: ROLE_NAME, PermissionsBoundary: POLICY_ARN },
      resources: ownerArn[kind],
      conditionKeys: boundaryKey,
      run(input, { parts }) {
        const boundaryArn = input['PermissionsBoundary'] as string;
        const owner = requireOwner(parts, kind, nameOf(input));
        checkAttachable(parts, boundaryArn);
        parts.entities.update({ ...owner, boundaryArn });
        return undefined;
      },
    }),
    operation({
      name: `Delete${word}PermissionsBoundary`,
      readOnly: false,
      members: { [member]: ROLE_NAME },
      resources: ownerArn[kind],
      run(input, { parts }) {
        const owner = requireOwner(parts, kind, nameOf(input));
        if (owner.boundaryArn === undefined)
          throw noSuchEntity(`The ${kind} with name ${owner.name} has no permissions boundary.`);
        parts.entities.update({ ...owner, boundaryArn: undefined });
        return undefined;
      },
    }),
  ];
});
