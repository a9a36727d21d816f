import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { AppendingChild } from "../../test/support/appending-child.ts";
import { ended, eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openDatabase } from "./open-database.ts";
import { openJournal } from "./open-journal.ts";
import { SqliteJournal } from "./sqlite-journal.ts";

const FULL = { code: "journal.unusable", details: { reason: "full" } };

test.each([1, 2, 3])("whatever was acknowledged is there after kill -9 (round %i)", async () => {
  using temporary = temporaryDirectory();
  await using child = new AppendingChild(temporary.path, 20);
  await child.ready();
  const acknowledged = [...(await child.lines(2_000)), ...(await child.kill())];
  expect(acknowledged.length).toBeGreaterThanOrEqual(2_000);

  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  const lastSeqs = new Map(acknowledged.map((line) => [line.slice(0, line.indexOf(" ")), Number(line.slice(line.indexOf(" ")))]));
  for (const [executionId, lastSeq] of lastSeqs) {
    const events = await journal.read(executionId);
    // One more may be durable whose acknowledgement died with the process.
    expect([lastSeq, lastSeq + 1]).toContain(events.length);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, place) => place + 1));
  }
  expect(await journal.checkIntegrity()).toEqual([]);
});

test("all writes of one turn of the event loop are one commit", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await Promise.all(Array.from({ length: 200 }, (_, place) => journal.create(sampleStart(`e${place}`))));
  const before = commitCount(temporary.path);
  await Promise.all(
    Array.from({ length: 200 }, (_, place) => journal.append(`e${place}`, eventsAfter(1, succeeded("a"), ended("completed")))),
  );
  expect(commitCount(temporary.path) - before).toBe(1);
});

test("a flood of writes lets the event loop turn, and keeps its order", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await journal.create(sampleStart("e1"));
  const settled: number[] = [];
  const appends = Array.from({ length: 5_000 }, async (_, place) => {
    await journal.append("e1", eventsAfter(1 + place, succeeded("a")));
    settled.push(place);
  });
  const seen = new Set<number>();
  while (settled.length < 5_000) {
    seen.add(settled.length);
    await nextTurn();
  }
  await Promise.all(appends);
  expect([...seen].filter((count) => count > 0)).toEqual([2_000, 4_000]);
  expect(settled).toEqual(Array.from({ length: 5_000 }, (_, place) => place));
});

test("when the disk is full, nothing more is accepted and all that was acknowledged is there", async () => {
  using temporary = temporaryDirectory();
  const path = join(temporary.path, "journal.db");
  const database = openDatabase(path, 0);
  database.exec("PRAGMA max_page_count = 100");
  let acknowledged = 1;
  {
    await using journal = new SqliteJournal({ path, database, letGo: () => undefined });
    await journal.create(sampleStart("e1"));
    const fill = async (): Promise<never> => {
      for (;;) {
        await journal.append("e1", eventsAfter(acknowledged, succeeded("a", "x".repeat(5_000))));
        acknowledged += 1;
      }
    };
    const fault: unknown = await fill().catch((error: unknown) => error);
    expect(fault).toMatchObject({ ...FULL, details: { path, reason: "full" } });
    // Also what would still fit.
    await expect(journal.append("e1", eventsAfter(acknowledged, ended("completed")))).rejects.toBe(fault);
    await expect(journal.create(sampleStart("e2"))).rejects.toBe(fault);
    await expect(journal.prune(9_000)).rejects.toBe(fault);
    await expect(journal.read("e1")).rejects.toBe(fault);
    await expect(journal.list({ limit: 1 })).rejects.toBe(fault);
  }
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  expect(acknowledged).toBeGreaterThan(10);
  expect(await journal.read("e1")).toHaveLength(acknowledged);
  expect(await journal.checkIntegrity()).toEqual([]);
});

test("when one of many writes of a turn finds the disk full, none of them is acknowledged and none is there", async () => {
  using temporary = temporaryDirectory();
  const path = join(temporary.path, "journal.db");
  const database = openDatabase(path, 0);
  {
    await using journal = new SqliteJournal({ path, database, letGo: () => undefined });
    await journal.create(sampleStart("e1"));
    database.exec("PRAGMA max_page_count = 60");
    const results = await Promise.allSettled([
      journal.append("e1", eventsAfter(1, succeeded("small"))),
      journal.append("e1", eventsAfter(2, succeeded("large", "x".repeat(1_000_000)))),
      journal.append("e1", eventsAfter(3, succeeded("small"))),
    ]);
    for (const result of results) expect(result).toMatchObject({ status: "rejected", reason: FULL });
  }
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  expect(await journal.read("e1")).toHaveLength(1);
});

test("when the data directory is removed or replaced, nothing more is acknowledged, and the next owner is left in peace", async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, "data");
  {
    await using first = await openJournal({ directory, clock: systemClock });
    await first.create(sampleStart("e1"));
    renameSync(directory, join(temporary.path, "moved"));
    const gone = { code: "journal.unusable", details: { path: join(directory, "journal.db"), reason: "io" } };
    await expect(first.append("e1", eventsAfter(1, succeeded("a")))).rejects.toMatchObject(gone);
    await expect(first.read("e1")).rejects.toMatchObject(gone);
  }
  await using second = await openJournal({ directory, clock: systemClock });
  expect(await second.list({ limit: 1 })).toEqual({ executions: [] });
});

test("that the journal has been moved is noticed by whoever lists executions, though nothing is written", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  expect(await journal.list({ limit: 1 })).toEqual({ executions: [] });
  renameSync(join(temporary.path, "journal.db"), join(temporary.path, "moved.db"));
  await expect(journal.list({ limit: 1 })).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "io" } });
});

test("an event larger than an event may be is refused, and the journal goes on", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await journal.create(sampleStart("e1"));
  await expect(journal.append("e1", eventsAfter(1, succeeded("a", "x".repeat(70 * 1024 * 1024))))).rejects.toMatchObject({
    code: "input.invalid",
    message: 'the event "call-succeeded" has 73.4 MB; an event may have at most 68.16 MB',
  });
  await journal.append("e1", eventsAfter(1, succeeded("a", "x".repeat(64 * 1024 * 1024))));
  expect(await journal.read("e1")).toHaveLength(2);
});

test("an output that many executions have is stored once", async () => {
  using temporary = temporaryDirectory();
  const path = join(temporary.path, "journal.db");
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  const output = { text: "x".repeat(1_000_000) };
  for (let place = 0; place < 20; place += 1) {
    await journal.create(sampleStart(`e${place}`));
    await journal.append(`e${place}`, eventsAfter(1, succeeded("a", output), succeeded("b", output)));
  }
  expect(readFileSync(path).length).toBeLessThan(2_000_000);
});

/** The frames of the log that end a transaction: SQLite's file format, section 4.1. */
function commitCount(directory: string): number {
  const log = readFileSync(join(directory, "journal.db-wal"));
  const frameBytes = 24 + log.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes) if (log.readUInt32BE(at + 4) !== 0) count += 1;
  return count;
}
