import { randomUUID } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import type { JsonObject } from "tutti/server";
import type { State } from "../kit/state/state.ts";

export const SCHEDULES_SCHEMA: readonly string[] = [
  `CREATE TABLE schedules (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, workflow_id TEXT NOT NULL, inputs TEXT NOT NULL, cron TEXT, time_zone TEXT NOT NULL,
    next_ms INTEGER, last_ms INTEGER, last_execution TEXT, last_error TEXT, created_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX schedules_next ON schedules (next_ms);
  CREATE INDEX schedules_tenant ON schedules (tenant, created_ms);`,
  "ALTER TABLE schedules ADD COLUMN again_ms INTEGER",
];

/** When a workflow is executed. */
export interface Schedule {
  readonly id: string;
  readonly tenant: string;
  readonly workflowId: string;
  readonly inputs: JsonObject;
  /** Five fields; undefined for one that comes once. */
  readonly cron?: string;
  readonly timeZone: string;
  /** Undefined when it does not come any more. */
  readonly nextMs?: number;
  readonly lastMs?: number;
  readonly lastExecution?: string;
  readonly lastError?: string;
  /** Whether what is due could not be begun yet. */
  readonly putOff: boolean;
}

/** What has become of the times of a schedule that have come. */
export interface ScheduleRun {
  /** The first of them. */
  readonly dueMs: number;
  /** The one for which the workflow was executed, or was not. */
  readonly atMs: number;
  readonly nextMs?: number;
  readonly execution?: string;
  readonly error?: string;
}

export interface ScheduleStore {
  add(schedule: Omit<Schedule, "id" | "putOff">, now: Date): Schedule;
  list(tenant: string): readonly Schedule[];
  /** Whether there was such a schedule of that tenant. */
  remove(tenant: string, id: string): boolean;
  /** Those whose time has come, of all tenants, the longest overdue first. */
  due(nowMs: number, most: number): readonly Schedule[];
  /** Nothing happens when the schedule has been removed meanwhile. */
  ran(id: string, run: ScheduleRun): void;
  /** What is due stays due, and is looked at again at that moment. */
  again(id: string, putOff: { readonly againMs: number; readonly error: string }): void;
}

export function scheduleStore({ database }: State): ScheduleStore {
  const add = database.prepare(
    "INSERT INTO schedules (id, tenant, workflow_id, inputs, cron, time_zone, next_ms, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const list = database.prepare("SELECT * FROM schedules WHERE tenant = ? ORDER BY created_ms, id");
  const remove = database.prepare("DELETE FROM schedules WHERE tenant = ? AND id = ?");
  const due = database.prepare(
    "SELECT * FROM schedules WHERE next_ms <= :now AND coalesce(again_ms, 0) <= :now ORDER BY next_ms LIMIT :most",
  );
  const again = database.prepare("UPDATE schedules SET again_ms = ?, last_error = ? WHERE id = ?");
  const ran = database.prepare(
    "UPDATE schedules SET next_ms = ?, again_ms = NULL, last_ms = ?, last_execution = coalesce(?, last_execution), last_error = ? WHERE id = ? AND next_ms = ?",
  );
  return {
    add(schedule, now) {
      const id = `sch-${randomUUID()}`;
      const { tenant, workflowId, inputs, cron = null, timeZone, nextMs = null } = schedule;
      add.run(id, tenant, workflowId, JSON.stringify(inputs), cron, timeZone, nextMs, now.getTime());
      return { ...schedule, id, putOff: false };
    },
    list: (tenant) => list.all(tenant).map(scheduleOf),
    remove: (tenant, id) => remove.run(tenant, id).changes > 0,
    due: (nowMs, most) => due.all({ now: nowMs, most }).map(scheduleOf),
    ran: (id, { dueMs, atMs, nextMs = null, execution = null, error = null }) => void ran.run(nextMs, atMs, execution, error, id, dueMs),
    again: (id, { againMs, error }) => void again.run(againMs, error, id),
  };
}

function scheduleOf(row: Readonly<Record<string, SQLOutputValue>>): Schedule {
  const text = (column: string): string | undefined => {
    const value = row[column];
    return typeof value === "string" ? value : undefined;
  };
  const number = (column: string): number | undefined => {
    const value = row[column];
    return typeof value === "number" ? value : undefined;
  };
  const optional = {
    cron: text("cron"),
    nextMs: number("next_ms"),
    lastMs: number("last_ms"),
    lastExecution: text("last_execution"),
    lastError: text("last_error"),
  };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    id: text("id") ?? "",
    tenant: text("tenant") ?? "",
    workflowId: text("workflow_id") ?? "",
    inputs: JSON.parse(text("inputs") ?? "{}") as JsonObject,
    timeZone: text("time_zone") ?? "UTC",
    putOff: number("again_ms") !== undefined,
    ...known,
  };
}
