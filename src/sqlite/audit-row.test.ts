import { expect, test } from "vitest";
import { sampleEntry } from "../../test/support/audit-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import type { AuditEntry } from "../model/audit.ts";
import { openAuditLog } from "./audit-log.ts";
import { auditReader } from "./audit-reader.ts";
import { encodeEntry, keptEntry } from "./audit-row.ts";

const COLUMNS = ["tenant", "userId", "requestId", "traceId", "executionId", "workflowId"] as const;

test.each([
  ["is very long", "x".repeat(5_000)],
  ["would be cut within a character", `${"x".repeat(4_095)}\u{1F600}${"x".repeat(10)}`],
  ["has half a character", "a\ud800b"],
  ["has characters that end text elsewhere", "a\0b\nc\u2028d"],
  ["is empty", ""],
])("nobody can make a log look changed by a name that %s", async (_, name) => {
  using temporary = temporaryDirectory();
  const reader = auditReader({ directory: temporary.path });
  {
    await using log = await openAuditLog({ directory: temporary.path, clock: systemClock });
    for (const column of COLUMNS) await log.record(sampleEntry(1, { [column]: name }));
  }
  expect(await reader.verify({})).toMatchObject({ sound: true, findings: [], entries: COLUMNS.length });
  const { userId = "" } = keptEntry(sampleEntry(1, { userId: name }));
  expect((await reader.query({ limit: 10, userId })).entries).toHaveLength(1);
});

test("what is kept of an entry has no members without a value, and keeping it twice changes nothing", () => {
  const entry: AuditEntry = sampleEntry(1, { reason: "\udfff".repeat(9_999), details: { text: "x".repeat(99_999) } });
  const kept = keptEntry(entry);
  expect(keptEntry(kept).details).toEqual(kept.details);
  expect(JSON.parse(encodeEntry(kept))).toEqual(kept);
});
