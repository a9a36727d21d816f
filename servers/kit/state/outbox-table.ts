import type { DatabaseSync } from "node:sqlite";
import { type Json, ToolError } from "tutti/server";
import type { State } from "./state.ts";

/** The table of an outbox, to be put among the `schema` of the state that it is in. */
export const OUTBOX_SCHEMA = `CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  payload TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead', 'cancelled')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  lease TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  added_at INTEGER NOT NULL,
  ended_at INTEGER,
  answer TEXT,
  error TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at, sequence) WHERE status = 'pending' AND lease IS NULL;
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE lease IS NOT NULL;
CREATE INDEX outbox_of_tenant ON outbox (tenant, status, sequence);
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;`;

/** What is to be delivered. */
export interface NewDelivery {
  /** Unique in the outbox, and the same for all attempts, so that a receiver can know a repetition. */
  readonly id: string;
  readonly tenant: string;
  readonly kind: string;
  /** To whom: what may be on its way to one target at once is limited. */
  readonly target: string;
  readonly payload: Json;
  /** Not before this moment, in milliseconds since 1970. Default: at once. */
  readonly notBeforeMs?: number;
}

export type DeliveryStatus = "pending" | "delivered" | "dead" | "cancelled";

/** How a delivery stands. */
export interface DeliveryRecord {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly dueMs: number;
  readonly addedMs: number;
  readonly endedMs?: number;
  /** What the receiver said when it took it. */
  readonly answer?: Json;
  /** Why the last attempt has failed. */
  readonly error?: string;
}

/** A delivery that this process may attempt, until its lease is over. */
export interface LeasedDelivery {
  readonly id: string;
  readonly tenant: string;
  readonly kind: string;
  readonly target: string;
  readonly payload: Json;
  /** From 1. */
  readonly attempt: number;
  readonly lease: string;
}

/** How many deliveries there are of each kind of standing. */
export interface OutboxCounts {
  readonly pending: number;
  /** Of those pending, the ones that are not due yet. */
  readonly later: number;
  readonly delivered: number;
  readonly dead: number;
}

/** The SQL of an outbox. Times are milliseconds since 1970. */
export type OutboxTable = ReturnType<typeof outboxTable>;

export function outboxTable({ database }: State) {
  const sql = statements(database);
  return {
    insert(delivery: NewDelivery, { nowMs, pendingMax }: { nowMs: number; pendingMax: number }): void {
      if (Number(sql.waiting.get(delivery.tenant)?.["amount"]) >= pendingMax) {
        const message = `${pendingMax} deliveries wait already, and that is the most: wait until some have been delivered`;
        throw new ToolError(message, { type: "External", httpStatusCode: 429, retryAfter: 60 });
      }
      const { id, tenant, kind, target, payload, notBeforeMs = nowMs } = delivery;
      sql.insert.run(id, tenant, kind, target, JSON.stringify(payload), notBeforeMs, nowMs);
    },
    take(full: { tenants: readonly string[]; targets: readonly string[] }, lease: { name: string; nowMs: number; untilMs: number }) {
      sql.expire.run(lease.nowMs);
      const row = sql.next.get({ now: lease.nowMs, tenants: JSON.stringify(full.tenants), targets: JSON.stringify(full.targets) });
      if (row === undefined) return undefined;
      sql.take.run(lease.name, lease.untilMs, row["sequence"] as number);
      return leased(row, lease.name);
    },
    /** False when somebody else has it meanwhile. */
    renew: ({ id, lease }: LeasedDelivery, untilMs: number): boolean => sql.renew.run(untilMs, id, lease).changes === 1,
    /** When somebody has to look again: a delivery is due, or a lease has run out. Infinity if there is neither. */
    soonestMs: (): number => Math.min(...[sql.due, sql.leases].map((query) => Number(query.get()?.["at"] ?? Infinity))),
    end({ id, lease }: LeasedDelivery, ended: { status: DeliveryStatus; nowMs: number; answer?: Json; error?: string }): void {
      const { status, nowMs, answer = null, error = null } = ended;
      sql.end.run({ status, now: nowMs, answer: JSON.stringify(answer), error, id, lease });
    },
    postpone: ({ id, lease }: LeasedDelivery, dueMs: number, error: string): void => void sql.later.run(dueMs, error, id, lease),
    /** As if it had not been attempted. */
    letGo: ({ id, lease }: LeasedDelivery): void => void sql.letGo.run(id, lease),
    again: (tenant: string, id: string, nowMs: number): boolean => sql.again.run(nowMs, tenant, id).changes === 1,
    cancel: (tenant: string, id: string, nowMs: number): boolean => sql.cancel.run(nowMs, tenant, id).changes === 1,
    find(tenant: string, id: string): DeliveryRecord | undefined {
      const row = sql.one.get(tenant, id);
      return row === undefined ? undefined : recordOf(row);
    },
    list: (tenant: string, status: DeliveryStatus, limit: number): readonly DeliveryRecord[] =>
      sql.some.all(tenant, status, limit).map(recordOf),
    counts(nowMs: number, tenant?: string): OutboxCounts {
      const rows = new Map(sql.counts.all({ now: nowMs, tenant: tenant ?? null }).map((row) => [row["status"], row]));
      const amount = (status: DeliveryStatus): number => Number(rows.get(status)?.["amount"] ?? 0);
      const waiting = Number(rows.get("pending")?.["later"] ?? 0);
      return { pending: amount("pending"), later: waiting, delivered: amount("delivered"), dead: amount("dead") };
    },
    forget: (beforeMs: number): void => void sql.forget.run(beforeMs),
  };
}

