import { expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { planOf } from "../../test/support/plan-of.ts";
import { capabilityMatrix } from "./capability-matrix.ts";

const read = { annotations: { readOnlyHint: true } };
const CATALOG = catalogOf({
  shop: { tools: { find: read, pay: {}, ship: {} }, requires: { pay: ["find"], ship: ["pay", "post.stamp"], gone: ["find"] } },
  post: { tools: { stamp: {}, find: read }, requires: { stamp: ["weigh"] }, effects: { stamp: "idempotent" } },
  scale: { tools: { weigh: read } },
  other: { tools: { weigh: read }, requires: { weigh: ["nothing"] } },
});
const SERVERS = Object.values(CATALOG).map((server) => ({ ...server, available: server.name !== "other" }));

test("tools are counted, by server, with what their calls may do", () => {
  expect(capabilityMatrix(SERVERS)).toMatchObject({
    toolCount: 7,
    servers: [
      {
        server: "shop",
        available: true,
        tools: [
          { name: "shop.find", effect: "read" },
          { name: "shop.pay", effect: "once" },
          { name: "shop.ship", effect: "once" },
        ],
      },
      { server: "post", tools: [{ name: "post.stamp", effect: "idempotent" }, { name: "post.find" }] },
      { server: "scale" },
      { server: "other", available: false },
    ],
  });
});

test("what a tool requires is a tool of its own server, else of any, and nothing that nobody has", () => {
  expect(capabilityMatrix(SERVERS).relationships.map(({ kind, before, after }) => `${kind} ${before} ${after}`)).toEqual([
    "requires shop.find shop.pay",
    "requires shop.pay shop.ship",
    "requires post.stamp shop.ship",
    "requires scale.weigh post.stamp",
    "requires other.weigh post.stamp",
  ]);
});

test("of a workflow it is said what comes before what, how much runs side by side, and how long it takes", () => {
  const plan = planOf(
    `
id: order
steps:
  - { id: a, tool: shop.find, estimated_duration: 1s }
  - { id: b, tool: post.find, estimated_duration: 4s }
  - { id: c, needs: [a, b], value: 1 }
  - { id: d, needs: [a], tool: shop.find, estimated_duration: 2s }
finally:
  - { id: e, tool: post.find, estimated_duration: 500ms }
`,
    CATALOG,
  );
  const { workflow, relationships } = capabilityMatrix([], plan);
  expect(relationships).toEqual(
    [
      ["a", "c"],
      ["b", "c"],
      ["a", "d"],
    ].map(([before, after]) => ({ kind: "needs", before, after })),
  );
  expect(workflow).toEqual({
    workflowId: "order",
    stepCount: 5,
    parallelPaths: 2,
    estimate: { bestMs: 4_500, expectedMs: 4_500, worstMs: 7_500 },
  });
});

test("no servers have no capabilities", () => {
  expect(capabilityMatrix([])).toEqual({ toolCount: 0, servers: [], relationships: [] });
});
