import { expect, test } from "vitest";
import { SHOP_CATALOG, workflowOf } from "../../test/support/plan-steps.ts";
import { buildPlan } from "./build-plan.ts";

const shared = { license: 2, tape_drive: 1 };

test.each([
  ["what there is is granted", "license: 2, tape_drive: 1", []],
  ["more than there is is refused", "license: 3", ["license: 3 is more than there is of this shared resource, 2 in all"]],
  ["what nobody shares is refused", "licence: 1", ['unknown shared resource "licence" - did you mean "license"?']],
  [
    "names of what every object has are names like others",
    "constructor: 1",
    ['unknown shared resource "constructor" - known are "license", "tape_drive"'],
  ],
])("%s", (_, leases, messages) => {
  const workflow = workflowOf(`id: m\nsteps: [{ id: a, tool: shop.buy, leases: { ${leases} } }]`);
  expect(buildPlan({ workflow, catalog: SHOP_CATALOG, shared }).problems.map(({ message }) => message)).toEqual(messages);
  expect(buildPlan({ workflow, catalog: SHOP_CATALOG }).problems).toEqual([]);
});

test("a lease is refused where nothing is shared at all", () => {
  const workflow = workflowOf("id: m\nsteps: [{ id: a, tool: shop.buy, leases: { license: 1 } }]");
  const [problem] = buildPlan({ workflow, catalog: SHOP_CATALOG, shared: {} }).problems;
  expect(problem).toMatchObject({
    code: "unknown-shared-resource",
    message: 'unknown shared resource "license" - there are none',
    path: ["steps", 0, "leases", "license"],
  });
});
