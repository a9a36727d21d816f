import { defined } from "../../src/base/defined.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { ExecutionSignal } from "../../src/engine/person-signal.ts";
import type { Meta } from "../../src/envelope/meta.ts";
import { callId } from "../../src/model/call.ts";
import type { CheckRegistry } from "../../src/model/check.ts";
import type { ExecutionReport, Outcome } from "../../src/model/execution.ts";
import { planOf } from "./plan-of.ts";
import type { Story } from "./lives.ts";
import { type Answer, type Behaviour, failed, lost, numberIn, partly, succeeded, World, type WorldCall } from "./world.ts";

/** A workflow with all that it meets, and how it must end, however often its process dies on the way. */
export interface StoryKind {
  readonly name: string;
  readonly workflow: string;
  readonly children?: readonly string[];
  readonly registry?: CheckRegistry;
  readonly inputs?: JsonObject;
  readonly meta?: Meta;
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  readonly interrupt?: Story["interrupt"];
  readonly ends: Outcome;
}

/** The story with a fresh world. */
export function tell({ workflow, children = [], registry, behaviours = {}, inputs, meta, interrupt }: StoryKind): Story {
  const world = new World(behaviours);
  const plan = planOf(workflow, world.catalog(), children, registry);
  return { plan, world, person: truthfulPerson, ...defined({ inputs, meta, interrupt }) };
}

/** Somebody who approves everything, goes and looks when a call is in doubt, and says what is true. */
export function truthfulPerson(report: ExecutionReport, world: World): readonly ExecutionSignal[] {
  return report.steps.flatMap((step): readonly ExecutionSignal[] => {
    if (step.waitingFor?.kind === "approval") return [{ type: "approve", step: step.id, approved: true, by: "ann" }];
    if (step.status !== "in_doubt") return [];
    const items: readonly (number | undefined)[] = step.items?.inDoubt ?? [undefined];
    return items.map((item) => {
      const id = callId({ step: step.id, ...defined({ item }) });
      const key = `${report.executionId}/${id}`;
      // Whoever is told nothing of the tool takes the step's own.
      const { tool = step.tool } = step.error ?? {};
      const arrived = world.calls.find((call) => call.tool === tool && (call.key === key || call.key === `${key}/fallback`));
      return { type: "resolve", step: step.id, ...defined({ item }), ...verdictOn(arrived) };
    });
  });
}

function verdictOn(arrived: WorldCall | undefined): Pick<ExecutionSignal & { type: "resolve" }, "verdict" | "output"> {
  if (arrived === undefined) return { verdict: "not_happened" };
  return arrived.tool === "fail" ? { verdict: "failed" } : { verdict: "happened", output: { id: arrived.key } };
}

const PAID_AND_SET = `
  - { id: a, tool: w.set, with: { n: 1 }, compensate: { tool: w.undo_set, with: { n: "\${{ output.n }}" } } }
  - { id: b, needs: [a], tool: w.pay, with: { n: 2 }, compensate: { tool: w.undo_pay, with: { id: "\${{ output.id }}" } } }`;

