import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { services } from "../../examples/order-processing/servers/services.ts";
import type { Json } from "../../src/base/json.ts";
import { encodeEnvelope } from "../../src/envelope/envelope-codec.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import { workflowResponse } from "../../src/operations/workflow-response.ts";
import { inRepository } from "../support/built-command.ts";
import { live } from "../support/lives.ts";
import { planOf } from "../support/plan-of.ts";
import { serviceCatalog } from "../support/service-catalog.ts";
import { succeeded, World } from "../support/world.ts";
import { ORDER } from "../fault/shop-books.ts";
import { ServiceWorld } from "../fault/service-world.ts";

const TEXT = readFileSync(inRepository("examples/order-processing/process-order.yaml"), "utf8");

interface Answer {
  readonly status: unknown;
  readonly results: unknown;
  readonly error: unknown;
  readonly rollbackActions: unknown;
}

/** The answer to an order while these tools fail. */
async function answerTo(broken: readonly string[], policy = "fail_fast", cancelAfterCalls?: number): Promise<Answer> {
  using shop = new ServiceWorld(services, { fault: ({ tool }) => (broken.includes(tool) ? "tool_error" : "none"), delayCalls: () => 1 });
  const plan = planOf(TEXT.replace("error_policy: fail_fast", `error_policy: ${policy}`), serviceCatalog(services));
  const interrupt =
    cancelAfterCalls === undefined ? {} : { interrupt: { afterCalls: cancelAfterCalls, signal: { type: "cancel" as const } } };
  const inputs = { ...ORDER, customer_id: "cust-789", total_amount: null };
  const { report } = await live({ plan, inputs, world: shop, ...interrupt });
  return onWire(report, plan);
}

function onWire(report: ExecutionReport, plan: Plan): Answer {
  const { meta, data, error } = encodeEnvelope(workflowResponse(report, plan)) as {
    readonly meta: { readonly correlation_context?: Readonly<Record<string, Json>>; readonly workflow_id?: string };
    readonly data: { readonly status: string; readonly results: Json };
    readonly error?: { readonly type: string; readonly message: string };
  };
  expect(meta.workflow_id).toBe(report.workflowId);
  return {
    ...data,
    error: error === undefined ? undefined : `${error.type}: ${error.message}`,
    rollbackActions: meta.correlation_context?.["rollback_actions"],
  };
}

test("an order that went well is answered with what each stage gave", async () => {
  expect(await answerTo([])).toEqual({
    status: "completed",
    results: {
      charge: { payment_id: "pay-1", checkout_id: "e-root", amount: { amount_minor: 28_250, currency: "EUR" } },
      fulfillment: { fulfillment_id: "ful-1" },
      notification: { notification_id: "msg-1", sent_to: "ada@example.com" },
    },
  });
});

test.each<{
  readonly name: string;
  readonly broken: readonly string[];
  readonly policy?: string;
  readonly cancel?: number;
  readonly is: Partial<Answer>;
}>([
  {
    name: "an order that two checks refuse lists both, by the tools that were asked",
    broken: ["inventory_check", "payment_method"],
    is: {
      status: "validation_failed",
      results: { failed_validations: ["inventory_check", "payment_method"] },
      error: "Validation: Validation failed",
    },
  },
  {
    name: "an order that cannot be charged has nothing to undo",
    broken: ["process_payment"],
    is: { status: "failed", results: { error: "unavailable" }, error: "McpToolExecution: unavailable" },
  },
  {
    name: "an order that cannot be fulfilled is refunded",
    broken: ["fulfill_order"],
    is: {
      status: "failed_with_rollback",
      results: { completed: ["payment_charged"], failed: "fulfillment", rollback: ["payment_refunded"] },
      error: "External: unavailable",
      rollbackActions: ["refund_payment"],
    },
  },
  {
    name: "an order that cannot be fulfilled and not be refunded says what is left",
    broken: ["fulfill_order", "refund_payment"],
    is: {
      status: "rollback_failed",
      results: {
        completed: ["payment_charged"],
        failed: "fulfillment",
        rollback: [],
        leftovers: [{ step: "charge_payment", reason: "compensation_failed" }],
      },
      error: "External: unavailable",
    },
  },
  {
    name: "an order of which the customer cannot be told is a partial success",
    broken: ["send_notification"],
    is: {
      status: "partial_success",
      results: { completed: ["payment_charged", "order_fulfilled"], failed: "notification" },
      error: "External: Step failed: notification",
    },
  },
  {
    name: "an order that may be done in part, and cannot be fulfilled, is refunded in the end",
    broken: ["fulfill_order"],
    policy: "allow_partial",
    is: {
      status: "partial_success",
      results: { completed: ["payment_charged", "payment_refunded"], failed: "fulfillment" },
      error: "External: Step failed: fulfillment",
    },
  },
  {
    name: "an order that is cancelled after it was fulfilled is taken back, the last thing first",
    broken: ["send_notification"],
    cancel: 6,
    is: {
      status: "cancelled",
      results: {
        completed: ["payment_charged", "order_fulfilled"],
        rollback: ["fulfillment_cancelled", "payment_refunded"],
      },
      error: "Internal: cancelled by a person",
      rollbackActions: ["cancel_fulfillment", "refund_payment"],
    },
  },
])("$name", async ({ broken, policy, cancel, is }) => {
  expect(await answerTo(broken, policy, cancel)).toEqual(is);
});

test("a workflow without words of its own is answered with the ids of its steps and the names of its tools", async () => {
  const world = new World({});
  const text = `{ id: plain, steps: [
    { id: first, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: {} } },
    { id: second, needs: [first], tool: w.fail } ] }`;
  const plan = planOf(text, world.catalog());
  const { report } = await live({ plan, world });
  expect(onWire(report, plan)).toMatchObject({ results: { completed: ["first"], failed: "second", rollback: ["undo_set"] } });
});

test("several failures are all named, a failed item fails its step, and a step of the end is never hidden", async () => {
  const world = new World({ odd: ({ input }) => ({ outcome: succeeded(input) }) });
  const text = `{ id: several, error_policy: allow_partial, steps: [
    { id: good, tool: w.read, with: {} }, { id: bad, tool: w.fail },
    { id: each, for_each: [1, 2], value: "\${{ 1 / (item - 1) }}" } ], finally: [{ id: last, tool: w.fail }] }`;
  const plan = planOf(text, world.catalog());
  const { report } = await live({ plan, world });
  expect(onWire(report, plan)).toMatchObject({
    status: "partial_success",
    results: { completed: ["good"], failed: ["bad", "each", "last"] },
    error: "External: Step failed: bad, each, last",
  });
});
