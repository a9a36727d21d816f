import { describe, expect, test } from "vitest";
import { messagesOf, nodeOf, planned, SHOP_CATALOG, workflowOf } from "../../test/support/plan-steps.ts";
import type { Workflow } from "../model/workflow.ts";
import { buildPlan, type PlanResult } from "./build-plan.ts";

describe("children", () => {
  const child =
    'id: child\ninputs: { n: { type: number }, note: { type: string, default: x } }\nsteps: [{ id: buy, tool: shop.buy }]\noutput: { paid: "${{ steps.buy.output }}" }';
  const reader = "id: reader\nsteps: [{ id: look, tool: shop.look }]";

  function planWith(text: string, ...children: readonly string[]): PlanResult {
    const workflows = Object.fromEntries(children.map(workflowOf).map((workflow) => [workflow.id, workflow]));
    return buildPlan({ workflow: workflowOf(text), catalog: SHOP_CATALOG, workflows });
  }

  test("are planned with the workflow, each once", () => {
    const middle = "id: middle\nsteps: [{ id: run, workflow: child, with: { n: 1 } }]";
    const plan = planned(
      planWith("id: test\nsteps: [{ id: a, workflow: middle }, { id: b, workflow: child, with: { n: 2 } }]", middle, child),
    );
    expect(Object.keys(plan.children).sort()).toEqual(["child", "middle"]);
    expect(plan.children["middle"]?.children).toEqual({});
    expect(plan.nodes.map(({ estimateMs, call }) => [estimateMs, call.effect])).toEqual([
      [1_000, "once"],
      [1_000, "once"],
    ]);
  });

  test("give the workflow what they occupy, and keep their warnings to themselves", () => {
    const heavy = 'id: heavy\nsteps: [{ id: run, value: 1, if: "${{ false }}", resources: { gpu: 2 } }]';
    const result = planWith("id: test\nsteps: [{ id: a, workflow: heavy }, { id: b, workflow: heavy }]", heavy);
    expect(planned(result)).toMatchObject({
      resources: { gpu: 4 },
      warnings: [],
      children: { heavy: { warnings: [{ code: "never-true" }] } },
    });
    expect(result.problems).toEqual([]);
  });

  test("that change nothing make a step that changes nothing", () => {
    expect(nodeOf(planned(planWith("id: test\nsteps: [{ id: a, workflow: reader }]", reader)), "a")).toMatchObject({
      call: { effect: "read" },
      irreversible: false,
    });
  });

  const wrong: readonly [name: string, step: string, messages: readonly string[]][] = [
    ["that are not there", "{ id: a, workflow: chidl }", ['unknown workflow "chidl" - did you mean "child"?']],
    ["without an input", "{ id: a, workflow: child }", ['the workflow "child" needs the input "n" (a number)']],
    ["with a wrong input", "{ id: a, workflow: child, with: { n: x } }", ['"n" must be a number, not the string "x"']],
    [
      "with an unknown input",
      "{ id: a, workflow: child, with: { n: 1, nota: x } }",
      ['the workflow "child" has no input "nota" - did you mean "note"?'],
    ],
    [
      "of which an output is read that they do not have",
      '{ id: a, workflow: child, with: { n: 1 } }\n  - { id: b, value: "${{ steps.a.output.piad }}" }',
      ['the output of the workflow "child" has no "piad" - did you mean "paid"?'],
    ],
    [
      "that have errors",
      "{ id: a, workflow: broken }",
      ['in the workflow "broken", step "run": unknown tool "shop.bux" - did you mean "shop.buy"?'],
    ],
    [
      "whose children have errors",
      "{ id: a, workflow: outer }",
      ['in the workflow "broken", step "run": unknown tool "shop.bux" - did you mean "shop.buy"?'],
    ],
    ["that run themselves", "{ id: a, workflow: loop }", ['the workflow "loop" runs itself']],
    ["that run what runs them", "{ id: a, workflow: back }", ["workflows run each other in a circle: test -> back -> test"]],
  ];
  test.each(wrong)("%s", (_, step, expected) => {
    const result = planWith(
      `id: test\nsteps:\n  - ${step}\n`,
      child,
      "id: broken\nsteps: [{ id: run, tool: shop.bux }]",
      "id: outer\nsteps: [{ id: run, workflow: broken }]",
      "id: loop\nsteps: [{ id: run, workflow: loop }]",
      "id: back\nsteps: [{ id: run, workflow: test }]",
    );
    expect(result.plan).toBeUndefined();
    expect(messagesOf(result).filter((message) => !message.startsWith('unknown workflow "test"'))).toEqual(expected);
    expect(result.problems.every(({ path }) => path[0] === "steps")).toBe(true);
  });

  test("in a chain of 2,000 do not overflow the stack", () => {
    const workflows = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, place) => {
        const steps = place === 1_999 ? "[{ id: a, value: 1 }]" : `[{ id: a, workflow: w${place + 1} }]`;
        return [`w${place}`, workflowOf(`id: w${place}\nsteps: ${steps}`)];
      }),
    );
    const plan = planned(buildPlan({ workflow: workflowOf("id: test\nsteps: [{ id: a, workflow: w0 }]"), catalog: {}, workflows }));
    expect(Object.keys(plan.children)).toHaveLength(2_000);
  });
});

