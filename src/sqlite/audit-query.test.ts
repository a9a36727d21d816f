import { expect, test } from "vitest";
import { sampleEntry, tamper } from "../../test/support/audit-samples.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import type { AuditQuery } from "../model/audit.ts";
import { openAuditLog } from "./audit-log.ts";
import { auditReader } from "./audit-reader.ts";

const START_MS = Date.UTC(2026, 0, 1);

/** Twelve entries, a minute between them: two executions, two tenants, two users, some refusals. */
async function writeTwelve(directory: string): Promise<void> {
  const clock = new ManualClock(START_MS);
  await using log = await openAuditLog({ directory, clock });
  for (let place = 1; place <= 12; place += 1) {
    await log.record(
      sampleEntry(place, {
        executionId: place <= 6 ? "0193f2c7-89ab-7000-8000-000000000001" : "0193f2c7-89ac-7000-8000-000000000002",
        requestId: `request-${Math.ceil(place / 3)}`,
        traceId: `trace-${Math.ceil(place / 4)}`,
        workflowId: place <= 6 ? "order" : "refund",
        tenant: place % 4 === 0 ? "beta" : "acme",
        userId: place % 2 === 0 ? "ada" : "grace",
        action: place % 3 === 0 ? "call-ended" : "call",
        decision: place % 5 === 0 ? "denied" : "allowed",
      }),
    );
    clock.advance(60_000);
  }
}

const MINUTE_MS = 60_000;

const QUERIES: readonly (readonly [string, Omit<AuditQuery, "limit">, readonly number[]])[] = [
  ["all, newest first", {}, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
  ["oldest first", { oldestFirst: true, requestId: "request-2" }, [4, 5, 6]],
  ["a request", { requestId: "request-2" }, [6, 5, 4]],
  ["a trace", { traceId: "trace-3" }, [12, 11, 10, 9]],
  ["a workflow", { workflowId: "refund" }, [12, 11, 10, 9, 8, 7]],
  ["an execution", { executionId: "0193f2c7-89ab-7000-8000-000000000001" }, [6, 5, 4, 3, 2, 1]],
  ["an execution by the beginning of its id", { executionId: "0193f2c7-89ac" }, [12, 11, 10, 9, 8, 7]],
  ["several executions by a common beginning", { executionId: "0193f2c7-89a", decision: "denied" }, [10, 5]],
  ["no execution, where the beginning is only like it", { executionId: "0193f2c7_89ac" }, []],
  ["a tenant", { tenant: "beta" }, [12, 8, 4]],
  ["a user", { userId: "grace", workflowId: "order" }, [5, 3, 1]],
  ["an action", { action: "call-ended" }, [12, 9, 6, 3]],
  ["refusals", { decision: "denied" }, [10, 5]],
  ["what was allowed of a tenant", { decision: "allowed", tenant: "acme", workflowId: "order" }, [6, 3, 2, 1]],
  ["since a moment, with it", { sinceMs: START_MS + 9 * MINUTE_MS }, [12, 11, 10]],
  ["until a moment, without it", { untilMs: START_MS + 2 * MINUTE_MS }, [2, 1]],
  ["nobody's", { tenant: "' OR 1 = 1 --" }, []],
];

test.each(QUERIES)("a query finds %s", async (_, query, seqs) => {
  using temporary = temporaryDirectory();
  await writeTwelve(temporary.path);
  const page = await auditReader({ directory: temporary.path }).query({ ...query, limit: 100 });
  expect(page.entries.map(({ seq }) => seq)).toEqual(seqs);
  expect(page.nextCursor).toBeUndefined();
});

test.each([false, true])("pages follow one another without a gap (oldest first: %s)", async (oldestFirst) => {
  using temporary = temporaryDirectory();
  await writeTwelve(temporary.path);
  const reader = auditReader({ directory: temporary.path });
  const seqs: number[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await reader.query({ oldestFirst, tenant: "acme", limit: 4, ...(cursor === undefined ? {} : { cursor }) });
    seqs.push(...page.entries.map(({ seq }) => seq));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  const expected = [1, 2, 3, 5, 6, 7, 9, 10, 11];
  expect(seqs).toEqual(oldestFirst ? expected : expected.toReversed());
});

test("a cursor that no list has given is refused", async () => {
  using temporary = temporaryDirectory();
  await writeTwelve(temporary.path);
  const reading = auditReader({ directory: temporary.path }).query({ limit: 1, cursor: "1 OR 1" });
  await expect(reading).rejects.toMatchObject({ code: "input.invalid" });
});

test("where there is no log, nothing is found and no file is made", async () => {
  using temporary = temporaryDirectory();
  const reader = auditReader({ directory: temporary.path });
  expect(await reader.query({ limit: 10 })).toEqual({ entries: [] });
  expect(await reader.head()).toBeUndefined();
});

test.each([
  ["no JSON", "entry = 'x'"],
  ["no entry", `entry = '{"action":"dance","decision":"allowed"}'`],
  ["of a moment that no calendar has", "at_ms = 9000000000000000"],
  ["of a moment that no number has", "at_ms = 9007199254740993"],
])("an entry that somebody has made %s is a refusal that leads to verifying, and no bug", async (_, change) => {
  using temporary = temporaryDirectory();
  await writeTwelve(temporary.path);
  tamper(temporary.path, `UPDATE entries SET ${change} WHERE seq = 5`);
  const reading = auditReader({ directory: temporary.path }).query({ limit: 100 });
  await expect(reading).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "damaged" } });
  await expect(auditReader({ directory: temporary.path }).query({ limit: 100 })).rejects.toThrow("tutti audit verify");
});
