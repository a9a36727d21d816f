import { expect, test } from "vitest";
import { callRequest } from "../../test/support/call-request.ts";
import { metaProblems } from "../envelope/meta-codec.ts";
import { callMeta } from "./call-meta.ts";

const EXECUTION = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";
const ROOT = "0193f2c0-0000-7000-8000-000000000001";
const PARENT = "0193f2c1-0000-7000-8000-000000000002";
const TRACE = "0af7651916cd43dd8448eb211c80319c";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("a call is a child of what its execution was started with", () => {
  const meta = {
    requestId: ROOT,
    childRequestId: PARENT,
    tenant: "acme",
    tracing: { traceId: TRACE, spanId: "b7ad6b7169203331", baggage: { region: "eu" } },
  };
  const stepContext = { stepName: "charge", stepIndex: 2, totalSteps: 4 };
  const child = callMeta(
    callRequest({ executionId: EXECUTION, workflowId: "order", idempotencyKey: `${EXECUTION}/charge`, meta, stepContext }),
  );
  expect(child).toMatchObject({
    requestId: ROOT,
    parentRequestId: PARENT,
    childRequestId: expect.stringMatching(UUID_V7),
    tenant: "acme",
    workflowId: "order",
    stepContext,
    tracing: { traceId: TRACE, parentSpanId: "b7ad6b7169203331", baggage: { region: "eu" }, operationName: "charge" },
  });
  expect(child.childRequestId?.slice(0, 13)).toBe(EXECUTION.slice(0, 13));
  expect(metaProblems(child)).toEqual([]);
});

test("all attempts are one call with one id, also in another process; each has a span of its own", () => {
  const attempts = [1, 2, 3].map((attempt) => callMeta(callRequest({ executionId: EXECUTION, attempt, attemptsMax: 3 })));
  expect(new Set(attempts.map(({ childRequestId }) => childRequestId)).size).toBe(1);
  expect(new Set(attempts.map(({ tracing }) => tracing?.spanId)).size).toBe(3);
  expect(attempts.map(({ retryContext }) => retryContext)).toEqual([
    undefined,
    { attempt: 2, maxAttempts: 3 },
    { attempt: 3, maxAttempts: 3 },
  ]);
  // What another process has computed, and every later version must compute again.
  expect(attempts[0]).toMatchObject({
    childRequestId: "0193f2c7-5d0a-75cb-8911-d078f78f3943",
    tracing: { traceId: "657a9ac6f8d0a94f229b07448090294f", spanId: "dd7b4c339f3edb93" },
  });
});

test.each(["nightly-2026-01-01", EXECUTION])(
  "the execution %s without an envelope is an operation of its own, with a trace",
  (executionId) => {
    const [first, second] = ["a", "b"].map((step) => callMeta(callRequest({ executionId, idempotencyKey: `${executionId}/${step}` })));
    expect(first?.requestId).toMatch(UUID_V7);
    expect(first).toMatchObject({ requestId: second?.requestId, parentRequestId: first?.requestId });
    expect(first?.tracing?.traceId).toBe(second?.tracing?.traceId);
    expect(first?.childRequestId).not.toBe(second?.childRequestId);
    expect(metaProblems(first)).toEqual([]);
  },
);

test("ids that are not of time order begin with digits of their own, so that they still are UUIDs", () => {
  const ids = ["a", "b"].map((executionId) => callMeta(callRequest({ executionId, idempotencyKey: "same" })).childRequestId);
  expect(ids[0]?.slice(0, 13)).not.toBe(ids[1]?.slice(0, 13));
  expect(ids[0]?.slice(15)).toBe(ids[1]?.slice(15));
});
