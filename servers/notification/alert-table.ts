import type { State } from "../kit/state/state.ts";

export const SEVERITIES = ["info", "warning", "error", "critical"] as const;
export const COMPARISONS = [">", ">=", "<", "<=", "==", "!="] as const;
export type Severity = (typeof SEVERITIES)[number];

/** When an alert fires: as soon as the figure compares so. */
export interface Condition {
  readonly metric: string;
  readonly op: (typeof COMPARISONS)[number];
  readonly value: number;
}

/** Something that people shall hear of, now or as soon as its condition holds. One for each name. */
export interface Alert {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly condition?: Condition;
  readonly channels: readonly string[];
  readonly status: "armed" | "firing" | "resolved";
  /** How often it has been raised since it fires. */
  readonly times: number;
  readonly createdAt: number;
  readonly firedAt?: number;
  readonly resolvedAt?: number;
}

export type AlertTable = ReturnType<typeof alertTable>;

export function alertTable({ database }: State) {
  const sql = {
    put: database.prepare(`INSERT OR REPLACE INTO alerts
      (id, tenant, name, severity, message, condition, channels, status, times, created_at, fired_at, resolved_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    byName: database.prepare("SELECT * FROM alerts WHERE tenant = ? AND name = ?"),
    list: database.prepare("SELECT * FROM alerts WHERE tenant = ? ORDER BY status = 'firing' DESC, created_at DESC LIMIT ?"),
    watching: database.prepare("SELECT * FROM alerts WHERE tenant = ? AND condition IS NOT NULL AND status <> 'resolved'"),
    amount: database.prepare("SELECT count(*) AS amount FROM alerts WHERE tenant = ?"),
    firing: database.prepare("SELECT count(*) AS amount FROM alerts WHERE status = 'firing'"),
    metric: database.prepare("SELECT value FROM metrics WHERE tenant = ? AND name = ?"),
    setMetric: database.prepare("INSERT OR REPLACE INTO metrics (tenant, name, value, at) VALUES (?, ?, ?, ?)"),
  };
  return {
    put(alert: Alert): void {
      const {
        id,
        tenant,
        name,
        severity,
        message,
        condition,
        channels,
        status,
        times,
        createdAt,
        firedAt = null,
        resolvedAt = null,
      } = alert;
      const rule = condition === undefined ? null : JSON.stringify(condition);
      sql.put.run(id, tenant, name, severity, message, rule, JSON.stringify(channels), status, times, createdAt, firedAt, resolvedAt);
    },
    byName(tenant: string, name: string): Alert | undefined {
      const row = sql.byName.get(tenant, name);
      return row === undefined ? undefined : alertOf(row);
    },
    list: (tenant: string, limit: number): readonly Alert[] => sql.list.all(tenant, limit).map(alertOf),
    /** Those with a condition that somebody waits for. */
    watching: (tenant: string): readonly Alert[] => sql.watching.all(tenant).map(alertOf),
    amount: (tenant: string): number => Number(sql.amount.get(tenant)?.["amount"]),
    firing: (): number => Number(sql.firing.get()?.["amount"]),
    metric(tenant: string, name: string): number | undefined {
      const value = sql.metric.get(tenant, name)?.["value"];
      return typeof value === "number" ? value : undefined;
    },
    setMetric: (tenant: string, name: string, { value, at }: { value: number; at: number }): void =>
      void sql.setMetric.run(tenant, name, value, at),
  };
}

function alertOf(row: Readonly<Record<string, unknown>>): Alert {
  const { condition, fired_at: firedAt, resolved_at: resolvedAt } = row;
  return {
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    name: String(row["name"]),
    severity: row["severity"] as Severity,
    message: String(row["message"]),
    ...(typeof condition === "string" ? { condition: JSON.parse(condition) as Condition } : {}),
    channels: JSON.parse(String(row["channels"])) as string[],
    status: row["status"] as Alert["status"],
    times: Number(row["times"]),
    createdAt: Number(row["created_at"]),
    ...(typeof firedAt === "number" ? { firedAt } : {}),
    ...(typeof resolvedAt === "number" ? { resolvedAt } : {}),
  };
}
