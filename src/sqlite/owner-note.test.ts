import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppendingChild } from "../../test/support/appending-child.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournal } from "./open-journal.ts";
import { readOwnerNote, writeOwnerNote } from "./owner-note.ts";

test("the note of the owner can be read while it owns, and is gone when it has let go", async () => {
  using temporary = temporaryDirectory();
  {
    await using _journal = await openJournal({ directory: temporary.path, clock: systemClock });
    expect(readOwnerNote(temporary.path)).toEqual({ pid: process.pid });
    writeOwnerNote(temporary.path, { pid: process.pid, endpoint: "/run/owner.sock" });
    expect(readOwnerNote(temporary.path)).toEqual({ pid: process.pid, endpoint: "/run/owner.sock" });
  }
  expect(readOwnerNote(temporary.path)).toBeUndefined();
  expect(existsSync(join(temporary.path, "owner.json"))).toBe(false);
});

test("the note of an owner that was killed does not count", async () => {
  using temporary = temporaryDirectory();
  await using owner = new AppendingChild(temporary.path, 0);
  await owner.ready();
  expect(readOwnerNote(temporary.path)).toEqual({ pid: owner.pid });
  await owner.kill();
  expect(existsSync(join(temporary.path, "owner.json"))).toBe(true);
  expect(readOwnerNote(temporary.path)).toBeUndefined();
  await using _journal = await openJournal({ directory: temporary.path, clock: systemClock });
  expect(readOwnerNote(temporary.path)).toEqual({ pid: process.pid });
});

test.each([{ text: "" }, { text: "{" }, { text: '"text"' }, { text: "{}" }, { text: '{"pid":"1"}' }])(
  "a note that says $text is no note",
  async ({ text }) => {
    using temporary = temporaryDirectory();
    await using _journal = await openJournal({ directory: temporary.path, clock: systemClock });
    writeFileSync(join(temporary.path, "owner.json"), text);
    expect(readOwnerNote(temporary.path)).toBeUndefined();
  },
);

test("where there is no data directory, there is no owner", () => {
  expect(readOwnerNote("/nowhere/at/all")).toBeUndefined();
});
