import type { State } from "../kit/state/state.ts";
import { isRunning } from "./processes.ts";
import type { StorageIndex } from "./storage-index.ts";
import type { Metadata, StoredObject, StoredVersion } from "./stored-version.ts";

const OBJECTS_AT_ONCE = 500;

/** What is asked of the index. */
export function indexReadings({ database }: State): Pick<StorageIndex, "find" | "list" | "abandoned" | "objects" | "totals"> {
  const newest = database.prepare("SELECT * FROM versions WHERE tenant = ? AND path = ? ORDER BY version DESC LIMIT 1");
  const exact = database.prepare("SELECT * FROM versions WHERE tenant = ? AND path = ? AND version = ?");
  // What begins with a prefix lies between it and the prefix with the last character there is.
  const range = database.prepare(
    `SELECT * FROM versions AS v WHERE tenant = ? AND path > ? AND path >= ? AND path < ? AND version = (
       SELECT max(version) FROM versions WHERE tenant = v.tenant AND path = v.path) ORDER BY path LIMIT ?`,
  );
  const objects = database.prepare(
    `SELECT tenant, sha256, max(bytes) AS bytes, max(replication) AS replication FROM versions
     WHERE (tenant, sha256) > (?, ?) GROUP BY tenant, sha256 ORDER BY tenant, sha256 LIMIT ${OBJECTS_AT_ONCE}`,
  );
  return {
    find(tenant, path, version) {
      const row = version === undefined ? newest.get(tenant, path) : exact.get(tenant, path, version);
      return row === undefined ? undefined : versionOf(row);
    },
    list: (tenant, { prefix, after, limit }) => range.all(tenant, after, prefix, `${prefix}\u{10ffff}`, limit).map(versionOf),
    abandoned() {
      const rows = database.prepare("SELECT id, process FROM uploads").all();
      return rows.flatMap(({ id, process: owner }) => (isRunning(String(owner)) ? [] : [String(id)]));
    },
    objects: ({ tenant, sha256 }) => objects.all(tenant, sha256).map(objectOf),
    totals() {
      const row = database
        .prepare(
          `SELECT count(DISTINCT tenant || char(10) || path) AS files, count(*) AS versions, coalesce(sum(bytes), 0) AS bytes,
           (SELECT count(*) FROM backups) AS backups FROM versions`,
        )
        .get();
      const [files, versions, bytes, backups] = ["files", "versions", "bytes", "backups"].map((key) => Number(row?.[key] ?? 0));
      return { files: files ?? 0, versions: versions ?? 0, bytes: bytes ?? 0, backups: backups ?? 0 };
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

/** A row of the table of versions. */
export function versionOf(row: Row): StoredVersion {
  return {
    path: String(row["path"]),
    version: Number(row["version"]),
    sha256: String(row["sha256"]),
    bytes: Number(row["bytes"]),
    replication: Number(row["replication"]),
    sealed: row["sealed"] === 1,
    metadata: JSON.parse(String(row["metadata"])) as Metadata,
    at: String(row["at"]),
  };
}

function objectOf(row: Row): StoredObject {
  return {
    tenant: String(row["tenant"]),
    sha256: String(row["sha256"]),
    bytes: Number(row["bytes"]),
    replication: Number(row["replication"]),
  };
}