describe("without a catalog", () => {
  test("there is no plan, and tools are not looked at", () => {
    const workflow = workflowOf(
      'id: test\nsteps: [{ id: a, tool: nobody.knows, with: { x: 1 } }, { id: b, if: "${{ false }}", value: 1 }]',
    );
    const { plan, problems } = buildPlan({ workflow });
    expect(plan).toBeUndefined();
    expect(problems.map(({ code }) => code)).toEqual(["never-true"]);
  });
});

describe("a workflow in which nearly everything is wrong", () => {
  const empty: Workflow = { id: "wrong", inputs: {}, errorPolicy: { mode: "fail_fast" }, steps: [], finally: [] };
  const pay = { kind: "tool", server: "shop", tool: "pay" } as const;
  const steps = Array.from({ length: 600 }, (_, place) => ({ id: `s${place}`, needs: [], if: "true" }));

  test("is answered with the first 500 problems, errors before warnings", () => {
    const wrong = steps.map((step) => ({ ...step, action: { ...pay, with: {} } }));
    const { problems } = buildPlan({ workflow: { ...empty, steps: wrong }, catalog: SHOP_CATALOG });
    expect(problems).toHaveLength(501);
    expect(problems.slice(0, 500).every(({ severity }) => severity === "error")).toBe(true);
    expect(problems.at(-1)?.message).toBe("there are more problems than these 500");
  });

  test("is not planned for the one error behind 600 warnings", () => {
    const warned = steps.map((step) => ({ ...step, action: { kind: "value", value: 1 } as const }));
    const last = { id: "last", needs: [], action: { ...pay, with: { amount: 1, to: 2 } } };
    const { plan, problems } = buildPlan({ workflow: { ...empty, steps: [...warned, last] }, catalog: SHOP_CATALOG });
    expect(plan).toBeUndefined();
    expect(problems.map(({ code }) => code).slice(0, 2)).toEqual(["type-mismatch", "always-true"]);
  });

  test("may name 300,000 steps that are not there", () => {
    const needs = Array.from({ length: 300_000 }, (_, place) => `x${place}`);
    const { problems } = buildPlan({ workflow: { ...empty, steps: [{ id: "a", needs, action: { kind: "value", value: 1 } }] } });
    expect(problems).toHaveLength(501);
  });
});

describe("a workflow that a program has made", () => {
  const step = { needs: [], action: { kind: "value", value: 1 } } as const;
  const workflow: Workflow = { id: "made", inputs: {}, errorPolicy: { mode: "fail_fast" }, finally: [], steps: [] };
  const cases: readonly [name: string, workflow: Workflow, codes: readonly string[]][] = [
    ["may need a step that is not there", { ...workflow, steps: [{ ...step, id: "a", needs: ["b"] }] }, ["unknown-step"]],
    [
      "may have one id twice",
      {
        ...workflow,
        steps: [
          { ...step, id: "a" },
          { ...step, id: "a" },
        ],
      },
      ["duplicate-step"],
    ],
    ["may need itself", { ...workflow, steps: [{ ...step, id: "a", needs: ["a"] }] }, ["cycle"]],
    ["may read itself", { ...workflow, steps: [{ ...step, id: "a", if: "steps.a.status == 'failed'" }] }, ["cycle"]],
    [
      "may need a finally step",
      { ...workflow, steps: [{ ...step, id: "a", needs: ["z"] }], finally: [{ ...step, id: "z" }] },
      ["wrong-phase"],
    ],
    [
      "may read a finally step",
      { ...workflow, steps: [{ ...step, id: "a", if: "failed('z')" }], finally: [{ ...step, id: "z" }] },
      ["wrong-phase"],
    ],
    [
      "may need a step in finally",
      { ...workflow, steps: [{ ...step, id: "a" }], finally: [{ ...step, id: "z", needs: ["a"] }] },
      ["wrong-phase"],
    ],
    ["may read an input that is not there", { ...workflow, steps: [{ ...step, id: "a", if: "inputs.x" }] }, ["unknown-input"]],
    ["may give what is not there", { ...workflow, output: "${{ steps.x.output }}" }, ["unknown-step"]],
    ["may have a broken expression", { ...workflow, steps: [{ ...step, id: "a", if: "1 +" }] }, []],
  ];
  test.each(cases)("%s", (_, made, codes) => {
    expect(buildPlan({ workflow: made, catalog: {} }).problems.map(({ code }) => code)).toEqual(codes);
  });
});
