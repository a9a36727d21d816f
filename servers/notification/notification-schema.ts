import { OUTBOX_SCHEMA } from "../kit/state/outbox.ts";

/** The tables of this server, in the order in which they came to be. */
export const NOTIFICATION_SCHEMA: readonly string[] = [
  OUTBOX_SCHEMA,
  `CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    condition TEXT,
    channels TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('armed', 'firing', 'resolved')),
    times INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    fired_at INTEGER,
    resolved_at INTEGER,
    UNIQUE (tenant, name)
  ) STRICT;
  CREATE TABLE metrics (
    tenant TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE dashboards (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    written INTEGER NOT NULL DEFAULT 0,
    refresh_seconds INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE widgets (
    tenant TEXT NOT NULL,
    dashboard TEXT NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    history TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, dashboard, name),
    FOREIGN KEY (tenant, dashboard) REFERENCES dashboards (tenant, id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;`,
  "CREATE TABLE taken (letter TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (letter, address)) STRICT, WITHOUT ROWID;",
];
