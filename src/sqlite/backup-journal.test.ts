import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppendingChild } from "../../test/support/appending-child.ts";
import { eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournalReader } from "./open-journal-reader.ts";
import { openJournal } from "./open-journal.ts";

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
