import { systemClock } from "../base/clock.ts";
import { CallRecord } from "./call-record.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { AuditEntry } from "../model/audit.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { AuditLog } from "../ports/audit.ts";
import { auditCall } from "./audit-call.ts";
import type { CallOnItsWay } from "./call-stage.ts";
import type { SensitiveFields } from "./sensitive-fields.ts";

const DONE: CallOutcome = { kind: "succeeded", output: { id: 7 } };
const NO_OTHERS: SensitiveFields = async () => [];

/** Keeps entries; while it is broken it refuses them. Nothing is written before the turn of the event loop is over. */
class FakeLog implements AuditLog {
  readonly entries: AuditEntry[] = [];
  broken = false;

  async record(entry: AuditEntry): Promise<void> {
    await nextTurn();
    if (this.broken) throw new Error("the disk is full");
    this.entries.push(entry);
  }
}

function onItsWay(request: Partial<CallRequest> = {}): CallOnItsWay {
  return {
    record: new CallRecord(systemClock),
    request: {
      executionId: "e-1",
      workflowId: "order",
      call: { step: "charge", item: 2, role: "compensate" },
      attempt: 3,
      server: "payments",
      tool: "refund",
      input: { amount: 5, card_number: "4111" },
      secrets: [],
      effect: "once",
      timeoutMs: 1_000,
      idempotencyKey: "e-1/charge",
      meta: {},
      permissions: [],
      ...request,
    },
    meta: {
      requestId: "r-1",
      tenant: "acme",
      security: { userId: "ada" },
      onBehalfOf: { originalUser: "grace" },
      tracing: { traceId: "0af7651916cd43dd8448eb211c80319c" },
    },
    gate: { sending: async () => undefined, progress: () => undefined, stage: () => undefined },
    signal: new AbortController().signal,
  };
}

const ABOUT = {
  tenant: "acme",
  userId: "ada",
  onBehalfOf: "grace",
  requestId: "r-1",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  executionId: "e-1",
  workflowId: "order",
  call: "charge[2]/compensate",
  attempt: 3,
  server: "payments",
  tool: "refund",
};
const DETAILS = { arguments: { amount: 5, card_number: "[redacted]" } };

test.each(["once", "idempotent"] as const)(
  "a call with the effect %s is in the log before it goes on, and its end afterwards",
  async (effect) => {
    const log = new FakeLog();
    const before: AuditEntry[][] = [];
    const outcome = await auditCall(log, NO_OTHERS)(onItsWay({ effect }), async () => {
      before.push([...log.entries]);
      return DONE;
    });
    await nextTurn();
    expect(outcome).toBe(DONE);
    expect(before).toEqual([[{ action: "call", decision: "allowed", ...ABOUT, details: DETAILS }]]);
    expect(log.entries.slice(1)).toEqual([{ action: "call-ended", decision: "allowed", ...ABOUT, outcome: "succeeded" }]);
  },
);

test("a call that only reads is one entry, and does not wait for it once the log is known to work", async () => {
  const log = new FakeLog();
  const stage = auditCall(log, NO_OTHERS);
  const entry = { action: "call-ended", decision: "allowed", ...ABOUT, outcome: "succeeded", details: DETAILS };
  await stage(onItsWay({ effect: "read" }), async () => DONE);
  expect(log.entries).toEqual([entry]);
  await stage(onItsWay({ effect: "read" }), async () => DONE);
  expect(log.entries).toEqual([entry]);
  await nextTurn();
  expect(log.entries).toEqual([entry, entry]);
});

test("a call that cannot be written down is not sent", async () => {
  const log = new FakeLog();
  log.broken = true;
  let sent = false;
  const outcome = await auditCall(log, NO_OTHERS)(onItsWay(), async () => {
    sent = true;
    return DONE;
  });
  expect(sent).toBe(false);
  expect(outcome).toEqual({
    kind: "failed",
    accepted: false,
    error: {
      kind: "denied",
      message: "the call was not sent, because the audit log cannot be written: the disk is full",
      server: "payments",
      tool: "refund",
    },
  });
});

