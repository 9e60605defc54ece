/** position as of workspaces. data is the rule file as it was sent, groups_count the groups in it. */
export const RULE_GROUPS_NAMESPACES = `
CREATE TABLE rule_groups_namespaces (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id TEXT NOT NULL REFERENCES workspaces (workspace_id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  data BLOB NOT NULL,
  groups_count INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  modified_at_ms INTEGER NOT NULL,
  UNIQUE (workspace_id, name)
) STRICT;
`;
