import type { Json, JsonObject } from "tutti/server";
import type { State } from "../kit/state/state.ts";

/** A page of figures that workflows bring up to date. */
export interface Dashboard {
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  /** One more with each update. */
  readonly revision: number;
  readonly refreshSeconds: number;
  readonly updatedAt: number;
  readonly widgets: readonly Widget[];
}

export interface Widget {
  readonly name: string;
  readonly data: Json;
  /** The last numbers, when it is one. */
  readonly history: readonly number[];
  readonly updatedAt: number;
}

const HISTORY_MAX = 120;

export type DashboardTable = ReturnType<typeof dashboardTable>;

export function dashboardTable({ database }: State) {
  const sql = {
    put: database.prepare(`INSERT INTO dashboards (tenant, id, name, revision, refresh_seconds, updated_at) VALUES (:tenant, :id, :name, 1, coalesce(:refresh, 30), :now)
      ON CONFLICT DO UPDATE SET revision = revision + 1, refresh_seconds = coalesce(:refresh, refresh_seconds), updated_at = :now`),
    one: database.prepare("SELECT * FROM dashboards WHERE tenant = ? AND id = ?"),
    unwritten: database.prepare("SELECT tenant, id FROM dashboards WHERE written < revision"),
    written: database.prepare("UPDATE dashboards SET written = ? WHERE tenant = ? AND id = ?"),
    amount: database.prepare("SELECT count(*) AS amount FROM dashboards WHERE tenant = ?"),
    all: database.prepare("SELECT count(*) AS amount FROM dashboards"),
    widgets: database.prepare("SELECT * FROM widgets WHERE tenant = ? AND dashboard = ? ORDER BY place, name"),
    history: database.prepare("SELECT history FROM widgets WHERE tenant = ? AND dashboard = ? AND name = ?"),
    putWidget: database.prepare(`INSERT INTO widgets (tenant, dashboard, place, name, data, history, updated_at)
      VALUES (:tenant, :id, (SELECT coalesce(max(place), 0) + 1 FROM widgets WHERE tenant = :tenant AND dashboard = :id), :name, :data, :history, :now)
      ON CONFLICT DO UPDATE SET data = excluded.data, history = excluded.history, updated_at = excluded.updated_at`),
    removeWidget: database.prepare("DELETE FROM widgets WHERE tenant = ? AND dashboard = ? AND name = ?"),
  };
  return {
    put: ({ tenant, id, name, refresh, now }: { tenant: string; id: string; name: string; refresh: number | null; now: number }): void =>
      void sql.put.run({ tenant, id, name, refresh, now }),
    putWidget(tenant: string, id: string, { name, data, now }: { name: string; data: Json; now: number }): void {
      const before = JSON.parse(String(sql.history.get(tenant, id, name)?.["history"] ?? "[]")) as number[];
      const figure = figureOf(data);
      const history = figure === undefined ? [] : [...before, figure].slice(-HISTORY_MAX);
      sql.putWidget.run({ tenant, id, name, data: JSON.stringify(data), history: JSON.stringify(history), now });
    },
    removeWidget: (tenant: string, id: string, name: string): void => void sql.removeWidget.run(tenant, id, name),
    nameOf(tenant: string, id: string): string | undefined {
      const row = sql.one.get(tenant, id);
      return row === undefined ? undefined : String(row["name"]);
    },
    find(tenant: string, id: string): Dashboard | undefined {
      const row = sql.one.get(tenant, id);
      if (row === undefined) return undefined;
      return {
        tenant,
        id,
        name: String(row["name"]),
        revision: Number(row["revision"]),
        refreshSeconds: Number(row["refresh_seconds"]),
        updatedAt: Number(row["updated_at"]),
        widgets: sql.widgets.all(tenant, id).map((widget) => ({
          name: String(widget["name"]),
          data: JSON.parse(String(widget["data"])) as Json,
          history: JSON.parse(String(widget["history"])) as number[],
          updatedAt: Number(widget["updated_at"]),
        })),
      };
    },
    unwritten: (): readonly { readonly tenant: string; readonly id: string }[] =>
      sql.unwritten.all().map((row) => ({ tenant: String(row["tenant"]), id: String(row["id"]) })),
    markWritten: ({ tenant, id, revision }: Dashboard): void => void sql.written.run(revision, tenant, id),
    amount: (tenant: string): number => Number(sql.amount.get(tenant)?.["amount"]),
    amountInAll: (): number => Number(sql.all.get()?.["amount"]),
  };
}

/** What of a widget is drawn as a line over time. */
function figureOf(data: Json): number | undefined {
  const value = typeof data === "object" && data !== null && !Array.isArray(data) ? (data as JsonObject)["value"] : data;
  return typeof value === "number" ? value : undefined;
}
