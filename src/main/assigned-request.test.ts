import { expect, test } from "vitest";
import { callRequest } from "../../test/support/call-request.ts";
import { callMeta } from "../calls/call-meta.ts";
import { wireMeta } from "../calls/wire-meta.ts";
import type { CallRequest } from "../model/call.ts";
import { assignedRequest } from "./assigned-request.ts";

const TASK = { taskId: "0199a0b0-0000-7000-8000-000000000001", serviceName: "s", tool: "t", arguments: { n: 1 }, timeoutMs: 1_000 };

function beside(request: CallRequest): ReturnType<typeof wireMeta> {
  return wireMeta(request, callMeta(request), { config: { trusted: true }, envelopes: false });
}

test("a call that is sent on from a machine carries the same key, execution, step, attempt, tenant and user to its server", () => {
  const request = callRequest({
    call: { step: "labels", item: 3, role: "compensate" },
    attempt: 2,
    idempotencyKey: "e/labels[3]/compensate",
    meta: { tenant: "acme", security: { userId: "ada", permissions: ["a:b"] } },
  });
  const sent = beside(request);
  const again = beside(assignedRequest({ ...TASK, meta: sent }));
  for (const key of Object.keys(sent).filter((name) => name.startsWith("dev.tutti/") && name !== "dev.tutti/context")) {
    expect([key, again[key]]).toEqual([key, sent[key]]);
  }
  expect(again["dev.tutti/context"]).toMatchObject({ tenant: "acme" });
  expect(JSON.stringify(again["traceparent"]).slice(0, 36)).toBe(JSON.stringify(sent["traceparent"]).slice(0, 36));
});

test("a task of which nothing is said is a call by itself, with the number of the task as its key", () => {
  expect(assignedRequest({ ...TASK, meta: {} })).toMatchObject({
    executionId: TASK.taskId,
    idempotencyKey: TASK.taskId,
    call: { step: "t" },
    attempt: 1,
    effect: "once",
    meta: {},
  });
});

test.each([{ "dev.tutti/context": 1 }, { "dev.tutti/idempotency-key": "" }, { "dev.tutti/security": "ada" }])(
  "what is no context of a call is refused: %j",
  (meta) => {
    expect(() => assignedRequest({ ...TASK, meta })).toThrow(/dev\.tutti|security/);
  },
);
