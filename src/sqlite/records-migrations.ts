import type { Migration } from "./migrations.ts";

/** What has no tenant has the empty one: SQLite takes two NULLs for different, also in a unique index. */
const WORKFLOWS = `
CREATE TABLE workflows (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  workflow_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'active')),
  name TEXT,
  pattern TEXT,
  exposed INTEGER NOT NULL CHECK (exposed IN (0, 1)),
  schedule TEXT,
  step_count INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  UNIQUE (tenant, workflow_id)
) STRICT;
CREATE INDEX workflows_by_pattern ON workflows (tenant, pattern, workflow_id) WHERE pattern IS NOT NULL;
CREATE INDEX workflows_exposed ON workflows (tenant, workflow_id) WHERE exposed = 1;
CREATE INDEX workflows_scheduled ON workflows (id) WHERE schedule IS NOT NULL;

CREATE TABLE workflow_versions (
  workflow INTEGER NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (workflow, version)
) STRICT;
`;

/** Outlives what it has made: a request that comes again after a deletion must not make it anew. */
const WORKFLOW_REQUESTS = `
CREATE TABLE workflow_requests (
  tenant TEXT NOT NULL,
  request_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, request_key)
) STRICT;
CREATE INDEX workflow_requests_by_time ON workflow_requests (at_ms);
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
  body TEXT NOT NULL
) STRICT;
CREATE INDEX pattern_applications_by_tenant ON pattern_applications (tenant, id);
CREATE INDEX pattern_applications_by_component ON pattern_applications (target_component, id);
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
  { id: 1, name: "workflows", sql: `${WORKFLOWS}${WORKFLOW_REQUESTS}` },
  { id: 2, name: "pattern applications", sql: PATTERN_APPLICATIONS },
  { id: 3, name: "machines", sql: MACHINES },
];
