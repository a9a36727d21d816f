import { expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { planOf } from "../../test/support/plan-of.ts";
import { callsAtOnce, capacityFor, claimOfStep } from "./step-claim.ts";
import type { ServerCapacity } from "./tool.ts";
import type { Resources, Step } from "./workflow.ts";

/** A step that calls a tool of the server `s`. */
function step(more = ""): Step {
  const text = `id: m\nsteps:\n  - { id: a, tool: s.read, with: {}${more} }`;
  const [node] = planOf(text, catalogOf({ s: { tools: { read: {} } } })).nodes;
  if (node === undefined) throw new Error("a plan has its steps");
  return node.step;
}

const server = (calls: number, resources: Resources = {}): ServerCapacity => ({ calls, largest: resources, resources });

test.each<readonly [string, { readonly more?: string; readonly items: number; readonly capacity?: ServerCapacity }, number]>([
  ["of no items", { items: 0, capacity: server(5) }, 0],
  ["of a server without a limit", { items: 9 }, 9],
  ["of a server with places", { items: 9, capacity: server(5) }, 5],
  ["of a step with a limit of its own", { more: ", for_each: [1], max_parallel: 3", items: 9, capacity: server(5) }, 3],
  ["of fewer items than places", { items: 2, capacity: server(5) }, 2],
  ["that occupy what there is", { more: ", resources: { gpu: 2 }", items: 9, capacity: server(5, { gpu: 7 }) }, 3],
  ["whose fractions have no exact quotient", { more: ", resources: { cpu: 0.1 }", items: 9, capacity: server(9, { cpu: 0.3 }) }, 3],
  ["that occupy what has no limit", { more: ", resources: { gpu: 2 }", items: 9, capacity: server(5) }, 5],
  ["that want more than there is", { more: ", resources: { gpu: 2 }", items: 9, capacity: server(5, { gpu: 1 }) }, 1],
])("calls %s run at once", (_, { more, items, capacity }, atOnce) => {
  expect(callsAtOnce(step(more), items, capacity)).toBe(atOnce);
});

test("a step occupies the same for each of its calls, and nothing of what it claims none of", () => {
  expect(claimOfStep(step(), 2)).toEqual({ server: "s", calls: 2 });
  expect(claimOfStep(step(", resources: { gpu: 2, cpu: 0 }"), 3)).toEqual({ server: "s", calls: 3, resources: { gpu: 6 } });
  expect(claimOfStep(step(), 0)).toBeUndefined();
});

test("a step has the capacity of its server, and none of one that is only named like something else", () => {
  expect(capacityFor(step(), { s: server(5) })).toEqual(server(5));
  expect(capacityFor(step(), { other: server(5) })).toBeUndefined();
});
