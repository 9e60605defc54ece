/** Settings, workspaces, tags of anything that can be tagged, and the clientTokens seen lately. */
export const INITIAL = `
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- position is the order of creation and the key by which lists are paged; it is never used twice.
CREATE TABLE workspaces (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id TEXT NOT NULL UNIQUE,
  alias TEXT,
  kms_key_arn TEXT,
  status TEXT NOT NULL CHECK (status IN ('CREATING', 'ACTIVE', 'UPDATING', 'DELETING', 'CREATION_FAILED')),
  created_at_ms INTEGER NOT NULL
) STRICT;

-- Kind and id instead of the ARN: an ARN also carries the account and region, which may be configured anew.
CREATE TABLE tags (
  kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, resource_id, key)
) STRICT, WITHOUT ROWID;

-- answer is the body of the first call's answer, or null when its validation failed.
CREATE TABLE request_tokens (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  principal_arn TEXT NOT NULL,
  operation TEXT NOT NULL,
  token TEXT NOT NULL,
  input_hash BLOB NOT NULL,
  answer BLOB,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (principal_arn, operation, token)
) STRICT;
CREATE INDEX request_tokens_age ON request_tokens (created_at_ms);
`;
