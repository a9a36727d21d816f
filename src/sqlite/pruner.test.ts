import { statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ended, eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournal } from "./open-journal.ts";
import type { SqliteJournal } from "./sqlite-journal.ts";

test("pruning gives the room back to the file system", async () => {
  using temporary = temporaryDirectory();
  const file = join(temporary.path, "journal.db");
  {
    await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
    await createEnded(journal, 50, 100_000);
  }
  expect(statSync(file).size).toBeGreaterThan(5_000_000);
  {
    await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
    const pruned = await journal.prune(9_000);
    expect(pruned.executions).toBe(50);
    expect(pruned.bytes).toBeGreaterThan(5_000_000);
  }
  expect(statSync(file).size).toBeLessThan(200_000);
});

test("while much is pruned, executions go on and everything stays whole", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await createEnded(journal, 1_500, 100);
  await journal.create(sampleStart("at-work"));
  let turns = 1;
  const done = new AbortController();
  const pruned = journal.prune(9_000).finally(() => done.abort());
  while (!done.signal.aborted) {
    await journal.append("at-work", eventsAfter(turns, succeeded("a")));
    turns += 1;
  }
  expect(await pruned).toMatchObject({ executions: 1_500 });
  // Eight transactions at least take the executions away, and more their events.
  expect(turns).toBeGreaterThan(10);
  expect(await journal.read("at-work")).toHaveLength(turns);
  expect(await journal.checkIntegrity()).toEqual([]);
});

test.each([1, 9, 19, 21, 25, 26])(
  "a pruning that ends after %i turns leaves a whole journal, and the next one finishes it",
  async (turns) => {
    using temporary = temporaryDirectory();
    {
      await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
      await createEnded(journal, 1_000, 100);
      void journal.prune(9_000).catch(() => undefined);
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    }
    {
      await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
      expect(await journal.checkIntegrity()).toEqual([]);
      const left = (await journal.list({ limit: 1_000 })).executions;
      for (const { executionId } of left) expect(await journal.read(executionId)).toHaveLength(5);
      expect(await journal.prune(9_000)).toMatchObject({ executions: left.length });
      expect(await journal.checkIntegrity()).toEqual([]);
      expect(await journal.list({ limit: 1 })).toEqual({ executions: [] });
      expect(await journal.prune(9_000)).toEqual({ executions: 0, bytes: 0 });
    }
    expect(statSync(join(temporary.path, "journal.db")).size).toBeLessThan(200_000);
  },
);

test("two prunings at once take each execution once", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await createEnded(journal, 500, 100);
  const both = await Promise.all([journal.prune(9_000), journal.prune(9_000)]);
  expect(both.map((pruned) => pruned.executions).reduce((left, right) => left + right)).toBe(500);
  expect(await journal.checkIntegrity()).toEqual([]);
});

test("an execution of a pruned number is never mixed with a later one", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await createEnded(journal, 3, 100);
  const pruning = journal.prune(9_000);
  await nextTurn();
  await nextTurn();
  await journal.create(sampleStart("new"));
  await pruning;
  expect(await journal.read("new")).toHaveLength(1);
  expect(await journal.checkIntegrity()).toEqual([]);
});

/** So many executions that have ended, each with an output of so many characters. */
async function createEnded(journal: SqliteJournal, count: number, characters: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, place) => {
      const start = journal.create(sampleStart(`old-${place}`, { workflowId: `w${place % 7}` }));
      const output = succeeded("a", `${place}`.padEnd(characters, "x"));
      const end = journal.append(`old-${place}`, eventsAfter(1, succeeded("b"), succeeded("c"), output, ended("completed")));
      await Promise.all([start, end]);
    }),
  );
}
