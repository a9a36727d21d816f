import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../src/base/clock.ts";
import type { AuditEntry } from "../../src/model/audit.ts";
import { openAuditLog } from "../../src/sqlite/audit-log.ts";
import { ManualClock } from "./manual-clock.ts";

/** An entry as the path of calls writes it. */
export function sampleEntry(place: number, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    action: "call",
    decision: "allowed",
    tenant: "acme",
    userId: "ada",
    requestId: `request-${place}`,
    traceId: `trace-${place}`,
    executionId: `execution-${Math.floor(place / 10)}`,
    workflowId: "order",
    call: "charge",
    server: "payments",
    tool: "charge",
    details: { arguments: { amount: place } },
    ...more,
  };
}

/** Writes this many entries, a second between them, so that each is signed by itself; then closes the log. */
export async function writeAuditLog(directory: string, count: number): Promise<void> {
  const clock = new ManualClock();
  await using log = await openAuditLog({ directory, clock });
  for (let place = 1; place <= count; place += 1) {
    await log.record(sampleEntry(place));
    clock.advance(1_000);
  }
}

/** Writes entries and leaves them unsigned, as a process that is killed does. */
export async function writeUnsigned(directory: string, count: number, clock: Clock = new ManualClock()): Promise<void> {
  const log = await openAuditLog({ directory, clock });
  await Promise.all(Array.from({ length: count }, (_, place) => log.record(sampleEntry(place))));
}

/** Does what somebody does who can write the file and knows how it is made: the triggers are gone first, and back afterwards. */
export function tamper(directory: string, change: string | ((database: DatabaseSync) => void)): void {
  using database = new DatabaseSync(join(directory, "audit.db"));
  database.enableDefensive(false);
  const triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`);
  if (typeof change === "string") database.exec(change);
  else change(database);
  for (const { sql } of triggers) database.exec(String(sql));
}

/** Changes the tables, indexes or triggers of the file. */
export function rebuild(directory: string, sql: string): void {
  using database = new DatabaseSync(join(directory, "audit.db"));
  database.exec(sql);
}

/** A trigger with which all entries that are written from then on would be lost without an error. */
export const SINK = "CREATE TRIGGER sink BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END";
