/**
 * What a workspace has at most one of: its configuration, logging, resource policy and the like. They go
 * with their workspace. content is JSON, of a form that is the kind's own (PartContents).
 */
export const WORKSPACE_PARTS = `
CREATE TABLE workspace_parts (
  workspace_id TEXT NOT NULL REFERENCES workspaces (workspace_id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  modified_at_ms INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, kind)
) STRICT, WITHOUT ROWID;
`;
