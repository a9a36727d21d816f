/** One step of the schema. Once released it is never changed: the journal remembers its checksum. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

// Events are rows in the order in which they came, with the way to them by execution in an index: 50 executions at work
// then share the last page of the table, and a commit writes a few pages. Clustered by execution it writes 50, and is
// 1.2 to 1.7 times slower.
//
// `last_seq` and `updated_at_ms` are set when an execution has ended. Until then they are read from its last event: kept
// up to date here, they have every commit write the rows of 50 executions too, a sixth of all that the journal does.
//
// AUTOINCREMENT, because `removals` and the cursors of lists name an execution by its number after it has gone.
const FIRST = `
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
) STRICT;
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
`;

// Executions without a tenant are in none of these indexes, and cost nothing. The last one is for the beginnings of ids: in
// the index of all ids a search for a few of one tenant would go through those of the others, and take as long as they are
// many.
const TENANTS = `
ALTER TABLE executions ADD COLUMN tenant TEXT;
CREATE INDEX executions_by_tenant ON executions (tenant, state, is_root) WHERE tenant IS NOT NULL;
CREATE INDEX executions_by_tenant_and_workflow ON executions (tenant, workflow_id, state, is_root) WHERE tenant IS NOT NULL;
CREATE INDEX executions_by_tenant_and_id ON executions (tenant, execution_id) WHERE tenant IS NOT NULL;
`;

// Whoever follows the news of a journal goes on after the number of an event, also days later: none may be used again when
// the newest events are pruned. AUTOINCREMENT would see to it too, but not for a table that is there.
const LAST_SWEPT = `
CREATE TABLE last_swept (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  event INTEGER NOT NULL
) STRICT;
INSERT INTO last_swept VALUES (1, 0);
`;

// For statistics over executions that no other one has started: one range for each workflow and pattern, which holds all
// that is counted. '' is no pattern: ranges are found one after the other by comparing, and NULL cannot be compared. `parent`
// is among the columns although it is NULL in all of them: else SQLite looks for it in the rows.
const PATTERNS = `
ALTER TABLE executions ADD COLUMN pattern TEXT NOT NULL DEFAULT '';
WITH named AS MATERIALIZED (
  SELECT id, CASE WHEN json_valid(body) THEN json_extract(body, '$.workflow.pattern') END AS pattern FROM plans
)
UPDATE executions SET pattern = named.pattern FROM named WHERE named.id = executions.plan AND named.pattern IS NOT NULL;
CREATE INDEX executions_by_pattern ON executions (workflow_id, pattern, started_at_ms, tenant, state, ended_at_ms, parent) WHERE parent IS NULL;
`;

/** All steps from an empty file to the present schema, in order. */
export const MIGRATIONS: readonly Migration[] = [
  { id: 1, name: "journal", sql: FIRST },
  { id: 2, name: "tenants", sql: TENANTS },
  { id: 3, name: "last swept event", sql: LAST_SWEPT },
  { id: 4, name: "patterns", sql: PATTERNS },
];