test("while the log fails, reads give no answer, and all goes on when it works again", async () => {
  const log = new FakeLog();
  const stage = auditCall(log, NO_OTHERS);
  const read = async (): Promise<CallOutcome> => await stage(onItsWay({ effect: "read" }), async () => DONE);
  log.broken = true;
  expect(await read()).toMatchObject({ kind: "failed", error: { kind: "denied", message: expect.stringContaining("withheld") as string } });
  log.broken = false;
  expect(await read()).toBe(DONE);
  log.broken = true;
  expect(await read()).toBe(DONE);
  await nextTurn();
  await nextTurn();
  expect(await read()).toMatchObject({ kind: "failed" });
  log.broken = false;
  expect(await read()).toBe(DONE);
  expect(log.entries).toHaveLength(2);
});

test("the outcome of a call that may have changed something is told, whether or not its end can be written down", async () => {
  const log = new FakeLog();
  const outcome = await auditCall(log, NO_OTHERS)(onItsWay(), async () => {
    log.broken = true;
    return DONE;
  });
  await nextTurn();
  expect(outcome).toBe(DONE);
});

const REFUSED: CallOutcome = {
  kind: "failed",
  accepted: true,
  error: { kind: "tool_error", message: "card 4111 of customer 5 was refused" },
};

test.each<readonly [string, CallOutcome, Partial<AuditEntry>]>([
  ["failed", REFUSED, { outcome: "failed", reason: "tool_error: card [redacted] of customer 5 was refused" }],
  [
    "in doubt",
    { kind: "unknown", error: { kind: "timeout", message: "no answer within 5 ms" } },
    { outcome: "unknown", reason: "timeout: no answer within 5 ms" },
  ],
  [
    "partly done",
    { kind: "succeeded", output: {}, answer: { meta: {}, error: { type: "External", code: "PARTIAL", message: "two of three" } } },
    { outcome: "partial", reason: "two of three" },
  ],
])("the end of a call that is %s says why, without what is sensitive", async (_, outcome, expected) => {
  const log = new FakeLog();
  await auditCall(log, NO_OTHERS)(onItsWay(), async () => outcome);
  await nextTurn();
  expect(log.entries[1]).toEqual({ action: "call-ended", decision: "allowed", ...ABOUT, ...expected });
});

test.each(["once", "read"] as const)(
  "the end of a call with the effect %s says which replicas had it, without what is sensitive",
  async (effect) => {
    const log = new FakeLog();
    const call = onItsWay({ effect });
    await auditCall(log, NO_OTHERS)(call, async () => {
      call.record.failedOver({ replica: "a", kind: "connection", message: "lost while 4111 was charged" });
      call.record.wentTo({ replica: "b", machine: undefined });
      return DONE;
    });
    await nextTurn();
    expect(log.entries.at(-1)?.details).toEqual({
      ...(effect === "read" ? DETAILS : {}),
      replica: "b",
      failovers: [{ replica: "a", kind: "connection", message: "lost while [redacted] was charged" }],
    });
  },
);

test("a reason of any length is cut", async () => {
  const log = new FakeLog();
  const error = { kind: "tool_error", message: "x".repeat(1_000_000) } as const;
  await auditCall(log, NO_OTHERS)(onItsWay(), async () => ({ kind: "failed", accepted: true, error }));
  await nextTurn();
  expect(log.entries[1]?.reason).toHaveLength(1_025);
});

test("where it cannot be found out what is sensitive, no argument is shown", async () => {
  const log = new FakeLog();
  await auditCall(log, async () => undefined)(onItsWay(), async () => REFUSED);
  await nextTurn();
  expect(JSON.stringify(log.entries)).not.toContain("4111");
  expect(log.entries[0]?.details).toEqual({ arguments: "[not shown: the server could not be asked which of them are sensitive]" });
});

test("a server is not asked anything for an answer of earlier times", async () => {
  const log = new FakeLog();
  let asked = false;
  const sensitive: SensitiveFields = async () => {
    asked = true;
    return [];
  };
  await auditCall(log, sensitive)(onItsWay({ effect: "read", staleOnly: true }), async () => DONE);
  expect(asked).toBe(false);
});

test("what the configuration of the server names is not shown", async () => {
  const log = new FakeLog();
  await auditCall(log, async () => ["amount"])(onItsWay(), async () => DONE);
  await nextTurn();
  expect(log.entries[0]?.details).toEqual({ arguments: { amount: "[redacted]", card_number: "[redacted]" } });
});
