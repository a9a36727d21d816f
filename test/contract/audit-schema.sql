PRAGMA application_id = 1416983617;
PRAGMA auto_vacuum = 0;

CREATE TABLE migrations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  applied_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  writer TEXT NOT NULL,
  entry TEXT NOT NULL,
  action TEXT NOT NULL,
  decision TEXT NOT NULL,
  tenant TEXT,
  user_id TEXT,
  request_id TEXT,
  trace_id TEXT,
  execution_id TEXT,
  workflow_id TEXT,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE INDEX entries_by_request ON entries (request_id) WHERE request_id IS NOT NULL;

CREATE INDEX entries_by_trace ON entries (trace_id) WHERE trace_id IS NOT NULL;

CREATE INDEX entries_by_execution ON entries (execution_id) WHERE execution_id IS NOT NULL;

CREATE INDEX entries_by_workflow ON entries (workflow_id) WHERE workflow_id IS NOT NULL;

CREATE INDEX entries_denied ON entries (seq) WHERE decision = 'denied';

CREATE TABLE checkpoints (
  number INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  taken_over INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'entries of the audit log follow one another'); END;

CREATE TRIGGER entries_stay BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never removed'); END;

CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END;

CREATE TRIGGER checkpoints_follow BEFORE INSERT ON checkpoints
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM checkpoints)
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit log follow one another'); END;

CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit log are never removed'); END;

CREATE TRIGGER checkpoints_are_final BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints of the audit log are never changed'); END;
