import { expect, test } from "vitest";
import {
  type Envelope,
  newMeta,
  parseEnvelope,
  printEnvelope,
  randomIds,
  requestEnvelope,
  successEnvelope,
  systemClock,
  userMessage,
  withPayload,
  withResponseFields,
  type WorkflowRequest,
  workflowRequest,
  workflowResponse,
} from "../../src/envelope.ts";

// The parts between the tests stand in docs/envelope.md.

function ask(orderId: string): string {
  const request: Envelope<WorkflowRequest> = requestEnvelope(
    { operation: "process_order", parameters: { order_id: orderId } },
    { clock: systemClock, ids: randomIds },
    { tenant: "acme", extensions: { error_policy: "allow_partial" } },
  );
  return printEnvelope(request);
}

function tell(body: string): string {
  const { data, error } = withPayload(parseEnvelope(body), workflowResponse);
  if (error !== undefined && data === undefined) return userMessage(error);
  return error === undefined ? `done: ${data?.status}` : `partly done: ${userMessage(error)}`;
}

function answer(body: string): string {
  const startedMs = systemClock.monotonicMs();
  const { meta, data } = withPayload(parseEnvelope(body), workflowRequest);
  const received = newMeta({ clock: systemClock, ids: randomIds }, meta);
  const results = { done: data?.operation ?? "nothing" };
  const elapsed = { nowMs: systemClock.nowMs(), durationMs: systemClock.monotonicMs() - startedMs };
  return printEnvelope(successEnvelope(withResponseFields(received, elapsed), { status: "completed", results }));
}

test("a request is asked, answered and told as the documentation shows it", () => {
  const request = ask("o-1");
  expect(tell(answer(request))).toBe("done: completed");
  const [asked, answered] = [parseEnvelope(request), parseEnvelope(answer(request))];
  expect(answered.meta).toMatchObject({ requestId: asked.meta.requestId, tenant: "acme", tracing: asked.meta.tracing });
  expect(answered.meta.duration).toBeGreaterThanOrEqual(0);
});

test("an answer with data and an error is told as partly done, and one with an error alone in words for people", () => {
  const error = { type: "External", code: "STEP_FAILED", message: "connect ECONNREFUSED 10.0.0.7" } as const;
  const meta = { tenant: "acme" };
  expect(tell(printEnvelope({ meta, data: { status: "partial_success", results: {} }, error }))).toMatch(/^partly done: /);
  expect(tell(printEnvelope({ meta, error }))).not.toContain("10.0.0.7");
});
