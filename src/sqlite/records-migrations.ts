import type { Migration } from "./migrations.ts";

/** What has no tenant has the empty one: SQLite takes two NULLs for different, also in a unique index. */
const WORKFLOWS = `
CREATE TABLE workflows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  workflow_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'active')),
  name TEXT,
  pattern TEXT,
  exposed INTEGER NOT NULL DEFAULT 0 CHECK (exposed IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  UNIQUE (tenant, workflow_id)
) STRICT;

CREATE TABLE workflow_versions (
  workflow INTEGER NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  request_key TEXT,
  PRIMARY KEY (workflow, version)
) STRICT;
CREATE UNIQUE INDEX workflow_versions_by_key ON workflow_versions (workflow, request_key) WHERE request_key IS NOT NULL;
`;

const PATTERN_APPLICATIONS = `
CREATE TABLE pattern_applications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  application_id TEXT NOT NULL UNIQUE,
  pattern_name TEXT NOT NULL,
  target_component TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'applying', 'applied', 'failed', 'rejected')),
  applied_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  request_key TEXT
) STRICT;
CREATE INDEX pattern_applications_by_tenant ON pattern_applications (tenant, id);
CREATE UNIQUE INDEX pattern_applications_by_key ON pattern_applications (tenant, request_key) WHERE request_key IS NOT NULL;
`;

const MACHINES = `
CREATE TABLE machines (
  machine_id TEXT PRIMARY KEY,
  registered_at_ms INTEGER NOT NULL,
  last_heartbeat_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
`;

/** All steps from an empty file to the present schema, in order. */
export const RECORDS_MIGRATIONS: readonly Migration[] = [
  { id: 1, name: "workflows", sql: WORKFLOWS },
  { id: 2, name: "pattern applications", sql: PATTERN_APPLICATIONS },
  { id: 3, name: "machines", sql: MACHINES },
];
