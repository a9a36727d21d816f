import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { ended, eventsAfter, sampleStart, succeeded } from "../../test/support/journal-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { openJournalReader } from "./open-journal-reader.ts";
import { openJournal } from "./open-journal.ts";

const LARGE = { text: "x".repeat(300_000) };

test.each([
  { what: "nothing", sql: "", findings: [] },
  {
    what: "an event in the middle",
    sql: "DELETE FROM events WHERE seq = 2",
    findings: [{ kind: "sequence", executionId: "e1", message: "it has 2 events from 1 to 3, and should have those from 1 to 3" }],
  },
  {
    what: "the last event",
    sql: "DELETE FROM events WHERE seq = 3",
    findings: [{ kind: "sequence", message: "it has 2 events from 1 to 2, and should have those from 1 to 3" }],
  },
  {
    what: "all events",
    sql: "DELETE FROM events",
    findings: [{ kind: "sequence", message: "it has no events, and should have those from 1 to 3" }],
  },
  {
    what: "the text of an event",
    sql: "UPDATE events SET body = '{\"seq\":' WHERE seq = 2",
    findings: [{ kind: "event", executionId: "e1", message: "an event is not JSON" }],
  },
  {
    what: "the number of an event",
    sql: "UPDATE events SET body = replace(body, '\"seq\":3', '\"seq\":4')",
    findings: [{ kind: "event", message: "the event 3 says that it is 4" }],
  },
  { what: "a letter of a plan", sql: "UPDATE plans SET body = replace(body, 'greet', 'grea')", findings: [{ kind: "plan" }] },
  { what: "a letter of a large output", sql: "UPDATE blobs SET body = replace(body, 'xx', 'xy')", findings: [{ kind: "blob" }] },
  {
    what: "a plan",
    sql: "DELETE FROM plans",
    findings: [{ kind: "reference", message: "row 1 of executions refers to a row of plans that is missing" }],
  },
  {
    what: "a large output",
    sql: "DELETE FROM blobs",
    findings: [{ kind: "reference", message: "row 2 of events refers to a row of blobs that is missing" }],
  },
  {
    what: "an execution",
    sql: "DELETE FROM executions",
    findings: [{ kind: "reference", message: "there are events of an execution 1, which is missing" }],
  },
])("when $what is lost or changed, the check says so", async ({ sql, findings }) => {
  using temporary = temporaryDirectory();
  {
    await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
    await journal.create(sampleStart("e1"));
    await journal.append("e1", eventsAfter(1, succeeded("a", LARGE), ended("completed")));
  }
  {
    using database = new DatabaseSync(join(temporary.path, "journal.db"), { enableForeignKeyConstraints: false });
    database.exec(sql);
  }
  await using reader = await openJournalReader({ directory: temporary.path });
  expect(await reader?.checkIntegrity()).toMatchObject(findings);
});

test("the check can be made while executions go on", async () => {
  using temporary = temporaryDirectory();
  await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
  await journal.create(sampleStart("e1"));
  await journal.append("e1", eventsAfter(1, ...Array.from({ length: 5_000 }, () => succeeded("a"))));
  const checking = journal.checkIntegrity();
  await journal.append("e1", eventsAfter(5_001, succeeded("b")));
  expect(await checking).toEqual([]);
});

test("a journal that is damaged all over gives a list with an end", async () => {
  using temporary = temporaryDirectory();
  {
    await using journal = await openJournal({ directory: temporary.path, clock: systemClock });
    await journal.create(sampleStart("e1"));
    await journal.append("e1", eventsAfter(1, ...Array.from({ length: 300 }, () => succeeded("a"))));
  }
  {
    using database = new DatabaseSync(join(temporary.path, "journal.db"));
    database.exec("UPDATE events SET body = 'x'");
  }
  await using reader = await openJournalReader({ directory: temporary.path });
  expect(await reader?.checkIntegrity()).toHaveLength(100);
});
