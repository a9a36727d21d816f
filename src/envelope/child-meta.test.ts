import { expect, test } from "vitest";
import { withChildContext, withResponseFields } from "./child-meta.ts";
import type { Meta } from "./meta.ts";

const STEP = { stepName: "charge", stepIndex: 2, totalSteps: 4 };
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const ROOT_SPAN = "00f067aa0ba902b7";

const root: Meta = {
  requestId: "0193f2c7-5d0a-7c3e-8f21-000000000001",
  version: "1.0",
  tenant: "acme",
  sessionId: "s",
  agentId: "a",
  workflowId: "w",
  onBehalfOf: { originalUser: "alice" },
  security: { userId: "u" },
  tracing: { traceId: TRACE, spanId: ROOT_SPAN, spanKind: "server", spanStatus: { code: "ok" }, baggage: { a: "b" }, tags: { c: "d" } },
  correlationContext: { operation: "o" },
};

test("a child belongs to the same operation, tenant and trace, one level below", () => {
  const child = withChildContext(root, STEP, { childRequestId: "child-1", spanId: "aaaaaaaaaaaaaaaa" });
  expect(child).toEqual({
    ...root,
    parentRequestId: root.requestId,
    childRequestId: "child-1",
    stepContext: STEP,
    tracing: {
      traceId: TRACE,
      spanId: "aaaaaaaaaaaaaaaa",
      parentSpanId: ROOT_SPAN,
      operationName: "charge",
      baggage: { a: "b" },
      tags: { c: "d", step_name: "charge", step_index: "2", total_steps: "4" },
    },
  });
});

test("the parent of a grandchild is the child, and not the root", () => {
  const child = withChildContext(root, STEP, { childRequestId: "child-1", spanId: "aaaaaaaaaaaaaaaa" });
  const grandchild = withChildContext(child, STEP, { childRequestId: "child-2", spanId: "bbbbbbbbbbbbbbbb" });
  expect([grandchild.requestId, grandchild.parentRequestId, grandchild.childRequestId]).toEqual([root.requestId, "child-1", "child-2"]);
  expect(grandchild.tracing).toMatchObject({ traceId: TRACE, spanId: "bbbbbbbbbbbbbbbb", parentSpanId: "aaaaaaaaaaaaaaaa" });
});

test("what it was made from stays as it was", () => {
  const before = structuredClone(root);
  withChildContext(root, STEP, { childRequestId: "child-1", spanId: "aaaaaaaaaaaaaaaa" });
  withResponseFields(root, { nowMs: 0, durationMs: 1 });
  expect(root).toEqual(before);
});

test("where there is no trace one begins, if there is an id for it", () => {
  const ids = { childRequestId: "child-1", spanId: "aaaaaaaaaaaaaaaa" };
  expect(withChildContext({}, STEP, { ...ids, traceId: TRACE }).tracing).toMatchObject({ traceId: TRACE, spanId: ids.spanId });
  expect(withChildContext({ tracing: { spanId: ROOT_SPAN } }, STEP, { ...ids, traceId: TRACE }).tracing).not.toHaveProperty("parentSpanId");
  expect(withChildContext({}, STEP, ids).tracing).not.toHaveProperty("spanId");
});

test("an answer keeps who it is for and says how long it took; what was only said to the server is gone", () => {
  const asked: Meta = {
    ...root,
    parentRequestId: "p",
    childRequestId: "c",
    stepContext: STEP,
    timestamp: "2026-01-31T09:00:00.000Z",
    errorPolicy: "fail_fast",
    debug: { traceEnabled: true },
    performance: { gcTime: 1 },
    monitoring: { serverId: "s" },
    extensions: { a: 1 },
  };
  expect(withResponseFields(asked, { nowMs: 1_000, durationMs: 12.5 })).toEqual({
    ...root,
    parentRequestId: "p",
    childRequestId: "c",
    stepContext: STEP,
    timestamp: "1970-01-01T00:00:01.000Z",
    duration: 12.5,
  });
});
