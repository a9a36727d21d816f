PRAGMA application_id = 1416983668;
PRAGMA auto_vacuum = 2;

CREATE TABLE migrations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  applied_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE plans (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE executions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id TEXT NOT NULL UNIQUE,
  request_key TEXT,
  workflow_id TEXT NOT NULL,
  plan INTEGER NOT NULL REFERENCES plans (id),
  parent INTEGER REFERENCES executions (id),
  is_root INTEGER NOT NULL GENERATED ALWAYS AS (parent IS NULL) VIRTUAL,
  state TEXT NOT NULL CHECK (state IN ('active', 'executing', 'paused', 'completed', 'partial_success', 'validation_failed',
    'failed', 'failed_with_rollback', 'rollback_failed', 'cancelled')),
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  last_seq INTEGER,
  updated_at_ms INTEGER
, tenant TEXT, pattern TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE UNIQUE INDEX executions_by_request_key ON executions (request_key) WHERE request_key IS NOT NULL;

CREATE INDEX executions_by_state ON executions (state, is_root);

CREATE INDEX executions_by_workflow ON executions (workflow_id, state, is_root);

CREATE INDEX executions_by_plan ON executions (plan);

CREATE INDEX executions_by_parent ON executions (parent) WHERE parent IS NOT NULL;

CREATE INDEX executions_by_end ON executions (ended_at_ms) WHERE parent IS NULL AND ended_at_ms IS NOT NULL;

CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  blob_member TEXT,
  blob INTEGER REFERENCES blobs (id)
) STRICT;

CREATE UNIQUE INDEX events_by_execution ON events (execution, seq);

CREATE INDEX events_by_blob ON events (blob) WHERE blob IS NOT NULL;

CREATE TABLE removals (
  execution INTEGER PRIMARY KEY
) STRICT;

CREATE INDEX executions_by_tenant ON executions (tenant, state, is_root) WHERE tenant IS NOT NULL;

CREATE INDEX executions_by_tenant_and_workflow ON executions (tenant, workflow_id, state, is_root) WHERE tenant IS NOT NULL;

CREATE INDEX executions_by_tenant_and_id ON executions (tenant, execution_id) WHERE tenant IS NOT NULL;

CREATE TABLE last_swept (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  event INTEGER NOT NULL
) STRICT;

CREATE INDEX executions_by_pattern ON executions (workflow_id, pattern, started_at_ms, tenant, state, ended_at_ms, parent) WHERE parent IS NULL;
