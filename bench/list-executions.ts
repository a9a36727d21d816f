import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import type { ListQuery } from "../src/ports/journal.ts";
import { openDatabase } from "../src/sqlite/open-database.ts";
import { openJournal } from "../src/sqlite/open-journal.ts";
import type { SqliteJournal } from "../src/sqlite/sqlite-journal.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure, quantile } from "./figure.ts";

const EXECUTIONS = 1_000_000;
const EXECUTIONS_OF_FLOOR = 1_000;
const ROUNDS = 9;
const LISTS_PER_FILTER = 40;

/** What people ask for, and the worst that they can ask for: filters that hardly anything matches. */
const FILTERS: readonly Omit<ListQuery, "limit">[] = [
  {},
  { rootsOnly: true },
  { status: "executing" },
  { status: "failed", rootsOnly: true },
  { outcome: "rollback_failed" },
  { workflowId: "workflow-3" },
  { workflowId: "workflow-3", rootsOnly: true },
  { workflowId: "workflow-3", status: "failed" },
  { workflowId: "workflow-3", outcome: "cancelled", rootsOnly: true },
  { workflowId: "workflow-rare" },
  { workflowId: "nothing-has-this", status: "completed" },
];

/** Time of the slowest percent of lists, with a million executions in the journal; the floor is the same with a thousand. */
export async function measureListExecutions(): Promise<readonly Figure[]> {
  using many = temporaryDirectory();
  using few = temporaryDirectory();
  fill(many.path, EXECUTIONS);
  fill(few.path, EXECUTIONS_OF_FLOOR);
  await using journalOfMany = await openJournal({ directory: many.path, clock: systemClock });
  await using journalOfFew = await openJournal({ directory: few.path, clock: systemClock });
  const figure = await compare({
    name: "list-executions-p99",
    unit: "ms",
    rounds: ROUNDS,
    value: () => slowestMs(journalOfMany, EXECUTIONS),
    floor: () => slowestMs(journalOfFew, EXECUTIONS_OF_FLOOR),
  });
  return [figure];
}

/** Lists from the top and from cursors all over the journal. */
async function slowestMs(journal: SqliteJournal, executions: number): Promise<number> {
  const timesMs: number[] = [];
  for (let place = 0; place < LISTS_PER_FILTER; place += 1) {
    const cursor = place % 2 === 0 ? {} : { cursor: String(Math.ceil((executions * place) / LISTS_PER_FILTER)) };
    for (const filter of FILTERS) {
      const startMs = performance.now();
      await journal.list({ ...filter, ...cursor, limit: 50 });
      timesMs.push(performance.now() - startMs);
    }
  }
  return quantile(timesMs, 0.99);
}

/** Writes the rows that lists are made from: two of three executions are roots, one of a thousand is at work, one of 50 has failed. */
function fill(directory: string, executions: number): void {
  using database = openDatabase(join(directory, "journal.db"), 0);
  database.exec(`
    INSERT INTO plans (hash, body) VALUES ('none', '{}');
    INSERT INTO executions (execution_id, workflow_id, plan, parent, state, started_at_ms, ended_at_ms, last_seq, updated_at_ms)
    WITH RECURSIVE place (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < ${executions})
    SELECT
      format('%08x-0000-7000-8000-%012x', n, n),
      iif(n % 10007 = 0, 'workflow-rare', 'workflow-' || (n * 7919 % 20)),
      1,
      iif(n % 3 = 0, n - 1, NULL),
      CASE WHEN n % 1000 = 0 THEN 'executing' WHEN n % 100003 = 0 THEN 'rollback_failed' WHEN n % 50 = 0 THEN 'failed'
        WHEN n % 777 = 0 THEN 'cancelled' ELSE 'completed' END,
      n, iif(n % 1000 = 0, NULL, n + 1000), iif(n % 1000 = 0, NULL, 12), iif(n % 1000 = 0, NULL, n + 1000)
    FROM place;
    INSERT INTO events (execution, seq, at_ms, body) SELECT id, 1, started_at_ms, '{}' FROM executions WHERE state = 'executing';`);
}
