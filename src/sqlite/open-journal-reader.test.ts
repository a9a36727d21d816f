import { chmodSync, chownSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppendingChild } from "../../test/support/appending-child.ts";
import { eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournalReader } from "./open-journal-reader.ts";
import { openJournal } from "./open-journal.ts";

test("where there is no journal yet, a reader says so and makes nothing", async () => {
  using temporary = temporaryDirectory();
  expect(await openJournalReader({ directory: temporary.path })).toBeUndefined();
  expect(readdirSync(temporary.path)).toEqual([]);
  const missing = join(temporary.path, "missing");
  expect(await openJournalReader({ directory: missing })).toBeUndefined();
  expect(existsSync(missing)).toBe(false);
});

test("a reader sees what another process writes, and hinders it in nothing", async () => {
  using temporary = temporaryDirectory();
  await using owner = new AppendingChild(temporary.path, 1);
  await owner.ready();
  await owner.lines(10);
  await using reader = await openJournalReader({ directory: temporary.path });
  const executionId = (await reader?.find(""))?.[0] ?? "";
  expect(executionId).toBe(`${owner.pid}-0`);
  const before = (await reader?.read(executionId))?.length ?? 0;
  expect(before).toBeGreaterThanOrEqual(10);
  await owner.lines(200);
  expect((await reader?.read(executionId))?.length).toBeGreaterThan(before + 100);
  expect(await reader?.summary(executionId)).toMatchObject({ executionId, status: "executing" });
  expect((await reader?.list({ limit: 5 }))?.executions).toHaveLength(1);
  expect(await reader?.unfinished()).toEqual([executionId]);
});

test("a reader reads a journal that nobody owns, and one whose owner was killed", async () => {
  using temporary = temporaryDirectory();
  {
    await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
    await journal.create(sampleStart("e1"));
    await journal.append("e1", eventsAfter(1, succeeded("a")));
  }
  {
    await using reader = await openJournalReader({ directory: temporary.path });
    expect(await reader?.read("e1")).toHaveLength(2);
    expect(await reader?.plan(sampleStart("e1").event.planHash)).toEqual(sampleStart("e1").plan);
  }
  await using owner = new AppendingChild(temporary.path, 1);
  await owner.ready();
  await owner.lines(50);
  await owner.kill();
  await using reader = await openJournalReader({ directory: temporary.path });
  expect((await reader?.read(`${owner.pid}-0`))?.length).toBeGreaterThanOrEqual(50);
});

test("a reader outlives its owner, and does not keep the next one out", async () => {
  using temporary = temporaryDirectory();
  const first = await openJournal({ directory: temporary.path, clock: systemClock });
  await first.create(sampleStart("e1"));
  await using reader = await openJournalReader({ directory: temporary.path });
  await first[Symbol.asyncDispose]();
  await using second = await openJournal({ directory: temporary.path, clock: systemClock });
  await second.append("e1", eventsAfter(1, succeeded("a")));
  expect(await reader?.read("e1")).toHaveLength(2);
});

test("a reader refuses a file that is no journal", async () => {
  using temporary = temporaryDirectory();
  writeFileSync(join(temporary.path, "journal.db"), "id: greet\n".repeat(1_000));
  await expect(openJournalReader({ directory: temporary.path })).rejects.toMatchObject({
    code: "journal.unusable",
    details: { reason: "foreign" },
  });
});

test("a journal in a directory that cannot be written is read", async () => {
  using temporary = temporaryDirectory();
  {
    await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
    await journal.create(sampleStart("e1"));
  }
  using _user = asOrdinaryUser(temporary.path);
  chmodSync(temporary.path, 0o500);
  await using reader = await openJournalReader({ directory: temporary.path });
  expect(await reader?.read("e1")).toHaveLength(1);
});

/** For root no permission holds: gives the files to another user, and becomes that user for a while. */
function asOrdinaryUser(directory: string): Disposable {
  const root = process.geteuid?.() === 0;
  const nobody = 65_534;
  if (root) {
    for (const name of [".", ...readdirSync(directory)]) chownSync(join(directory, name), nobody, nobody);
    process.seteuid?.(nobody);
  }
  return {
    [Symbol.dispose]: () => {
      if (root) process.seteuid?.(0);
      chmodSync(directory, 0o700);
    },
  };
}
