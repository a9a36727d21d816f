import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import type { CheckRegistry } from "../model/check.ts";
import { NO_CHECKS } from "../model/check.ts";
import type { PatternDefinition } from "../model/pattern.ts";
import { instantiatePattern } from "./instantiate-pattern.ts";
import type { InstantiatedPattern } from "./instantiate-pattern.ts";

const CHECKS: CheckRegistry = {
  ...NO_CHECKS,
  checks: {
    program: { kind: "command", command: "node", args: [], workingDirectory: "/", env: {}, timeoutMs: 5_000 },
    asked: { kind: "tool", server: "ci", tool: "ask", arguments: { text: "a ${{ secrets.KEY }}" }, timeoutMs: 2_000 },
  },
};

test.each<{ readonly what: string; readonly steps: readonly JsonObject[]; readonly become: readonly JsonObject[] }>([
  {
    what: "a step whose condition is false is left out, and nobody waits for it",
    steps: [
      { id: "a", when: "${{ parameters.no }}", value: 1 },
      { id: "b", when: "${{ parameters.yes }}", needs: ["a"], value: 2 },
      { id: "c", dependencies: ["a", "b"], value: 3 },
    ],
    become: [
      { id: "b", needs: [], value: 2 },
      { id: "c", dependencies: ["b"], value: 3 },
    ],
  },
  {
    what: "of two steps with one id and opposite conditions one is there, also for who waits for it",
    steps: [
      { id: "a", when: "${{ parameters.yes }}", value: 1 },
      { id: "a", when: "${{ parameters.no }}", value: 2 },
      { id: "b", needs: ["a"], value: 3 },
    ],
    become: [
      { id: "a", value: 1 },
      { id: "b", needs: ["a"], value: 3 },
    ],
  },
  {
    what: "a step with a list is there once for each entry, and who waits for it waits for all",
    steps: [
      { id: "a", each: "${{ parameters.list }}", name: "Do ${{ each.n }}", value: "${{ each }}" },
      { id: "b", needs: ["a"], value: 0 },
    ],
    become: [
      { id: "a-1", name: "Do 1", value: { n: 1 } },
      { id: "a-2", name: "Do 2", value: { n: 2 } },
      { id: "b", needs: ["a-1", "a-2"], value: 0 },
    ],
  },
  {
    what: "a step with a check that is a program lets the built-in server run it",
    steps: [{ id: "a", check: "program", type: "validation" }],
    become: [
      {
        id: "a",
        tool: "checks.run_check",
        with: { check: "program" },
        effect: "read",
        validates: true,
        timeout: "20s",
        type: "validation",
      },
    ],
  },
  {
    what: "a step with a check that is a tool calls it as the configuration says, where nothing is an expression",
    steps: [{ id: "a", check: "asked", timeout: "1m" }],
    become: [{ id: "a", tool: "ci.ask", with: { text: "a $${{ secrets.KEY }}" }, effect: "read", validates: true, timeout: "1m" }],
  },
])("$what", ({ steps, become }) => {
  const { document, problems } = instantiated({ workflow: { steps } });
  expect(problems).toEqual([]);
  expect(document["steps"]).toEqual(become);
});

test("the workflow says which pattern it follows, and what it says itself stays", () => {
  const { document } = instantiated({ workflow: { description: "For ${{ component }}", steps: [], metadata: { owner: "ops" } } });
  expect(document).toEqual({
    id: "w",
    name: "p for Orders DB",
    pattern: "p",
    description: "For Orders DB",
    steps: [],
    metadata: { owner: "ops", pattern: { name: "p", version: "2", component: "Orders DB" } },
  });
});

test("a long name of a component is cut between characters", () => {
  const { document } = instantiated({}, "😀".repeat(100));
  expect(document["name"]).toBe(`p for ${"😀".repeat(97)}`);
});

