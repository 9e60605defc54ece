/**
 * Resources of which there may be any number: scrapers, which belong to the account (no workspace_id), and
 * anomaly detectors, which go with their workspace. position as of workspaces; content is JSON of a form that
 * is the kind's own (ResourceContents).
 */
export const RESOURCES = `
CREATE TABLE resources (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  workspace_id TEXT REFERENCES workspaces (workspace_id) ON DELETE CASCADE,
  resource_id TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  modified_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX resources_of_workspace ON resources (kind, workspace_id, position);
`;
