import { describe, expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { nodeOf, planSteps, planned, SHOP } from "../../test/support/plan-steps.ts";
import type { Plan } from "../model/plan.ts";
import type { ServerCapacity } from "../model/tool.ts";

function planAt(capacity: ServerCapacity, ...steps: readonly string[]): Plan {
  return planned(planSteps(steps, "", catalogOf({ shop: { ...SHOP, capacity }, other: SHOP })));
}

const calls = (count: number): ServerCapacity => ({ calls: count, largest: {}, resources: {} });
const gpus = (count: number): ServerCapacity => ({ calls: 50, largest: { gpu: 4 }, resources: { gpu: count } });
const four = (more = ""): readonly string[] => ["a", "b", "c", "d"].map((id) => `{ id: ${id}, tool: shop.buy${more} }`);

describe("a plan expects of a server", () => {
  const cases: readonly [
    name: string,
    capacity: ServerCapacity,
    steps: readonly string[],
    load: readonly [estimateMs: number, paths: number],
  ][] = [
    ["all at once where it can do as much", calls(4), four(), [1_000, 4]],
    ["two waves where it can do less", calls(3), four(), [2_000, 3]],
    ["no fan-out where it does one thing at a time", calls(1), four(), [4_000, 1]],
    ["what its resources allow", gpus(4), four(", resources: { gpu: 2 }"), [2_000, 2]],
    ["nothing of what no step occupies", gpus(1), four(), [1_000, 4]],
    ["nothing of what it has no limit of", gpus(1), four(", resources: { cpu: 64 }"), [1_000, 4]],
    ["turns of the items of a list", calls(2), ["{ id: a, tool: shop.buy, for_each: [1, 2, 3, 4, 5] }"], [3_000, 1]],
    ["turns of items that occupy much", gpus(4), ["{ id: a, tool: shop.buy, for_each: [1, 2, 3], resources: { gpu: 3 } }"], [3_000, 1]],
    ["nothing for steps that call nothing", calls(1), ["{ id: a, sleep: 5s }", "{ id: b, sleep: 5s }"], [5_000, 2]],
  ];
  test.each(cases)("%s", (_, capacity, steps, [estimateMs, parallelPaths]) => {
    expect(planAt(capacity, ...steps)).toMatchObject({ estimateMs, parallelPaths });
  });

  test("what it can do, each of several for itself, and keeps that with the plan", () => {
    const plan = planAt(calls(1), ...four(), "{ id: e, tool: other.buy }", "{ id: f, tool: other.buy }");
    expect(plan).toMatchObject({ estimateMs: 4_000, parallelPaths: 3, capacities: { shop: calls(1) } });
    expect(Object.keys(plan.capacities ?? {})).toEqual(["shop"]);
  });

  test("to go on with what most still depends on", () => {
    const steps = [
      "{ id: a, tool: shop.buy }",
      "{ id: b, tool: shop.buy }",
      "{ id: c, needs: [b], tool: other.buy, estimated_duration: 9s }",
    ];
    expect(planAt(calls(1), ...steps).estimateMs).toBe(10_000);
  });
});

test("each step knows the longest chain from its beginning to the end of its phase, however scarce servers are", () => {
  const steps = [
    "{ id: a, tool: shop.buy }",
    "{ id: b, needs: [a], tool: shop.buy, estimated_duration: 5s }",
    "{ id: c, needs: [a], sleep: 2s }",
    "{ id: d, needs: [b, c], value: 1 }",
  ];
  const catalog = catalogOf({ shop: { ...SHOP, capacity: calls(1) } });
  const plan = planned(planSteps(steps, "finally: [{ id: z, tool: shop.buy }]", catalog));
  expect(["a", "b", "c", "d", "z"].map((id) => nodeOf(plan, id).remainingMs)).toEqual([6_000, 5_000, 2_000, 0, 1_000]);
});
