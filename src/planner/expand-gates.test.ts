import { describe, expect, test } from "vitest";
import { needsOf, nodeOf, planned, SHOP_CATALOG, workflowOf } from "../../test/support/plan-steps.ts";
import { printWorkflow } from "../definition/print-workflow.ts";
import type { CheckRegistry } from "../model/check.ts";
import { buildPlan, type PlanResult } from "./build-plan.ts";
import { usedServers } from "./used-servers.ts";

const REGISTRY: CheckRegistry = {
  checks: {
    "unit-tests": { kind: "command", command: "npm", args: ["test"], workingDirectory: "/", env: {}, timeoutMs: 60_000 },
    "startup-validation": { kind: "tool", server: "shop", tool: "pay", arguments: { amount: 1, to: "$${{ x }} and ${{ y }}" } },
  },
  handlers: { deployment: { server: "shop", tool: "pay" } },
};

/** Steps as in a file, each on one line. */
function plan(steps: readonly string[], registry: CheckRegistry = REGISTRY): PlanResult {
  return buildPlan({ workflow: workflowOf(textOf(steps)), catalog: SHOP_CATALOG, registry });
}

function textOf(steps: readonly string[]): string {
  return `id: test\nsteps:\n${steps.map((step) => `  - ${step}\n`).join("")}`;
}

describe("the order", () => {
  test("whoever needs a step also needs the gate behind it, and the gate before a step needs what the step needs", () => {
    const result = planned(
      plan([
        "{ id: a, tool: shop.look }",
        "{ id: b, needs: [a], tool: shop.buy, enforcement: code-review, validation: unit-tests }",
        '{ id: c, tool: shop.look, with: { x: "${{ steps.b.output.x }}" } }',
      ]),
    );
    expect(needsOf(result)).toEqual({
      a: [],
      "b--enforcement": ["a"],
      b: ["a", "b--enforcement"],
      "b--validation": ["b"],
      c: ["b", "b--validation"],
    });
    expect(nodeOf(result, "b")).toMatchObject({ follows: 1, acceptedBy: 3 });
    expect(nodeOf(result, "b--enforcement")).toMatchObject({ gate: { of: "b", kind: "enforcement" }, level: 1 });
    expect(nodeOf(result, "b--validation")).toMatchObject({ gate: { of: "b", kind: "validation" }, follows: 2, level: 3 });
  });

  test("a workflow without gates has the same plan as before", () => {
    const steps = ["{ id: a, tool: shop.look }", "{ id: b, needs: [a], tool: shop.buy }"];
    expect(needsOf(planned(plan(steps)))).toEqual({ a: [], b: ["a"] });
  });

  test("a workflow that a step runs has its gates too", () => {
    const kid = workflowOf("id: kid\nsteps:\n  - { id: x, type: deployment, validation: unit-tests, with: { amount: 1, to: me } }\n");
    const workflow = workflowOf(textOf(["{ id: a, workflow: kid }"]));
    const { plan: made } = buildPlan({ workflow, workflows: { kid }, catalog: SHOP_CATALOG, registry: REGISTRY });
    expect(made?.children["kid"]?.nodes.map(({ step }) => step.id)).toEqual(["x", "x--validation"]);
    expect(usedServers(workflow, { kid }, REGISTRY)).toEqual(["checks", "shop"]);
  });

  test("the plan has the workflow as its author wrote it, and prints it so", () => {
    const steps = ["{ id: a, type: deployment, validation: unit-tests, with: { amount: 1, to: me } }"];
    const workflow = workflowOf(textOf(steps));
    expect(printWorkflow(planned(plan(steps)).workflow)).toBe(printWorkflow(workflow));
  });
});

describe("what a gate does", () => {
  test("a program is run by the built-in server, and has the time to be ended", () => {
    const { step, call, irreversible } = nodeOf(planned(plan(["{ id: a, tool: shop.buy, enforcement: unit-tests }"])), "a--enforcement");
    expect(step).toMatchObject({
      action: { kind: "tool", server: "checks", tool: "run_check", with: { check: "unit-tests", step: "a" } },
      validates: true,
      timeoutMs: 75_000,
    });
    expect({ call, irreversible }).toEqual({ call: { effect: "read", honoursKey: false }, irreversible: false });
  });

  test("the arguments of a tool are what the configuration says, where nothing is an expression", () => {
    const { step } = nodeOf(planned(plan(["{ id: a, tool: shop.buy, enforcement: startup-validation }"])), "a--enforcement");
    expect(step).toMatchObject({ action: { tool: "pay", with: { amount: 1, to: "$$$${{ x }} and $${{ y }}" } }, timeoutMs: 600_000 });
  });

  test("what a step says of its failure and of when it runs is said of its gates too", () => {
    const result = planned(
      plan([
        "{ id: b, tool: shop.look }",
        "{ id: a, if: \"${{ failed('b') }}\", on_error: continue, tool: shop.buy, validation: manual-review, enforcement: unit-tests }",
      ]),
    );
    for (const id of ["a--enforcement", "a--validation"]) {
      expect(nodeOf(result, id).step).toMatchObject({ if: "failed('b')", onError: "continue" });
    }
  });

  test.each([
    ["name: Pay, tool: shop.pay, with: { amount: 1, to: me }", "(Pay) run? It calls shop.pay:", { amount: 1, to: "me" }],
    ["for_each: [1, 2], tool: shop.buy", "run? It calls shop.buy, once for each of these:", [1, 2]],
    ["value: 7", "run? It gives:", 7],
    ["type: development, with: { n: 1 }", "run? It calls nothing and gives its parameters:", { n: 1 }],
    ["sleep: 10m", "run? It waits:", "10m"],
    ["approval: { message: Sure? }", "run? It asks a person:", "Sure?"],
    ["type: deployment, with: { amount: 1, to: me }", "run? It calls shop.pay:", { amount: 1, to: "me" }],
  ])("a review of a step with %s says what it is about", (keys, words, about) => {
    const node = nodeOf(planned(plan([`{ id: a, enforcement: code-review, ${keys} }`])), "a--enforcement");
    expect(node.step.action).toEqual({ kind: "approval", message: `May the step "a" ${words}`, roles: [] });
    expect(node.gate?.about).toEqual(about);
  });
});