function statements(database: DatabaseSync) {
  return {
    insert: database.prepare(
      "INSERT INTO outbox (id, tenant, kind, target, payload, status, due_at, added_at) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)",
    ),
    waiting: database.prepare("SELECT count(*) AS amount FROM outbox WHERE tenant = ? AND status = 'pending'"),
    due: database.prepare("SELECT min(due_at) AS at FROM outbox WHERE status = 'pending' AND lease IS NULL"),
    leases: database.prepare("SELECT min(lease_until) AS at FROM outbox WHERE lease IS NOT NULL"),
    expire: database.prepare("UPDATE outbox SET lease = NULL WHERE lease IS NOT NULL AND lease_until <= ?"),
    // Full targets and tenants are passed over, so that what waits for them holds up nobody else.
    next: database.prepare(`SELECT sequence, id, tenant, kind, target, payload, attempts FROM outbox
    WHERE status = 'pending' AND lease IS NULL AND due_at <= :now
      AND tenant NOT IN (SELECT value FROM json_each(:tenants))
      AND tenant || char(10) || target NOT IN (SELECT value FROM json_each(:targets))
    ORDER BY due_at, sequence LIMIT 1`),
    take: database.prepare("UPDATE outbox SET lease = ?, lease_until = ?, attempts = attempts + 1 WHERE sequence = ?"),
    renew: database.prepare("UPDATE outbox SET lease_until = ? WHERE id = ? AND lease = ? AND status = 'pending'"),
    // What was delivered needs to be kept only as a fact.
    end: database.prepare(`UPDATE outbox SET status = :status, ended_at = :now, answer = :answer, error = :error, lease = NULL, lease_until = 0,
    payload = CASE :status WHEN 'delivered' THEN 'null' ELSE payload END WHERE id = :id AND lease = :lease AND status = 'pending'`),
    later: database.prepare(
      "UPDATE outbox SET lease = NULL, lease_until = 0, due_at = ?, error = ? WHERE id = ? AND lease = ? AND status = 'pending'",
    ),
    letGo: database.prepare(
      "UPDATE outbox SET lease = NULL, lease_until = 0, attempts = attempts - 1 WHERE id = ? AND lease = ? AND status = 'pending'",
    ),
    again: database.prepare(
      "UPDATE outbox SET status = 'pending', attempts = 0, due_at = ?, ended_at = NULL WHERE tenant = ? AND id = ? AND status = 'dead'",
    ),
    cancel: database.prepare(
      "UPDATE outbox SET status = 'cancelled', ended_at = ?, payload = 'null' WHERE tenant = ? AND id = ? AND status IN ('pending', 'dead') AND lease IS NULL",
    ),
    one: database.prepare("SELECT * FROM outbox WHERE tenant = ? AND id = ?"),
    some: database.prepare("SELECT * FROM outbox WHERE tenant = ? AND status = ? ORDER BY sequence DESC LIMIT ?"),
    counts: database.prepare(`SELECT status, count(*) AS amount, sum(due_at > :now) AS later FROM outbox
    WHERE :tenant IS NULL OR tenant = :tenant GROUP BY status`),
    forget: database.prepare(
      "DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM outbox WHERE ended_at < ? AND status IN ('delivered', 'cancelled') LIMIT 1000)",
    ),
  };
}

type Row = Readonly<Record<string, unknown>>;

function leased(row: Row, lease: string): LeasedDelivery {
  return {
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    kind: String(row["kind"]),
    target: String(row["target"]),
    payload: JSON.parse(String(row["payload"])) as Json,
    attempt: Number(row["attempts"]) + 1,
    lease,
  };
}

function recordOf(row: Row): DeliveryRecord {
  const { answer, error, ended_at: endedAt } = row;
  return {
    id: String(row["id"]),
    kind: String(row["kind"]),
    target: String(row["target"]),
    status: row["status"] as DeliveryStatus,
    attempts: Number(row["attempts"]),
    dueMs: Number(row["due_at"]),
    addedMs: Number(row["added_at"]),
    ...(typeof endedAt === "number" ? { endedMs: endedAt } : {}),
    ...(typeof answer === "string" ? { answer: JSON.parse(answer) as Json } : {}),
    ...(typeof error === "string" ? { error } : {}),
  };
}
