import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { State } from "../kit/state/state.ts";
import { indexGarbage } from "./index-garbage.ts";
import { indexReadings } from "./index-readings.ts";
import { THIS_PROCESS } from "./processes.ts";
import type { StoredObject, StoredVersion, Totals } from "./stored-version.ts";

/*
 * I1. The index is what is stored: an object in a zone that no version and no upload names is garbage.
 * I2. An upload is written down before anything of it is in a zone, and with its hash before it is an object, so that what a
 *     killed process leaves behind is known.
 * I3. A number of a version is never used twice for a path.
 */

/** The statements that make its tables. */
export const INDEX_SCHEMA = `
CREATE TABLE paths (tenant TEXT, path TEXT, last_version INTEGER NOT NULL, PRIMARY KEY (tenant, path)) STRICT, WITHOUT ROWID;
CREATE TABLE versions (
  tenant TEXT, path TEXT, version INTEGER, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, replication INTEGER NOT NULL,
  sealed INTEGER NOT NULL, metadata TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (tenant, path, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_of_objects ON versions (tenant, sha256);
CREATE TABLE uploads (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT, process TEXT NOT NULL) STRICT;
CREATE TABLE garbage (tenant TEXT, sha256 TEXT, zone TEXT, PRIMARY KEY (tenant, sha256, zone)) STRICT, WITHOUT ROWID;
CREATE TABLE backups (
  tenant TEXT, id TEXT, label TEXT NOT NULL, prefix TEXT NOT NULL, folder TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
  manifest_sha256 TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE unfinished_backups (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, bytes INTEGER NOT NULL, folder TEXT NOT NULL, process TEXT NOT NULL) STRICT;`;

export interface StorageIndex {
  /** Writes an upload down (I2). @throws ToolError - the quota is used up */
  begin(upload: { readonly id: string; readonly tenant: string; readonly bytes: number }): void;
  /** Writes its hash down (I2). @throws ToolError - another process took it for dead */
  name(id: string, sha256: string): void;
  /** The number of the new version (I3). */
  add(tenant: string, version: Omit<StoredVersion, "version">, uploadId: string): number;
  find(tenant: string, path: string, version?: number): StoredVersion | undefined;
  /** The newest version of each path, in the order of paths. */
  list(tenant: string, range: { readonly prefix: string; readonly after: string; readonly limit: number }): readonly StoredVersion[];
  /** Takes versions away, and gives what they were. */
  remove(tenant: string, path: string, version: number | "all"): readonly StoredVersion[];
  /** Ends an upload. What was placed and has become no version is garbage. */
  release(id: string): void;
  /** Does the work for each object that is garbage in the zone with the id, while nobody else can change the index. */
  collect(zone: string, removing: (tenant: string, sha256: string) => void): void;
  /** The uploads of processes that are gone. */
  abandoned(): readonly string[];
  objects(after: { readonly tenant: string; readonly sha256: string }): readonly StoredObject[];
  totals(): Totals;
  /** @throws ToolError - the quota of the tenant has no room for it */
  checkQuota(tenant: string, bytes: number): void;
}

export function storageIndex(state: State, quotaBytes: number): StorageIndex {
  const { database } = state;
  const bytesIn = (table: string, tenant: string): number =>
    Number(database.prepare(`SELECT coalesce(sum(bytes), 0) AS n FROM ${table} WHERE tenant = ?`).get(tenant)?.["n"]);
  const checkQuota = (tenant: string, bytes: number): void => {
    const used = ["versions", "uploads", "backups", "unfinished_backups"].reduce((sum, table) => sum + bytesIn(table, tenant), 0);
    if (used + bytes <= quotaBytes) return;
    throw refuse(`${bytes} bytes more are too many: ${used} of ${quotaBytes} are used. Remove versions or backups`);
  };
  return {
    ...indexReadings(state),
    ...indexGarbage(state),
    checkQuota,
    begin({ id, tenant, bytes }) {
      state.transaction(() => {
        checkQuota(tenant, bytes);
        database.prepare("INSERT INTO uploads (id, tenant, bytes, process) VALUES (?, ?, ?, ?)").run(id, tenant, bytes, THIS_PROCESS);
      });
    },
    name(id, sha256) {
      const { changes } = database.prepare("UPDATE uploads SET sha256 = ? WHERE id = ?").run(sha256, id);
      if (changes === 0) throw lost();
    },
    add(tenant, version, uploadId) {
      return state.transaction(() => addVersion(state, { tenant, version, uploadId }));
    },
  };
}

interface Adding {
  readonly tenant: string;
  readonly version: Omit<StoredVersion, "version">;
  readonly uploadId: string;
}

function addVersion({ database }: State, { tenant, version, uploadId }: Adding): number {
  const { path, sha256, bytes, replication, sealed, metadata, at } = version;
  // From here on its bytes are those of the version.
  const { changes } = database.prepare("UPDATE uploads SET bytes = 0 WHERE id = ? AND sha256 = ?").run(uploadId, sha256);
  if (changes === 0) throw lost();
  const next = database.prepare(
    `INSERT INTO paths (tenant, path, last_version) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET last_version = last_version + 1 RETURNING last_version`,
  );
  const number = Number(next.get(tenant, path)?.["last_version"]); // I3
  database
    .prepare(
      `INSERT INTO versions (tenant, path, version, sha256, bytes, replication, sealed, metadata, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(tenant, path, number, sha256, bytes, replication, sealed ? 1 : 0, JSON.stringify(metadata), at);
  return number;
}

function lost(): ToolError {
  return new ToolError("the upload was taken for one of a process that is gone: try again", { type: "Connection" });
}
