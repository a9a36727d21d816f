import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { createDataDirectory, JOURNAL_FILE } from "../../src/sqlite/data-directory.ts";
import { migrate } from "../../src/sqlite/migrate.ts";
import { MIGRATIONS } from "../../src/sqlite/migrations.ts";
import { openJournal } from "../../src/sqlite/open-journal.ts";
import { ended, eventsAfter, sampleStart } from "../support/journal-samples.ts";
import { JOURNALS } from "../support/journals.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

async function begin(journal: Journal, executionId: string, tenant?: string, workflowId?: string): Promise<void> {
  await journal.create(
    sampleStart(executionId, { ...(tenant !== undefined && { tenant }), ...(workflowId !== undefined && { workflowId }) }),
  );
}

async function listed(journal: Journal, query: Partial<Parameters<Journal["list"]>[0]>): Promise<readonly string[]> {
  return (await journal.list({ limit: 100, ...query })).executions.map(({ executionId }) => executionId);
}

describe.each(JOURNALS)("the journal in $name", ({ open }) => {
  test("knows the tenant of an execution, and lists those of one", async () => {
    await using opened = await open();
    const { journal } = opened;
    await begin(journal, "a1", "acme");
    await begin(journal, "g1", "globex");
    await begin(journal, "none");
    await begin(journal, "a2", "acme", "other");
    await journal.append("a2", eventsAfter(1, ended("failed")));
    expect(await journal.summary("a1")).toMatchObject({ tenant: "acme" });
    expect(await journal.summary("none")).not.toHaveProperty("tenant");
    expect(await listed(journal, {})).toEqual(["a2", "none", "g1", "a1"]);
    expect(await listed(journal, { tenant: "acme" })).toEqual(["a2", "a1"]);
    expect(await listed(journal, { tenant: "acme", rootsOnly: true, status: "failed" })).toEqual(["a2"]);
    expect(await listed(journal, { tenant: "acme", workflowId: "greet" })).toEqual(["a1"]);
    expect(await listed(journal, { tenant: "nobody" })).toEqual([]);
  });

  test("pages through the executions of a tenant with cursors that say nothing of the others", async () => {
    await using opened = await open();
    const { journal } = opened;
    for (let place = 0; place < 7; place += 1) {
      await begin(journal, `a${place}`, "acme");
      await begin(journal, `g${place}`, "globex");
    }
    const seen: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const page = await journal.list({ limit: 3, tenant: "acme", ...(cursor !== "" && { cursor }) });
      seen.push(...page.executions.map(({ executionId }) => executionId));
      cursor = page.nextCursor;
      expect(cursor ?? seen.at(-1)).toBe(seen.at(-1));
    }
    expect(seen).toEqual(["a6", "a5", "a4", "a3", "a2", "a1", "a0"]);
    for (const cursor of ["g3", "3", "nothing"]) {
      await expect(journal.list({ limit: 3, tenant: "acme", cursor })).rejects.toMatchObject({ code: "input.invalid" });
    }
  });

  test("finds of a tenant only what is its own, however the id begins", async () => {
    await using opened = await open();
    const { journal } = opened;
    for (let place = 0; place < 30; place += 1) await begin(journal, `0193-${place + 10}`, "globex");
    await begin(journal, "0193-zz", "acme");
    await begin(journal, "0193-10/child", "acme");
    expect(await journal.find("0193", "acme")).toEqual(["0193-10/child", "0193-zz"]);
    expect(await journal.find("0193-10", "acme")).toEqual(["0193-10/child"]);
    expect(await journal.find("0193-zz", "globex")).toEqual([]);
    expect(await journal.find("0193-10", "globex")).toEqual(["0193-10"]);
    expect(await journal.find("0193", "")).toEqual([]);
  });
});

test("a journal from before tenants is opened as it is, and takes executions of tenants from then on", async () => {
  using directory = temporaryDirectory();
  const data = join(directory.path, "data");
  {
    await using before = await openJournal({ directory: data, clock: systemClock });
    await begin(before, "old");
  }
  withoutTenants(data);
  await using journal = await openJournal({ directory: data, clock: systemClock });
  expect(await journal.summary("old")).toMatchObject({ executionId: "old", status: "executing" });
  expect(await listed(journal, {})).toEqual(["old"]);
  await journal.append("old", eventsAfter(1, ended("completed")));
  await begin(journal, "new", "acme");
  expect(await listed(journal, { tenant: "acme" })).toEqual(["new"]);
  expect(await journal.find("old", "acme")).toEqual([]);
  expect(await journal.checkIntegrity()).toEqual([]);
});

/** Takes a journal back to the first version of its schema. */
function withoutTenants(directory: string): void {
  createDataDirectory(directory);
  using database = new DatabaseSync(join(directory, JOURNAL_FILE));
  const columns = "id, execution_id, request_key, workflow_id, plan, parent, state, started_at_ms, ended_at_ms, last_seq, updated_at_ms";
  const [first] = MIGRATIONS;
  if (first === undefined) throw new Error("there is a first version");
  database.exec(
    `CREATE TABLE kept AS SELECT ${columns} FROM executions; DROP TABLE executions; DROP TABLE last_swept; DELETE FROM migrations`,
  );
  const executions = /CREATE TABLE executions[\s\S]*?STRICT;/.exec(first.sql)?.[0] ?? "";
  const indexes = first.sql.match(/CREATE (UNIQUE )?INDEX executions_by_[^;]*;/g) ?? [];
  database.exec(executions + indexes.join("\n"));
  database.exec(`INSERT INTO executions (${columns}) SELECT ${columns} FROM kept; DROP TABLE kept`);
  const scratch = new DatabaseSync(":memory:");
  migrate(scratch, "scratch", [first], 5);
  const row = scratch.prepare("SELECT id, name, sha256, applied_at_ms FROM migrations").get();
  scratch.close();
  database
    .prepare("INSERT INTO migrations (id, name, sha256, applied_at_ms) VALUES (?, ?, ?, ?)")
    .run(...(Object.values(row ?? {}) as string[]));
}
