import { expect, test } from "vitest";
import { ended, eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournal } from "./open-journal.ts";
import type { SqliteJournal } from "./sqlite-journal.ts";

async function opened(path: string): Promise<SqliteJournal> {
  return await openJournal({ directory: path, clock: systemClock });
}

test("events of all executions are in one row, in the order in which they were journaled", async () => {
  using temporary = temporaryDirectory();
  await using journal = await opened(temporary.path);
  expect(journal.feed.newest()).toBe(0);
  await journal.create(sampleStart("e1"));
  await journal.create(sampleStart("e2"));
  await journal.append("e1", eventsAfter(1, succeeded("a"), ended("completed")));
  const notes = journal.feed.after(0, 10);
  expect(notes.map(({ position, executionId, seq, event }) => [position, executionId, seq, event])).toEqual([
    [1, "e1", 1, "execution-started"],
    [2, "e2", 1, "execution-started"],
    [3, "e1", 2, "call-succeeded"],
    [4, "e1", 3, "execution-ended"],
  ]);
  expect(notes[2]).toMatchObject({ step: "a" });
  expect(notes[3]).toMatchObject({ outcome: "completed" });
  expect(journal.feed.after(1, 2).map(({ position }) => position)).toEqual([2, 3]);
  expect(journal.feed.after(1, 10, "e1").map(({ position }) => position)).toEqual([3, 4]);
  expect(journal.feed.newest()).toBe(4);
});

test("no place is given twice, also when the newest events are pruned, and after a restart", async () => {
  using temporary = temporaryDirectory();
  {
    await using journal = await opened(temporary.path);
    await journal.create(sampleStart("e1"));
    await journal.append("e1", eventsAfter(1, ended("completed")));
    await journal.prune(Number.MAX_SAFE_INTEGER);
    expect(journal.feed.after(0, 10)).toEqual([]);
    expect(journal.feed.newest()).toBe(2);
    await journal.create(sampleStart("e2"));
    expect(journal.feed.after(2, 10).map(({ position }) => position)).toEqual([3]);
    await journal.append("e2", eventsAfter(1, ended("completed")));
    await journal.prune(Number.MAX_SAFE_INTEGER);
  }
  await using journal = await opened(temporary.path);
  expect(journal.feed.newest()).toBe(4);
  await journal.create(sampleStart("e3"));
  expect(journal.feed.after(0, 10).map(({ position }) => position)).toEqual([5]);
  expect(await journal.checkIntegrity()).toEqual([]);
});