export const STORIES: readonly StoryKind[] = [
  {
    name: "a sequence",
    workflow: `
id: sequence
inputs: { n: { type: integer } }
steps:
  - { id: a, tool: w.read, with: { n: "\${{ inputs.n }}" } }
  - { id: b, tool: w.pay, with: { n: "\${{ steps.a.output.n }}" } }
  - { id: c, value: "\${{ steps.b.output.id }}" }
  - { id: d, tool: w.set, with: { id: "\${{ steps.c.output }}" } }
output: { id: "\${{ steps.d.output.id }}" }`,
    inputs: { n: 7 },
    ends: "completed",
  },
  {
    name: "a diamond with a condition",
    workflow: `
id: diamond
steps:
  - { id: top, tool: w.read, with: { n: 3 } }
  - { id: left, needs: [top], tool: w.read, with: { side: left } }
  - { id: right, needs: [top], tool: w.pay, with: { side: right } }
  - { id: never, if: "\${{ steps.top.output.n > 5 }}", tool: w.pay, with: {} }
  - { id: bottom, needs: [left, right], tool: w.set, with: { both: true } }
  - { id: note, if: "\${{ skipped('never') }}", tool: w.read, with: { n: 1 } }
output: { side: "\${{ steps.left.output.side }}" }`,
    ends: "completed",
  },
  {
    name: "a fan-out of 50",
    workflow: `
id: fan-out
steps:
${Array.from({ length: 50 }, (_, index) => `  - { id: s${index}, tool: w.${index % 2 === 0 ? "read" : "set"}, with: { n: ${index} } }`).join("\n")}
  - { id: join, needs: [${Array.from({ length: 50 }, (_, index) => `s${index}`).join(", ")}], tool: w.pay, with: {} }`,
    ends: "completed",
  },
  {
    name: "for_each over calls that act once",
    workflow: `
id: each
inputs: { skus: { type: array } }
steps:
  - { id: labels, for_each: "\${{ inputs.skus }}", max_parallel: 2, tool: w.set, with: { sku: "\${{ item }}", at: "\${{ index }}" } }
  - { id: count, value: "\${{ size(steps.labels.output) }}" }
output: { count: "\${{ steps.count.output }}", labels: "\${{ steps.labels.output }}" }`,
    inputs: { skus: ["a", "b", "c", "d", "e"] },
    ends: "completed",
  },
  {
    name: "retry and then success",
    workflow: `
id: retry
steps:
  - { id: flaky, tool: w.read_flaky, with: { n: 1 }, retry: { max_attempts: 5, delay: 1s } }
  - { id: after, tool: w.pay, with: { n: "\${{ steps.flaky.output.n }}" } }`,
    // Attempts that a crash has hidden are attempts all the same to the world.
    ends: "completed",
  },
  {
    name: "failure with compensation",
    workflow: `
id: undo
steps:${PAID_AND_SET}
  - { id: c, needs: [b], tool: w.fail, with: {} }
  - { id: d, needs: [c], tool: w.pay, with: {} }
finally:
  - { id: note, tool: w.set, with: { outcome: "\${{ execution.outcome }}" } }`,
    ends: "failed_with_rollback",
  },
  {
    name: "failing compensation",
    workflow: `
id: stuck
steps:
  - { id: a, tool: w.set, with: { n: 1 }, compensate: { tool: w.undo_set, with: {} } }
  - { id: b, needs: [a], tool: w.set, with: { n: 2 }, compensate: { tool: w.undo_broken, with: {}, retry: { max_attempts: 2, delay: 1s } } }
  - { id: c, needs: [b], tool: w.fail, with: {} }`,
    behaviours: { undo_broken: () => ({ outcome: failed("tool_error", "cannot be undone") }) },
    ends: "rollback_failed",
  },
  {
    name: "in doubt, with a probe",
    workflow: `
id: probe
steps:
  - id: charge
    tool: w.pay
    with: { n: 1 }
    verify: { tool: w.find_payment, with: { step: charge }, happened: "\${{ output.found }}" }
  - { id: after, tool: w.set, with: { id: "\${{ steps.charge.output.id }}" } }
output: { id: "\${{ steps.after.output.id }}" }`,
    behaviours: { pay: () => ({ outcome: lost() }) },
    ends: "completed",
  },
  {
    name: "in doubt, without a probe",
    workflow: `
id: doubt
steps:
  - { id: charge, tool: w.pay_lost, with: { n: 1 } }
  - { id: side, tool: w.read, with: { n: 2 } }
  - { id: after, tool: w.set, with: { id: "\${{ steps.charge.output.id }}" } }`,
    behaviours: { pay_lost: () => ({ outcome: lost() }) },
    ends: "completed",
  },
  {
    name: "an approval",
    workflow: `
id: approval
steps:
  - { id: a, tool: w.read, with: { n: 1 } }
  - { id: ok, needs: [a], approval: { message: "Ship \${{ steps.a.output.n }}?", roles: [manager] } }
  - { id: ship, needs: [ok], tool: w.pay, with: { by: "\${{ steps.ok.output.by }}" } }`,
    ends: "completed",
  },
  {
    name: "a timer",
    workflow: `
id: timer
steps:
  - { id: a, tool: w.read, with: { n: 1 } }
  - { id: wait, needs: [a], sleep: 10m }
  - { id: b, needs: [wait], tool: w.pay, with: { n: 2 } }`,
    ends: "completed",
  },
  {
    name: "a child workflow",
    workflow: `
id: parent
steps:
  - { id: first, tool: w.read, with: { n: 4 } }
  - { id: kid, workflow: child, with: { n: "\${{ steps.first.output.n }}" } }
  - { id: last, tool: w.set, with: { got: "\${{ steps.kid.output.n }}" } }
output: { got: "\${{ steps.last.output.got }}" }`,
    children: [
      `
id: child
inputs: { n: { type: integer }, label: { type: string, default: none } }
steps:
  - { id: pay, tool: w.pay, with: { n: "\${{ inputs.n }}", label: "\${{ inputs.label }}" } }
output: { n: "\${{ inputs.n }}" }`,
    ],
    ends: "completed",
  },
  {
    name: "cancel in the middle",
    workflow: `
id: cancelled
steps:${PAID_AND_SET}
  - { id: c, needs: [b], tool: w.read_slow, with: { n: 3 } }
  - { id: d, needs: [c], sleep: 1h }
  - { id: e, needs: [d], tool: w.pay, with: {} }
finally:
  - { id: note, tool: w.set, with: { outcome: "\${{ execution.outcome }}" } }`,
    interrupt: { afterCalls: 3, signal: { type: "cancel", by: "ann" } },
    ends: "cancelled",
  },
  {
    name: "allow_partial",
    workflow: `
id: partial
error_policy: allow_partial
steps:
  - { id: good, tool: w.pay, with: { n: 1 } }
  - { id: bad, tool: w.fail, with: {} }
  - { id: after_bad, needs: [bad], tool: w.pay, with: {} }
  - { id: rescue, needs: [bad], if: "\${{ failed('bad') }}", tool: w.set, with: { rescued: true } }
  - { id: items, for_each: [1, 2, 3], tool: w.set_odd, with: { n: "\${{ item }}" } }
output: { good: "\${{ steps.good.output.id }}", bad: "\${{ steps.bad.output }}" }`,
    behaviours: {
      set_odd: (call) => ({ outcome: numberIn(call) % 2 === 1 ? succeeded(call.input) : failed("tool_error", "even") }),
    },
    ends: "partial_success",
  },
  {
    name: "validation that says no before anything was changed",
    workflow: `
id: validate
steps:
  - { id: stock, tool: w.check_no, with: {}, validates: true }
  - { id: customer, tool: w.read_slow, with: { valid: false, reason: "unknown customer" }, validates: true }
  - { id: fine, tool: w.read, with: { valid: true }, validates: true }
  - { id: charge, needs: [stock, customer, fine], tool: w.pay, with: {} }`,
    behaviours: { check_no: () => ({ outcome: failed("tool_error", "out of stock") }) },
    ends: "validation_failed",
  },
  {
    name: "a fallback",
    workflow: `
id: fallback
steps:
  - { id: a, tool: w.fail, with: {}, fallback: { value: { sent: false } } }
  - { id: b, tool: w.fail, with: {}, fallback: { tool: w.set, with: { other: true } } }
  - { id: c, tool: w.set, with: { a: "\${{ steps.a.output.sent }}", b: "\${{ steps.b.output.other }}" } }`,
    ends: "completed",
  },
  {
    name: "a fallback that waits when it is cancelled",
    workflow: `
id: waiting-fallback
steps:
  - { id: a, for_each: [1, 2], tool: w.check_no, with: { n: "\${{ item }}" }, fallback: { tool: w.read_busy, with: {} } }
  - { id: b, needs: [a], tool: w.pay, with: {} }`,
    behaviours: {
      check_no: () => ({ outcome: failed("tool_error", "no") }),
      read_busy: () => ({ outcome: failed("connection", "not now", false) }),
    },
    interrupt: { afterCalls: 3, signal: { type: "cancel", by: "ann" } },
    ends: "cancelled",
  },
  {
    name: "a change in flight when it is cancelled",
    workflow: `
id: cancelled-change
steps:
  - { id: a, tool: w.set_slow, with: { n: 1 }, compensate: { tool: w.undo_set, with: { n: "\${{ output.n }}" } } }
  - { id: b, needs: [a], tool: w.pay, with: {} }`,
    behaviours: { set_slow: (call) => ({ outcome: succeeded(call.input), delayMs: 1_000 }) },
    interrupt: { afterCalls: 1, signal: { type: "cancel", by: "ann" } },
    ends: "cancelled",
  },
  {
    name: "somebody else's permissions, which a child needs too",
    workflow: `
id: on-behalf
steps:
  - { id: seat, tool: w.set, with: { n: 1 }, permissions: [seats:hold] }
  - { id: flaky, tool: w.read_flaky, with: { n: 2 }, permissions: [seats:read], retry: { max_attempts: 5, delay: 1s } }
  - { id: kid, needs: [seat, flaky], workflow: paying, with: { n: "\${{ steps.flaky.output.n }}" } }
finally:
  - { id: note, tool: w.set, with: { n: 3 }, permissions: [seats:hold] }
output: "\${{ steps.kid.output }}"`,
    children: [
      `
id: paying
inputs: { n: { type: integer } }
steps:
  - { id: pay, tool: w.pay, with: { n: "\${{ inputs.n }}" }, permissions: [payments:charge] }
output: "\${{ inputs.n }}"`,
    ],
    meta: {
      tenant: "acme",
      requestId: "0193f2c7-89ab-7000-8000-000000000001",
      security: { userId: "ann", authMethod: "jwt", permissions: ["payments:charge", "seats:*"] },
      correlationContext: { order_id: "o-1", camelCase: { Left_as: "it is" } },
      extensions: { shop: { tier: "gold" } },
    },
    ends: "completed",
  },
  {
    name: "a call that is denied, and compensation",
    workflow: `
id: denied
steps:${PAID_AND_SET}
  - { id: c, needs: [b], tool: w.pay, with: { n: 3 }, permissions: [payments:charge], retry: { max_attempts: 5, delay: 1s } }
  - { id: d, needs: [c], tool: w.pay, with: {} }
finally:
  - { id: note, tool: w.set, with: { outcome: "\${{ execution.outcome }}" } }`,
    meta: { tenant: "acme", security: { userId: "bob", permissions: ["payments:list"] } },
    ends: "failed_with_rollback",
  },
  {
    name: "parts of answers",
    workflow: `
id: parts
steps:
  - { id: find, tool: w.set_part, with: { n: 1 } }
  - { id: items, for_each: [1, 2], tool: w.set_odd, with: { n: "\${{ item }}" }, fallback: { value: none } }
  - { id: other, tool: w.fail, with: {}, fallback: { tool: w.set_part, with: { n: 2 } } }
  - { id: kid, workflow: searching }
  - { id: after, needs: [find, items, other, kid], tool: w.pay, with: { n: "\${{ steps.find.output.n }}" } }
output: ["\${{ steps.find.output }}", "\${{ steps.items.output }}", "\${{ steps.other.output }}", "\${{ steps.kid.output }}"]`,
    children: ['{ id: searching, steps: [{ id: look, tool: w.set_part, with: { n: 3 } }], output: "${{ steps.look.output }}" }'],
    behaviours: {
      pay_part: inPart,
      set_part: inPart,
      set_odd: (call) => (numberIn(call) === 1 ? inPart(call) : { outcome: failed("tool_error", "even") }),
    },
    ends: "partial_success",
  },
  {
    name: "a part of an undoing",
    workflow: `
id: half-undone
steps:
  - { id: a, tool: w.set, with: { n: 1 }, compensate: { tool: w.undo_part, with: {}, retry: { max_attempts: 2, delay: 1s } } }
  - { id: b, needs: [a], tool: w.set_part, with: { n: 2 }, compensate: { tool: w.undo_pay, with: { n: "\${{ output.n }}" } } }
  - { id: c, needs: [b], tool: w.fail, with: {} }`,
    behaviours: { undo_part: inPart, set_part: inPart },
    ends: "rollback_failed",
  },
];

function inPart(call: WorldCall): Answer {
  return { outcome: partly({ n: numberIn(call) }, "1 of 3 shards did not answer") };
}
