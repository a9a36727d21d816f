import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppendingChild } from "../../test/support/appending-child.ts";
import { eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournalReader } from "./open-journal-reader.ts";
import { openJournal } from "./open-journal.ts";
import { Records } from "./records.ts";
import { SqliteWorkflowStore } from "./workflow-store.ts";

test("a backup has all that was acknowledged before it, while executions go on, and is a data directory of its own", async () => {
  using temporary = temporaryDirectory();
  const target = join(temporary.path, "backups", "monday");
  await using journal = await openJournal({ directory: join(temporary.path, "data"), clock: systemClock });
  await journal.create(sampleStart("e1"));
  await journal.append("e1", eventsAfter(1, ...Array.from({ length: 5_000 }, () => succeeded("a", "x".repeat(500)))));
  let seq = 5_001;
  const copied = new AbortController();
  const backup = journal.backup(target).finally(() => copied.abort());
  while (!copied.signal.aborted) {
    await journal.append("e1", eventsAfter(seq, succeeded("b")));
    seq += 1;
  }
  await backup;
  expect(readdirSync(target)).toEqual(["journal.db"]);
  expect([statSync(target).mode & 0o777, statSync(join(target, "journal.db")).mode & 0o777]).toEqual([0o700, 0o600]);
  await using copy = await openJournal({ directory: target, clock: systemClock });
  expect(await copy.checkIntegrity()).toEqual([]);
  expect((await copy.read("e1")).length).toBeGreaterThanOrEqual(5_001);
  await journal.append("e1", eventsAfter(seq, succeeded("c")));
  expect(await journal.read("e1")).toHaveLength(seq + 1);
});

test("a reader makes a backup while another process writes", async () => {
  using temporary = temporaryDirectory();
  const data = join(temporary.path, "data");
  await using owner = new AppendingChild(data, 5);
  await owner.ready();
  await owner.lines(500);
  {
    await using reader = await openJournalReader({ directory: data });
    await reader?.backup(join(temporary.path, "copy"));
  }
  await using copy = await openJournal({ directory: join(temporary.path, "copy"), clock: systemClock });
  expect(await copy.checkIntegrity()).toEqual([]);
  expect(await copy.unfinished()).toHaveLength(5);
});

test.each([
  { what: "a directory", make: (path: string) => mkdirSync(path) },
  { what: "a file", make: (path: string) => writeFileSync(path, "mine") },
])("$what that is there is never backed up over", async ({ make }) => {
  using temporary = temporaryDirectory();
  const target = join(temporary.path, "there");
  make(target);
  await using journal = await openJournal({ directory: join(temporary.path, "data"), clock: systemClock });
  await expect(journal.backup(target)).rejects.toMatchObject({
    code: "input.invalid",
    message: `${target} already exists; a backup needs a directory that does not`,
  });
  expect(existsSync(join(target, "journal.db"))).toBe(false);
});

test("a backup to a place that takes no files is refused, and the journal goes on", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await expect(journal.backup("/proc/tutti/copy")).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "unwritable" } });
  await expect(journal.backup("/proc/copy")).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "unwritable" } });
  expect(await journal.create(sampleStart("e1"))).toEqual({ executionId: "e1", created: true });
});

test("a backup has the stored workflows too, and both files are checked together", async () => {
  using temporary = temporaryDirectory();
  const [data, target] = [join(temporary.path, "data"), join(temporary.path, "copy")];
  await using journal = await openJournal({ directory: data, clock: systemClock });
  {
    using records = new Records({ directory: data, clock: systemClock });
    const workflows = new SqliteWorkflowStore({ records, clock: systemClock });
    const content = { workflowId: "greet", definition: { id: "greet", steps: [] }, status: "draft", exposed: false, stepCount: 0 } as const;
    await workflows.create(content, { createdBy: "ada" });
    await journal.backup(target);
    expect(readdirSync(target).toSorted()).toEqual(["journal.db", "records.db"]);
    expect(await journal.checkIntegrity()).toEqual([]);
    await records.write((database) => database.exec("UPDATE workflow_versions SET body = 'no JSON'"));
    expect(await journal.checkIntegrity()).toEqual([
      { kind: "record", message: "records.db: the body of row 1 of workflow_versions is not JSON" },
    ]);
    await records.write((database) => database.exec("DELETE FROM workflow_versions"));
    expect(await journal.checkIntegrity()).toEqual([
      { kind: "reference", message: 'records.db: the current version of the workflow "greet" is missing' },
    ]);
  }
  using copy = new Records({ directory: target, clock: systemClock });
  const copied = await new SqliteWorkflowStore({ records: copy, clock: systemClock }).get(undefined, "greet");
  expect(copied).toMatchObject({ version: 1, createdBy: "ada", definition: { id: "greet", steps: [] } });
});

test("damaged records are told when they are opened", async () => {
  using temporary = temporaryDirectory();
  {
    using records = new Records({ directory: temporary.path, clock: systemClock });
    await records.write((database) => database.exec("SELECT 1"));
  }
  const file = join(temporary.path, "records.db");
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 8_192 * 2);
  writeFileSync(file, bytes);
  expect(() => new Records({ directory: temporary.path, clock: systemClock })).toThrow(
    expect.objectContaining({ code: "journal.unusable", details: { path: file, reason: "damaged" } }),
  );
});