test("requirements are those of the application: filled, and without those whose condition is false", () => {
  const { requirements, monitoring, nextSteps } = instantiated({
    requirements: [
      { id: "a", description: "of ${{ component }}", severity: "blocking", check: { port: "${{ parameters.port }}", is: "registered" } },
      { id: "b", description: "b", severity: "warning", when: "${{ parameters.no }}", check: { server: "x" } },
      { id: "c", description: "c", severity: "warning", check: { parameter: "${{ parameters.port > 80 }}" } },
      { id: "d", description: "d", severity: "warning", check: { tool: ["a.b", "a.c"], with: { n: "${{ parameters.port }}" } } },
    ],
    monitoring: { interval: "${{ parameters.every }}", checks: ["a", "b"] },
    nextSteps: ["Look at port ${{ parameters.port }}"],
  });
  expect(requirements).toEqual([
    { id: "a", description: "of Orders DB", severity: "blocking", check: { kind: "port", ports: [8080], is: "registered" } },
    { id: "c", description: "c", severity: "warning", check: { kind: "parameter", holds: true } },
    { id: "d", description: "d", severity: "warning", check: { kind: "tool", names: ["a.b", "a.c"], with: { n: 8080 } } },
  ]);
  expect(monitoring).toEqual({ intervalMs: 120_000, requirements: [requirements[0]] });
  expect(nextSteps).toEqual(["Look at port 8080"]);
});

test.each<{ readonly pattern: Partial<PatternDefinition>; readonly says: string; readonly path: readonly (string | number)[] }>([
  {
    pattern: { workflow: { steps: [{ id: "a", when: "${{ parameters.port }}", value: 1 }] } },
    says: '"when" must be true or false, not 8080',
    path: ["workflow", "steps", 0, "when"],
  },
  {
    pattern: { workflow: { steps: [{ id: "a", each: "${{ parameters.port }}", value: 1 }] } },
    says: '"each" must be a list of at most 100 entries',
    path: ["workflow", "steps", 0, "each"],
  },
  {
    pattern: { workflow: { steps: [{ id: "a", check: "program", tool: "x.y" }] } },
    says: 'a step with "check" calls what tutti.yaml says: leave out "tool" and "with"',
    path: ["workflow", "steps", 0, "check"],
  },
  {
    pattern: { workflow: { steps: [], output: "${{ parameters.gone }}" } },
    says: 'the pattern has no parameter "gone"',
    path: ["workflow", "output"],
  },
  {
    pattern: { requirements: [{ id: "a", description: "a", severity: "blocking", check: { port: "${{ parameters.port * 10 }}" } }] },
    says: '"port" must be a whole number from 1 to 65535, not 80800',
    path: ["requirements", 0, "check", "port"],
  },
])("$says", ({ pattern, says, path }) => {
  expect(instantiated(pattern).problems).toMatchObject([{ message: says, path }]);
});

test("a place in the workflow leads back to the pattern, also behind steps that are not there or there twice", () => {
  const { origin } = instantiated({
    workflow: {
      steps: [
        { id: "a", when: false, value: 1 },
        { id: "b", each: "${{ parameters.list }}", value: 1 },
        { id: "c", value: 1 },
      ],
    },
  });
  expect(origin(["steps", 1, "value"])).toEqual(["workflow", "steps", 1, "value"]);
  expect(origin(["steps", 2, "id"])).toEqual(["workflow", "steps", 2, "id"]);
  expect(origin(["output"])).toEqual(["workflow", "output"]);
});

function instantiated(more: Partial<PatternDefinition>, component = "Orders DB"): InstantiatedPattern {
  const pattern: PatternDefinition = {
    name: "p",
    version: "2",
    description: "d",
    components: [],
    appliesTo: [],
    parameters: {},
    requirements: [],
    workflow: { steps: [] },
    nextSteps: [],
    ...more,
  };
  const parameters = { yes: true, no: false, list: [{ n: 1 }, { n: 2 }], port: 8080, every: "2m" };
  return instantiatePattern(pattern, { component, parameters }, { workflowId: "w", checks: CHECKS });
}
