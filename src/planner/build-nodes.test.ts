import { describe, expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { nodeOf, planSteps, planned, SHOP, workflowOf } from "../../test/support/plan-steps.ts";
import { buildPlan } from "./build-plan.ts";

describe("the effect of a call", () => {
  const cases: readonly [name: string, step: string, effect: string, irreversible: boolean][] = [
    ["is what the step says, before all others", "{ id: a, tool: shop.look, effect: once }", "once", true],
    ["is what the step says, before the configuration", "{ id: a, tool: shop.find, effect: idempotent }", "idempotent", true],
    ["is what the configuration says, before the server", "{ id: a, tool: shop.peek }", "once", true],
    ["is what the configuration says", "{ id: a, tool: shop.find }", "read", false],
    ["is what the server says", "{ id: a, tool: shop.look }", "read", false],
    ["may be repeated when the server says so", "{ id: a, tool: shop.put }", "idempotent", true],
    ["is to act anew when nobody says anything", "{ id: a, tool: shop.buy }", "once", true],
    ["can be undone when the step says how", "{ id: a, tool: shop.buy, compensate: { tool: shop.cancel } }", "once", false],
    ["is none where nothing is called", "{ id: a, value: 1 }", "read", false],
  ];
  test.each(cases)("%s", (_, step, effect, irreversible) => {
    const node = nodeOf(planned(planSteps([step])), "a");
    expect([node.call.effect, node.irreversible]).toEqual([effect, irreversible]);
  });

  test("is planned for compensation and fallback too, without what the step says of its own", () => {
    const catalog = catalogOf({ shop: { ...SHOP, honoursIdempotencyKey: true } });
    const step = "{ id: a, tool: shop.buy, effect: read, compensate: { tool: shop.put }, fallback: { tool: shop.cancel } }";
    const { call, compensateCall, fallbackCall } = nodeOf(planned(planSteps([step], "", catalog)), "a");
    expect({ call, compensateCall, fallbackCall }).toEqual({
      call: { effect: "read", honoursKey: true },
      compensateCall: { effect: "idempotent", honoursKey: true },
      fallbackCall: { effect: "once", honoursKey: true },
    });
  });
});

describe("the shape of a plan", () => {
  test("has levels, a critical path over the slowest steps, and the size of its widest level", () => {
    const plan = planned(
      planSteps(
        [
          "{ id: a, value: 1 }",
          "{ id: slow, needs: [a], tool: shop.buy, estimated_duration: 5s }",
          "{ id: fast, needs: [a], tool: shop.buy }",
          "{ id: z, needs: [slow, fast], value: 1 }",
        ],
        "finally: [{ id: audit, tool: shop.buy }, { id: later, needs: [audit], value: 1 }]",
      ),
    );
    expect(plan.nodes.map(({ level }) => level)).toEqual([0, 1, 1, 2, 0, 1]);
    expect(plan.criticalPath).toEqual(["a", "slow", "z", "audit", "later"]);
    expect(plan.nodes.filter(({ critical }) => critical).map(({ step }) => step.id)).toEqual(plan.criticalPath);
    expect([plan.estimateMs, plan.parallelPaths]).toEqual([6_000, 2]);
  });

  const estimates: readonly [step: string, estimateMs: number][] = [
    ["tool: shop.buy", 1_000],
    ["tool: shop.buy, max_duration: 5m", 300_000],
    ["tool: shop.buy, max_duration: 5m, estimated_duration: 20s", 20_000],
    ["tool: shop.buy, for_each: [1, 2, 3, 4, 5]", 1_000],
    ["tool: shop.buy, for_each: [1, 2, 3, 4, 5], max_parallel: 2", 3_000],
    ['tool: shop.buy, for_each: "${{ [1].map(x, x) }}", max_parallel: 5', 2_000],
    ["tool: shop.buy, for_each: []", 0],
    ["sleep: 10m", 600_000],
    ["sleep: \"${{ '5' + 'm' }}\"", 0],
    ['approval: { message: "?" }', 0],
    ["value: 1", 0],
  ];
  test.each(estimates)("%s is estimated at %i ms", (step, estimateMs) => {
    expect(nodeOf(planned(planSteps([`{ id: a, ${step} }`])), "a").estimateMs).toBe(estimateMs);
  });

  test("sums up what its steps occupy", () => {
    const plan = planned(
      planSteps(["{ id: a, value: 1, resources: { gpu: 2, memory: 32GB } }", "{ id: b, value: 1, resources: { gpu: 1, cpu: 4 } }"]),
    );
    expect(plan.resources).toEqual({ gpu: 3, memoryBytes: 32e9, cpu: 4 });
  });

  test("of nothing is nothing", () => {
    expect(buildPlan({ workflow: { ...workflowOf("id: a\nsteps: [{ id: a, value: 1 }]"), steps: [] }, catalog: {} }).plan).toMatchObject({
      nodes: [],
      criticalPath: [],
      estimateMs: 0,
      parallelPaths: 0,
    });
  });
});
