import type { State } from "../kit/state/state.ts";
import { versionOf } from "./index-readings.ts";
import type { StorageIndex } from "./storage-index.ts";

/** How what nobody needs any more leaves the index, and then the zones. */
export function indexGarbage(state: State): Pick<StorageIndex, "remove" | "release" | "collect"> {
  const { database } = state;
  const discard = (tenant: string, sha256: string): void => {
    database.prepare("INSERT OR IGNORE INTO garbage (tenant, sha256, zone) SELECT ?, ?, id FROM zones").run(tenant, sha256);
  };
  const isNamed = (tenant: string, sha256: string): boolean =>
    ["versions", "uploads"].some(
      (table) => database.prepare(`SELECT 1 FROM ${table} WHERE tenant = ? AND sha256 = ?`).get(tenant, sha256) !== undefined,
    );
  return {
    remove(tenant, path, version) {
      return state.transaction(() => {
        const rows = database
          .prepare("DELETE FROM versions WHERE tenant = ? AND path = ? AND version = coalesce(?, version) RETURNING *")
          .all(tenant, path, version === "all" ? null : version)
          .map(versionOf);
        for (const { sha256 } of rows) discard(tenant, sha256);
        return rows;
      });
    },
    release(id) {
      state.transaction(() => {
        const upload = database.prepare("DELETE FROM uploads WHERE id = ? RETURNING tenant, sha256").get(id);
        const sha256 = upload?.["sha256"];
        if (typeof sha256 === "string" && !isNamed(String(upload?.["tenant"]), sha256)) discard(String(upload?.["tenant"]), sha256);
      });
    },
    collect(zone, removing) {
      state.transaction(() => {
        for (const row of database.prepare("DELETE FROM garbage WHERE zone = ? RETURNING tenant, sha256").all(zone)) {
          const [tenant, sha256] = [String(row["tenant"]), String(row["sha256"])];
          if (!isNamed(tenant, sha256)) removing(tenant, sha256);
        }
      });
    },
  };
}
