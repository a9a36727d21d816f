import { expect, test } from "vitest";
import { executionView, stepReport } from "../../test/support/execution-view.ts";
import { planOf } from "../../test/support/plan-of.ts";
import type { ExecutionReport, StepReport } from "../model/execution.ts";
import { workflowResponse } from "./workflow-response.ts";

const PLAN = planOf(
  `
id: order
steps:
  - { id: stock, value: { valid: true }, validates: true }
  - { id: customer, value: { valid: true }, validates: true }
  - { id: charge, value: 1 }
  - { id: send, value: 2, needs: [charge] }
finally:
  - { id: tidy, value: 3 }
metadata:
  results:
    charge: { completed: payment_charged, rolled_back: payment_refunded }
    send: { failed: fulfillment }
`,
  {},
);

const DONE: readonly StepReport[] = [
  stepReport("stock", { status: "completed" }),
  stepReport("customer", { status: "completed" }),
  stepReport("charge", { status: "completed", completedAtMs: 5 }),
  stepReport("send", { status: "completed", completedAtMs: 9 }),
  stepReport("tidy", { status: "completed", phase: "finally" }),
];

function withStep(id: string, details: Partial<StepReport>): readonly StepReport[] {
  return DONE.map((step) => (step.id === id ? { ...step, ...details } : step));
}

function reportOf(details: Partial<ExecutionReport>, steps: readonly StepReport[] = DONE): ExecutionReport {
  return executionView(steps, { status: "failed", ...details });
}

const ERROR = { kind: "tool_error", message: "no truck", server: "ship", tool: "send" } as const;

test("a completed workflow answers with its output and no error", () => {
  const { data, error } = workflowResponse(reportOf({ status: "completed", outcome: "completed", output: { charge: 1 } }), PLAN);
  expect({ data, error }).toEqual({ data: { status: "completed", results: { charge: 1 } }, error: undefined });
});

test("every validation that said no is named", () => {
  const steps = withStep("stock", { status: "failed", tool: "inventory_check", error: ERROR }).map((step) =>
    step.id === "customer" ? { ...step, status: "failed" as const, tool: "customer_check" } : step,
  );
  const { data, error } = workflowResponse(reportOf({ outcome: "validation_failed" }, steps), PLAN);
  expect(data).toEqual({ status: "validation_failed", results: { failed_validations: ["inventory_check", "customer_check"] } });
  expect(error).toMatchObject({ type: "Validation", code: "VALIDATION_FAILED", message: "Validation failed", httpStatusCode: 422 });
});

test("a partial success says in the workflow's words what was done and what was not", () => {
  const { data, error } = workflowResponse(
    reportOf({ outcome: "partial_success", status: "completed" }, withStep("send", { status: "failed", error: ERROR })),
    PLAN,
  );
  expect(data).toEqual({ status: "partial_success", results: { completed: ["payment_charged"], failed: "fulfillment" } });
  expect(error).toMatchObject({ type: "External", message: "Step failed: fulfillment", details: { cause: { message: "no truck" } } });
});

test("what was rolled back is named with its tools, and the cause is kept", () => {
  const steps = withStep("send", { status: "failed", error: ERROR }).map((step) =>
    step.id === "charge" ? { ...step, compensation: "completed" as const } : step,
  );
  const meta = { requestId: "r", correlationContext: { operation: "process_order" }, security: { userId: "u", roles: ["clerk"] } };
  const envelope = workflowResponse(reportOf({ outcome: "failed_with_rollback", error: ERROR, meta }, steps), PLAN);
  expect(envelope.data).toEqual({
    status: "failed_with_rollback",
    results: { completed: ["payment_charged"], failed: "fulfillment", rollback: ["payment_refunded"] },
  });
  expect(envelope.error).toMatchObject({ type: "External", message: "no truck", details: { cause: { type: "McpToolExecution" } } });
  expect(envelope.meta).toMatchObject({
    requestId: "r",
    workflowId: "digest",
    correlationContext: { operation: "process_order", rollback_actions: ["charge"] },
  });
  expect(envelope.meta).not.toHaveProperty("security");
});

test("what could not be undone is listed", () => {
  const leftovers = [{ step: "charge", reason: "compensation_failed" }] as const;
  const { data, error } = workflowResponse(reportOf({ outcome: "rollback_failed", error: ERROR, leftovers }), PLAN);
  expect(data).toMatchObject({ status: "rollback_failed", results: { leftovers: [{ step: "charge", reason: "compensation_failed" }] } });
  expect(error?.code).toBe("ROLLBACK_FAILED");
});

test("an execution that waits for a person says so, and has no error", () => {
  const steps = withStep("send", { status: "waiting", waitingFor: { kind: "approval" } });
  const { data, error } = workflowResponse(reportOf({ status: "paused", needsPerson: true }, steps), PLAN);
  expect(data).toMatchObject({ status: "paused", results: { needs_person: true, waiting: [{ step: "send", waits_for: "approval" }] } });
  expect(error).toBeUndefined();
});

test("a failure that left nothing to undo keeps its reason", () => {
  const { data, error } = workflowResponse(reportOf({ outcome: "failed", error: ERROR }), PLAN);
  expect(data).toMatchObject({ status: "failed", results: { error: "no truck" } });
  expect(error).toMatchObject({ type: "McpToolExecution", message: "no truck" });
});

test("a cancelled workflow says what was taken back", () => {
  const { data, error } = workflowResponse(reportOf({ outcome: "cancelled" }), PLAN);
  expect(data).toMatchObject({ status: "cancelled", results: { completed: ["payment_charged", "send"], rollback: [] } });
  expect(error).toMatchObject({ type: "Internal", code: "CANCELLED" });
});

test.each(["failed", "failed_with_rollback", "rollback_failed", "partial_success", "validation_failed", "cancelled"] as const)(
  "where errors are not for the one who asked, an answer of %s says that it failed and where, and not why",
  (outcome) => {
    const plan = { ...PLAN, workflow: { ...PLAN.workflow, errorPolicy: { ...PLAN.workflow.errorPolicy, propagateToUser: false } } };
    const leftover = { step: "charge", reason: "compensation_failed", error: ERROR } as const;
    const report = reportOf({ outcome, error: ERROR, leftovers: [leftover] }, withStep("send", { status: "failed", error: ERROR }));
    const { data, error } = workflowResponse(report, plan);
    expect(data?.status).toBe(outcome);
    expect(error).toBeDefined();
    expect(JSON.stringify([data, error])).not.toContain("no truck");
    expect(JSON.stringify(workflowResponse(report, PLAN).error)).toContain(outcome === "validation_failed" ? "Validation" : "no truck");
  },
);
