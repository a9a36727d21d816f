import type { State } from "../kit/state/state.ts";

/** A version of a model that is served, or was. */
export interface Deployment {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly requireKey: boolean;
  /** Superseded: a later version is served in its place, and it comes back when that one is undeployed. */
  readonly status: "serving" | "superseded" | "undeployed";
  readonly deployedAt: number;
}

/** Of each name, so many are kept to come back to. */
const VERSIONS_KEPT = 20;

export type DeploymentTable = ReturnType<typeof deploymentTable>;

export function deploymentTable({ database }: State) {
  const sql = {
    serving: database.prepare("SELECT * FROM deployments WHERE tenant = ? AND name = ? AND status = 'serving'"),
    all: database.prepare("SELECT * FROM deployments WHERE status = 'serving' ORDER BY sequence"),
    version: database.prepare(
      "SELECT * FROM deployments WHERE tenant = ? AND name = ? AND version = ? AND status <> 'undeployed' ORDER BY sequence DESC LIMIT 1",
    ),
    before: database.prepare(
      "SELECT * FROM deployments WHERE tenant = ? AND name = ? AND status = 'superseded' ORDER BY sequence DESC LIMIT 1",
    ),
    insert: database.prepare(`INSERT INTO deployments (id, tenant, name, version, sha256, bytes, require_key, status, deployed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'serving', ?)`),
    status: database.prepare("UPDATE deployments SET status = ? WHERE id = ?"),
    key: database.prepare("UPDATE deployments SET require_key = ? WHERE id = ?"),
    forget: database.prepare(`DELETE FROM deployments WHERE tenant = ?1 AND name = ?2 AND status <> 'serving' AND sequence NOT IN
      (SELECT sequence FROM deployments WHERE tenant = ?1 AND name = ?2 ORDER BY sequence DESC LIMIT ?3)`),
    files: database.prepare("SELECT DISTINCT sha256 FROM deployments WHERE status <> 'undeployed'"),
  };
  const found = (row: Row | undefined): Deployment | undefined => (row === undefined ? undefined : deploymentOf(row));
  return {
    serving: (tenant: string, name: string): Deployment | undefined => found(sql.serving.get(tenant, name)),
    allServing: (): readonly Deployment[] => sql.all.all().map(deploymentOf),
    version: (tenant: string, name: string, version: string): Deployment | undefined => found(sql.version.get(tenant, name, version)),
    before: (tenant: string, name: string): Deployment | undefined => found(sql.before.get(tenant, name)),
    add({ id, tenant, name, version, sha256, bytes, requireKey, deployedAt }: Deployment): void {
      sql.insert.run(id, tenant, name, version, sha256, bytes, Number(requireKey), deployedAt);
      sql.forget.run(tenant, name, VERSIONS_KEPT);
    },
    setStatus: (id: string, status: Deployment["status"]): void => void sql.status.run(status, id),
    setRequireKey: (id: string, requireKey: boolean): void => void sql.key.run(Number(requireKey), id),
    files: (): ReadonlySet<string> => new Set(sql.files.all().map((row) => String(row["sha256"]))),
  };
}

type Row = Readonly<Record<string, unknown>>;

function deploymentOf(row: Row): Deployment {
  return {
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    name: String(row["name"]),
    version: String(row["version"]),
    sha256: String(row["sha256"]),
    bytes: Number(row["bytes"]),
    requireKey: row["require_key"] === 1,
    status: row["status"] as Deployment["status"],
    deployedAt: Number(row["deployed_at"]),
  };
}
