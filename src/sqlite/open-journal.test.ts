import { mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { AppendingChild } from "../../test/support/appending-child.ts";
import { ended, eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openDatabase } from "./open-database.ts";
import { openJournal } from "./open-journal.ts";
import type { SqliteJournal } from "./sqlite-journal.ts";

async function open(directory: string): Promise<SqliteJournal> {
  return await openJournal({ directory, clock: systemClock });
}

test("a journal is made for its user alone, in a directory that need not be there", async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, "a", "b");
  await using journal = await open(directory);
  await journal.create(sampleStart("e1"));
  const modes = Object.fromEntries(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(modes).toEqual({
    "journal.db": 0o600,
    "journal.db-shm": 0o600,
    "journal.db-wal": 0o600,
    "owner.json": 0o600,
    "owner.lock": 0o600,
  });
});

test("every commit is flushed to the disk, on macOS too", () => {
  using temporary = temporaryDirectory();
  using database = openDatabase(join(temporary.path, "journal.db"), 0);
  const settings = ["journal_mode", "synchronous", "fullfsync"].map(
    (name) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0],
  );
  const FULL = 2;
  expect(settings).toEqual(["wal", FULL, 1]);
});

test("a journal that was closed leaves one whole file, and is there when it is opened again", async () => {
  using temporary = temporaryDirectory();
  const events = eventsAfter(1, succeeded("a"), ended("completed"));
  {
    await using journal = await open(temporary.path);
    await journal.create(sampleStart("e1"));
    void journal.append("e1", events);
  }
  expect(readdirSync(temporary.path).sort()).toEqual(["journal.db", "owner.lock"]);
  await using journal = await open(temporary.path);
  expect(await journal.read("e1", 1)).toEqual(events);
});

test("a second journal on a directory is refused with the process that has it, until that dies", async () => {
  using temporary = temporaryDirectory();
  await using owner = new AppendingChild(temporary.path, 0);
  await owner.ready();
  await expect(open(temporary.path)).rejects.toMatchObject({
    code: "journal.locked",
    message: `${temporary.path} is in use by process ${owner.pid}; wait until it ends, or name another data directory`,
    details: { path: temporary.path },
  });
  await owner.kill();
  await using journal = await open(temporary.path);
  expect(await journal.unfinished()).toEqual([]);
});

test("a second journal on a directory is refused within one process too, and the first keeps the lock", async () => {
  using temporary = temporaryDirectory();
  await using first = await open(temporary.path);
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.locked" });
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.locked" });
  await first.create(sampleStart("e1"));
  expect(await first.read("e1")).toHaveLength(1);
});

test("a journal that could not be opened is not locked afterwards", async () => {
  using temporary = temporaryDirectory();
  writeFileSync(join(temporary.path, "journal.db"), "not a database");
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable" });
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable" });
});

test.each([
  { what: "a text file", make: (file: string) => writeFileSync(file, "id: greet\n".repeat(1_000)) },
  { what: "a short text file", make: (file: string) => writeFileSync(file, "hello") },
  { what: "a database of somebody else", make: makeForeignDatabase },
])("$what in place of the journal is refused, and is left as it was", async ({ make }) => {
  using temporary = temporaryDirectory();
  const file = join(temporary.path, "journal.db");
  make(file);
  const before = readFileSync(file);
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable", details: { path: file, reason: "foreign" } });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("a text file in place of the lock is refused", async () => {
  using temporary = temporaryDirectory();
  writeFileSync(join(temporary.path, "owner.lock"), "id: greet\n".repeat(1_000));
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable" });
});

test.each([
  { what: "of a newer version", sql: "INSERT INTO migrations VALUES (99, 'future', 'x', 0)", reason: "newer" },
  { what: "whose schema another build has made", sql: "UPDATE migrations SET sha256 = 'x'", reason: "foreign" },
])("a journal $what is refused", async ({ sql, reason }) => {
  using temporary = temporaryDirectory();
  {
    await using journal = await open(temporary.path);
    await journal.create(sampleStart("e1"));
  }
  change(join(temporary.path, "journal.db"), sql);
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable", details: { reason } });
});

test("a small journal with a damaged page, and any that was cut short, is refused when it is opened", async () => {
  using temporary = temporaryDirectory();
  const file = join(temporary.path, "journal.db");
  await fill(temporary.path, 200);
  const whole = readFileSync(file);
  writeFileSync(file, Buffer.from(whole).fill(0xaa, 4096 * 8, 4096 * 40));
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable", details: { path: file, reason: "damaged" } });
  writeFileSync(file, whole);
  truncateSync(file, 4096 * 20);
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable", details: { path: file, reason: "damaged" } });
});

test("a journal that a long reader held back while its owner was killed is whole", async () => {
  using temporary = temporaryDirectory();
  await using owner = new AppendingChild(temporary.path, 20);
  await owner.ready();
  await owner.lines(100);
  using reader = new DatabaseSync(join(temporary.path, "journal.db"), { readOnly: true });
  reader.exec("BEGIN; SELECT count(*) FROM events");
  await owner.lines(2_000);
  await owner.kill();
  await using journal = await open(temporary.path);
  expect(await journal.unfinished()).toHaveLength(20);
  expect(await journal.checkIntegrity()).toEqual([]);
});

test("damage that is met later is reported by every method from then on", async () => {
  using temporary = temporaryDirectory();
  const file = join(temporary.path, "journal.db");
  await fill(temporary.path, 6_000);
  const bytes = readFileSync(file);
  // All but the first pages, which are read when it is opened.
  writeFileSync(file, bytes.fill(0xaa, 4096 * 40));
  await using journal = await open(temporary.path);
  const damaged = { code: "journal.unusable", details: { path: file, reason: "damaged" } };
  await expect(journal.read("e1", 3_000)).rejects.toMatchObject(damaged);
  await expect(journal.summary("e1")).rejects.toMatchObject(damaged);
  await expect(journal.create(sampleStart("e2"))).rejects.toMatchObject(damaged);
  await expect(journal.append("e1", eventsAfter(1, succeeded("a")))).rejects.toMatchObject(damaged);
});

test.each([
  { what: "a file has the name of the directory", at: "file" },
  { what: "a file is above the directory", at: "file/below" },
])("when $what, it is refused", async ({ at }) => {
  using temporary = temporaryDirectory();
  writeFileSync(join(temporary.path, "file"), "");
  await expect(open(join(temporary.path, at))).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "unwritable" } });
});

test("a directory that takes no files is refused", async () => {
  // As root no permission holds; this place refuses root too.
  await expect(open("/proc/tutti")).rejects.toMatchObject({
    code: "journal.unusable",
    details: { path: "/proc/tutti", reason: "unwritable" },
  });
});

test("a directory in place of the journal file is refused", async () => {
  using temporary = temporaryDirectory();
  mkdirSync(join(temporary.path, "journal.db"));
  await expect(open(temporary.path)).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "unwritable" } });
});

function makeForeignDatabase(file: string): void {
  change(file, "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')");
}

function change(file: string, sql: string): void {
  using database = new DatabaseSync(file);
  database.exec(sql);
}

/** An execution of so many events of a kilobyte each, whose order in the file is that of their sequence. */
async function fill(directory: string, count: number): Promise<void> {
  await using journal = await open(directory);
  await journal.create(sampleStart("e1"));
  const bodies = Array.from({ length: count }, (_, place) => succeeded(`step-${place}`, "x".repeat(1_000)));
  await journal.append("e1", eventsAfter(1, ...bodies));
}
