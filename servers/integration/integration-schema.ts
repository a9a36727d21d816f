import { OUTBOX_SCHEMA } from "../kit/state/outbox.ts";

/** The tables of this server, in the order in which they came to be. */
export const INTEGRATION_SCHEMA: readonly string[] = [
  OUTBOX_SCHEMA,
  `CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    path TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    secret_id TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant, name)
  ) STRICT;
  CREATE TABLE received (
    sequence INTEGER PRIMARY KEY,
    webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    body TEXT,
    UNIQUE (webhook, message_id)
  ) STRICT;
  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    used_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX api_keys_in_use ON api_keys (tenant, name, environment) WHERE revoked_at IS NULL;
  CREATE TABLE limits (
    tenant TEXT NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL, window_ms INTEGER NOT NULL, PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE consumed (
    tenant TEXT NOT NULL, name TEXT NOT NULL, until INTEGER NOT NULL, cost INTEGER NOT NULL, PRIMARY KEY (tenant, name, until),
    FOREIGN KEY (tenant, name) REFERENCES limits (tenant, name) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE deployments (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    require_key INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('serving', 'superseded', 'undeployed')),
    deployed_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX deployments_serving ON deployments (tenant, name) WHERE status = 'serving';
  CREATE INDEX deployments_of_tenant ON deployments (tenant, name, sequence);
  CREATE TABLE ports (listener TEXT PRIMARY KEY, port INTEGER NOT NULL) STRICT;`,
];
