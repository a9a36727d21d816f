import type { CallRequest } from "../../src/model/call.ts";

/** A call of a step, of which a test changes what it is about. */
export function callRequest(more: Partial<CallRequest> = {}): CallRequest {
  return {
    executionId: "e",
    workflowId: "w",
    call: { step: "a" },
    attempt: 1,
    server: "s",
    tool: "t",
    input: { n: 1 },
    secrets: [],
    effect: "read",
    timeoutMs: 1_000,
    idempotencyKey: "e/a",
    meta: {},
    permissions: [],
    ...more,
  };
}
