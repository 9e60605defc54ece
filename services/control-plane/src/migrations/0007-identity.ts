/**
 * Users, groups, roles, managed policies and OpenID Connect providers are entities: name, path and, by kind,
 * a content in JSON. The rest hangs on them. Names are unique in their kind whatever their case.
 */
export const IDENTITY = `
CREATE TABLE iam_entities (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'group', 'role', 'policy', 'oidc-provider')),
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  path TEXT NOT NULL,
  boundary_arn TEXT,
  content TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (kind, name_folded)
) STRICT, WITHOUT ROWID;
CREATE INDEX iam_entities_boundary ON iam_entities (boundary_arn) WHERE boundary_arn IS NOT NULL;

CREATE TABLE iam_memberships (
  group_id TEXT NOT NULL REFERENCES iam_entities (id),
  user_id TEXT NOT NULL REFERENCES iam_entities (id),
  PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX iam_memberships_user ON iam_memberships (user_id);

CREATE TABLE iam_inline_policies (
  owner_id TEXT NOT NULL REFERENCES iam_entities (id),
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (owner_id, name)
) STRICT, WITHOUT ROWID;

-- The policy's ARN, as AWS-managed policies are not in the database.
CREATE TABLE iam_attachments (
  owner_id TEXT NOT NULL REFERENCES iam_entities (id),
  policy_arn TEXT NOT NULL,
  PRIMARY KEY (owner_id, policy_arn)
) STRICT, WITHOUT ROWID;
CREATE INDEX iam_attachments_policy ON iam_attachments (policy_arn);

CREATE TABLE iam_policy_versions (
  policy_id TEXT NOT NULL REFERENCES iam_entities (id),
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (policy_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE iam_access_keys (
  access_key_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES iam_entities (id),
  secret TEXT NOT NULL,
  active INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX iam_access_keys_user ON iam_access_keys (user_id);

-- When an access key or a role was used last; subject is its id.
CREATE TABLE iam_usage (
  subject TEXT PRIMARY KEY,
  used_at_ms INTEGER NOT NULL,
  service TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- owner_id is a role, a user, or the account for its root.
CREATE TABLE sts_sessions (
  access_key_id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  token TEXT NOT NULL,
  content TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sts_sessions_expiry ON sts_sessions (expires_at_ms);
`;