test("a review has the roles and the time that the configuration gives to reviews of its name", () => {
  const registry: CheckRegistry = { ...REGISTRY, reviews: { "manual-review": { roles: ["lead", "owner"], timeoutMs: 3_600_000 } } };
  const result = planned(plan(["{ id: a, tool: shop.buy, enforcement: code-review, validation: manual-review }"], registry));
  expect(nodeOf(result, "a--enforcement").step.action).toMatchObject({ kind: "approval", roles: [] });
  expect(nodeOf(result, "a--validation").step.action).toMatchObject({ kind: "approval", roles: ["lead", "owner"], timeoutMs: 3_600_000 });
});

describe("handlers", () => {
  test("a step that only says its type is done by the handler of the type, with its parameters as arguments", () => {
    const { step } = nodeOf(planned(plan(["{ id: a, type: deployment, parameters: { amount: 2, to: me } }"])), "a");
    expect(step.action).toEqual({ kind: "tool", server: "shop", tool: "pay", with: { amount: 2, to: "me" } });
  });

  test.each([
    [
      "of which nobody is the handler",
      "{ id: a, type: development, parameters: { n: 1 } }",
      { kind: "value", value: { n: 1 }, phase: true },
    ],
    ["that has a value", "{ id: a, type: deployment, value: { n: 1 } }", { kind: "value", value: { n: 1 } }],
  ])("a step %s computes its value", (_, step, action) => {
    expect(nodeOf(planned(plan([step])), "a").step.action).toEqual(action);
  });

  test("what is said of a call holds where there is a handler, and is a mistake where there is none", () => {
    const step = (type: string): string => `{ id: a, type: ${type}, retry: { max_attempts: 2 }, with: { amount: 1, to: me } }`;
    expect(nodeOf(planned(plan([step("deployment")])), "a").step.retry).toEqual({ maxAttempts: 2 });
    expect(plan([step("integration")]).problems).toMatchObject([
      {
        path: ["steps", 0, "retry"],
        message: '"retry" has no meaning here: the type "integration" has no handler in tutti.yaml, so the step calls nothing',
      },
    ]);
  });

  test("the servers of handlers and checks are those that are needed", () => {
    const workflow = workflowOf(textOf(["{ id: a, type: deployment, enforcement: unit-tests, validation: manual-review }"]));
    expect(usedServers(workflow, {}, REGISTRY)).toEqual(["checks", "shop"]);
    expect(usedServers(workflow)).toEqual([]);
  });
});

describe("what is wrong", () => {
  test.each([
    [
      "{ id: a, tool: shop.buy, validation: integration-tests }",
      ["steps", 0, "validation"],
      'there is no check "integration-tests" - known are "unit-tests", "startup-validation"; add it to tutti.yaml, as in checks: { integration-tests: { command: npm, args: [test] } }',
    ],
    [
      "{ id: a--validation, tool: shop.buy }",
      ["steps", 0, "id"],
      '"a--validation" cannot be the id of a step: ids that end in "--enforcement" and "--validation" are those of gates',
    ],
    [
      "{ id: a, type: deployment, parameters: { amount: ten, to: me } }",
      ["steps", 0, "with", "amount"],
      '"amount" must be a number, not the string "ten"',
    ],
  ])("%s", (step, path, message) => {
    expect(plan([step])).toMatchObject({ problems: [{ severity: "error", path, message }] });
    expect(plan([step]).plan).toBeUndefined();
  });

  test.each([
    [
      { tool: "payy", arguments: {} },
      'the check "unit-tests" of tutti.yaml cannot be run: unknown tool "shop.payy" - did you mean "shop.pay"?',
    ],
    [
      { tool: "pay", arguments: { amount: 1 } },
      'the check "unit-tests" of tutti.yaml cannot be run: shop.pay needs the argument "to" (a string)',
    ],
  ])("a check with %o is reported at the step that asks for it", (use, message) => {
    const registry: CheckRegistry = { checks: { "unit-tests": { kind: "tool", server: "shop", ...use } }, handlers: {} };
    expect(plan(["{ id: a, tool: shop.buy, enforcement: unit-tests }"], registry).problems).toMatchObject([
      { path: ["steps", 0, "enforcement"], message },
    ]);
  });

  test("without servers nobody knows which checks there are", () => {
    expect(buildPlan({ workflow: workflowOf(textOf(["{ id: a, tool: shop.buy, validation: unit-tests }"])) }).problems).toEqual([]);
  });
});
