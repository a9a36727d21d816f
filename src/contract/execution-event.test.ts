import { expect, test } from "vitest";
import * as z from "zod";
import type { ExecutionEvent } from "../model/event.ts";
import { executionEvent } from "./execution-event.ts";

const ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";

const cases: readonly { readonly name: string; readonly event: ExecutionEvent; readonly document: object }[] = [
  {
    name: "the start of a call keeps the keys of its arguments",
    event: { seq: 2, atMs: 0, type: "call-started", call: { step: "a", item: 1 }, attempt: 1, childId: "c", input: { orderId: 1, a_b: 2 } },
    document: {
      seq: 2,
      at: "1970-01-01T00:00:00.000Z",
      type: "call-started",
      call: { step: "a", item: 1 },
      attempt: 1,
      child_id: "c",
      input: { orderId: 1, a_b: 2 },
    },
  },
  {
    name: "the start has the meta in snake_case, with the names that others gave",
    event: {
      seq: 1,
      atMs: 0,
      type: "execution-started",
      inputs: {},
      workflowId: "w",
      planHash: "p",
      meta: { requestId: ID, tracing: { tags: { orderId: "1" } }, extensions: { myPart: { a_b: 1, aB: 2 } } },
    },
    document: {
      seq: 1,
      at: "1970-01-01T00:00:00.000Z",
      type: "execution-started",
      inputs: {},
      workflow_id: "w",
      plan_hash: "p",
      meta: { request_id: ID, tracing: { tags: { orderId: "1" } }, extensions: { myPart: { a_b: 1, aB: 2 } } },
    },
  },
  {
    name: "a delay keeps its unit",
    event: { seq: 3, atMs: 5, type: "call-failed", call: { step: "a" }, error: { kind: "timeout", message: "m" }, retryAtMs: 9 },
    document: {
      seq: 3,
      at: "1970-01-01T00:00:00.005Z",
      type: "call-failed",
      call: { step: "a" },
      error: { kind: "timeout", message: "m" },
      retry_at_ms: 9,
    },
  },
  {
    name: "the trip of a call says in what its times are measured",
    event: {
      seq: 4,
      atMs: 5,
      type: "call-succeeded",
      call: { step: "a" },
      output: 1,
      trip: {
        replica: "b",
        failovers: [{ replica: "a", kind: "connection", message: "lost" }],
        queuedMs: 0,
        serverMs: 1.5,
        overheadMs: 0.25,
      },
    },
    document: {
      seq: 4,
      at: "1970-01-01T00:00:00.005Z",
      type: "call-succeeded",
      call: { step: "a" },
      output: 1,
      trip: {
        replica: "b",
        failovers: [{ replica: "a", kind: "connection", message: "lost" }],
        queued_ms: 0,
        server_ms: 1.5,
        overhead_ms: 0.25,
      },
    },
  },
  {
    name: "the end keeps the keys of its output",
    event: { seq: 4, atMs: 5, type: "execution-ended", outcome: "completed", output: { totalAmount: [1] }, leftovers: [] },
    document: {
      seq: 4,
      at: "1970-01-01T00:00:00.005Z",
      type: "execution-ended",
      outcome: "completed",
      output: { totalAmount: [1] },
      leftovers: [],
    },
  },
];

test.each(cases)("$name", ({ event, document }) => {
  expect(z.encode(executionEvent, event)).toEqual(document);
  expect(executionEvent.parse(document)).toEqual(event);
});
