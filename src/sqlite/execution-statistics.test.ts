import fc from "fast-check";
import type { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { readStatistics } from "./execution-statistics.ts";
import { openStore } from "./open-store.ts";
import { openDatabase } from "./open-database.ts";
import { MIGRATIONS } from "./migrations.ts";

const execution = fc.record({
  workflowId: fc.constantFrom("a", "b", "b-2", "z"),
  pattern: fc.constantFrom("", "p", "q"),
  state: fc.constantFrom("active", "executing", "paused", "completed", "partial_success", "failed", "cancelled", "rollback_failed"),
  startedAtMs: fc.integer({ min: 0, max: 100 }),
  durationMs: fc.integer({ min: 0, max: 50 }),
  tenant: fc.constantFrom(null, "acme", "globex"),
  isChild: fc.boolean(),
});
type Execution = typeof execution extends fc.Arbitrary<infer T> ? T : never;

function isEnded({ state }: Execution): boolean {
  return !["active", "executing", "paused"].includes(state);
}

function insert(database: DatabaseSync, executions: readonly Execution[]): void {
  database.exec("DELETE FROM executions; DELETE FROM plans; INSERT INTO plans (id, hash, body) VALUES (1, 'h', '{}')");
  const statement = database.prepare(
    `INSERT INTO executions (id, execution_id, workflow_id, pattern, plan, parent, state, started_at_ms, ended_at_ms, tenant)
    VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
  );
  for (const [place, each] of executions.entries()) {
    const { workflowId, pattern, state, startedAtMs, durationMs, tenant } = each;
    const end = isEnded(each) ? startedAtMs + durationMs : null;
    const parent = each.isChild && place > 0 ? 1 : null;
    statement.run(place + 1, `e${place}`, workflowId, pattern, parent, state, startedAtMs, end, tenant);
  }
}

test("whatever has been executed, it is counted as one would count it by hand", () => {
  using directory = temporaryDirectory();
  using database = openDatabase(join(directory.path, "journal.db"), 0);
  const query = fc.record({ sinceMs: fc.integer({ min: 0, max: 110 }), tenant: fc.constantFrom(undefined, "acme", "nobody") });
  const property = fc.property(fc.array(execution, { maxLength: 60 }), query, (executions, { sinceMs, tenant }) => {
    insert(database, executions);
    const { groups, durationsMs } = readStatistics(database, { sinceMs, ...(tenant !== undefined && { tenant }) });
    const counted = executions.filter(
      (each, place) => !(each.isChild && place > 0) && each.startedAtMs >= sinceMs && (tenant === undefined || each.tenant === tenant),
    );
    const keys = [...new Set(counted.map(({ workflowId, pattern }) => JSON.stringify([workflowId, pattern])))].toSorted();
    const expected = keys.map((key) => {
      const members = counted.filter(({ workflowId, pattern }) => JSON.stringify([workflowId, pattern]) === key);
      const ended = members.filter(isEnded);
      const completed = ended.filter(({ state }) => state === "completed" || state === "partial_success").length;
      const { workflowId = "", pattern = "" } = members[0] ?? {};
      const durationMs = ended.reduce((sum, each) => sum + each.durationMs, 0);
      const counts = { executions: members.length, completed, failed: ended.length - completed, durationMs };
      return { workflowId, ...(pattern !== "" && { pattern }), ...counts };
    });
    expect(groups.toSorted(byKey)).toEqual(expected.toSorted(byKey));
    const durations = counted.filter(isEnded).map((each) => each.durationMs);
    expect(durationsMs.toSorted((left, right) => left - right)).toEqual(durations.toSorted((left, right) => left - right));
  });
  fc.assert(property, { numRuns: 100 });
});

interface Key {
  readonly workflowId: string;
  readonly pattern?: string;
}

function byKey(left: Key, right: Key): number {
  return JSON.stringify([left.workflowId, left.pattern ?? ""]) < JSON.stringify([right.workflowId, right.pattern ?? ""]) ? -1 : 1;
}

test("a journal of before knows the patterns of its executions when it has been brought up to date", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "journal.db");
  const before = { applicationId: 0x54757474, creation: "PRAGMA auto_vacuum = INCREMENTAL", pragmas: "" };
  {
    using database = openStore({ ...before, migrations: MIGRATIONS.filter(({ name }) => name !== "patterns") }, { path, nowMs: 0 });
    database.exec(`
      INSERT INTO plans (id, hash, body) VALUES (1, 'a', '{"workflow":{"id":"w","pattern":"p"}}'), (2, 'b', '{"workflow":{"id":"w"}}'), (3, 'c', 'no JSON');
      INSERT INTO executions (execution_id, workflow_id, plan, state, started_at_ms)
        VALUES ('1', 'w', 1, 'executing', 1), ('2', 'w', 2, 'executing', 1), ('3', 'w', 3, 'executing', 1), ('4', 'w', 1, 'executing', 1)`);
  }
  using database = openDatabase(path, 0);
  expect(readStatistics(database, { sinceMs: 0 }).groups).toMatchObject([{ executions: 2 }, { pattern: "p", executions: 2 }]);
});

test("counting reads no rows of executions, only their index", () => {
  using directory = temporaryDirectory();
  using database = openDatabase(join(directory.path, "journal.db"), 0);
  const sql = `EXPLAIN QUERY PLAN SELECT count(*), group_concat(ended_at_ms - started_at_ms) FROM executions
    WHERE parent IS NULL AND workflow_id = 'w' AND pattern = 'p' AND started_at_ms >= 5 AND tenant = 't' AND state = 'failed'`;
  expect(database.prepare(sql).all()).toMatchObject([{ detail: expect.stringContaining("COVERING INDEX executions_by_pattern") }]);
});
