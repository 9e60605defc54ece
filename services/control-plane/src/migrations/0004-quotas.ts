/**
 * Limits changed at run time. workspace_id is empty for the default of all and for the account's limits; value
 * is JSON in the units of the limits table.
 */
export const QUOTAS = `
CREATE TABLE quota_adjustments (
  key TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (key, workspace_id)
) STRICT;
CREATE TABLE quota_requests (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  quota_code TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  desired_value REAL NOT NULL,
  requester_arn TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
`;
