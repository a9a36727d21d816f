import { describe, expect, test } from "vitest";
import { messagesOf, needsOf, nodeOf, planSteps, planned } from "../../test/support/plan-steps.ts";

describe("a step needs", () => {
  const a = "{ id: a, tool: shop.buy }";
  const cases: readonly [name: string, step: string, needs: readonly string[]][] = [
    ["what it names", "{ id: b, needs: [a], tool: shop.buy }", ["a"]],
    ["what its arguments read, also deep down", '{ id: b, tool: shop.buy, with: { l: [{ x: "${{ steps.a.output.id }}" }] } }', ["a"]],
    ["what its text reads", '{ id: b, approval: { message: "Buy ${{ steps.a.output.id }}?" } }', ["a"]],
    ["what its value reads", '{ id: b, value: { n: "${{ steps.a.output.n + 1 }}" } }', ["a"]],
    ["what its sleep reads", '{ id: b, sleep: "${{ steps.a.output.pause }}" }', ["a"]],
    ["what its moment reads", '{ id: b, until: "${{ steps.a.output.at }}" }', ["a"]],
    ["what its condition reads", '{ id: b, if: "${{ steps.a.output.ok }}", tool: shop.buy }', ["a"]],
    ["what its condition asks the end of", "{ id: b, if: \"${{ failed('a') }}\", tool: shop.buy }", ["a"]],
    ["what its items come from", '{ id: b, for_each: "${{ steps.a.output.list }}", tool: shop.buy }', ["a"]],
    ["what its fallback reads", '{ id: b, tool: shop.buy, fallback: { value: "${{ steps.a.output }}" } }', ["a"]],
    [
      "what its fallback tool reads",
      '{ id: b, tool: shop.buy, fallback: { tool: shop.find, with: { x: "${{ steps.a.output }}" } } }',
      ["a"],
    ],
    [
      "what its probe reads",
      '{ id: b, tool: shop.buy, verify: { tool: shop.find, with: { x: "${{ steps.a.output }}" }, happened: "${{ output.ok }}" } }',
      ["a"],
    ],
    ["what undoing it reads", '{ id: b, tool: shop.buy, compensate: { tool: shop.cancel, with: { x: "${{ steps.a.output }}" } } }', ["a"]],
    [
      "not what undoing it can do without",
      '{ id: b, tool: shop.buy, compensate: { tool: shop.cancel, with: { x: "${{ steps.a.?output }}" } } }',
      [],
    ],
    [
      "not itself, for undoing it",
      '{ id: b, tool: shop.buy, compensate: { tool: shop.cancel, with: { x: "${{ steps.b.output }}" } } }',
      [],
    ],
    ["each step once", '{ id: b, needs: [a], value: ["${{ steps.a.output }}", "${{ steps.a.status }}"] }', ["a"]],
    ["nothing without a reason", "{ id: b, tool: shop.buy }", []],
  ];
  test.each(cases)("%s", (_, step, needs) => {
    const plan = planned(planSteps([a, step]));
    expect(needsOf(plan)["b"]).toEqual(needs);
    expect(nodeOf(plan, "a").dependents).toEqual(needs.length > 0 ? [1] : []);
  });

  test("its needs in the order of the workflow, whatever the order in which it names them", () => {
    const plan = planned(
      planSteps(["{ id: a, value: 1 }", "{ id: b, value: 1 }", '{ id: c, needs: [b], value: "${{ steps.a.output }}" }']),
    );
    expect(nodeOf(plan, "c").needs).toEqual([0, 1]);
  });

  test("of the finally steps only other finally steps", () => {
    const plan = planned(
      planSteps(
        ["{ id: a, value: 1 }"],
        'finally: [{ id: note, value: "${{ steps.a.?output }}" }, { id: send, if: "${{ failed(\'a\') }}", needs: [note], value: 1 }]',
      ),
    );
    expect(needsOf(plan)).toEqual({ a: [], note: [], send: ["note"] });
    expect(plan.nodes.map(({ phase }) => phase)).toEqual(["main", "finally", "finally"]);
  });
});

describe("undoing that reads a step", () => {
  test("which runs later is warned of, because that step may not have completed", () => {
    const result = planSteps([
      '{ id: a, tool: shop.buy, compensate: { tool: shop.cancel, with: { x: "${{ steps.b.output }}" } } }',
      "{ id: b, needs: [a], value: 1 }",
    ]);
    expect(needsOf(planned(result))).toEqual({ a: [], b: ["a"] });
    expect(messagesOf(result)).toEqual([
      'warning: "b" runs after "a" and may not have completed when "a" is undone; read it as .?output, and say what holds without it',
    ]);
  });

  test("and the other way round gives no circle, but two warnings", () => {
    const undo = (other: string): string => `compensate: { tool: shop.cancel, with: { x: "\${{ steps.${other}.output }}" } }`;
    const result = planSteps([`{ id: a, tool: shop.buy, ${undo("b")} }`, `{ id: b, tool: shop.buy, ${undo("a")} }`]);
    expect(needsOf(planned(result))).toEqual({ a: [], b: [] });
    expect(result.problems.map(({ code }) => code)).toEqual(["not-there-yet", "not-there-yet"]);
  });

  test("of items as a whole list is warned of", () => {
    const result = planSteps([
      '{ id: a, for_each: [1, 2], tool: shop.buy, compensate: { tool: shop.cancel, with: { x: "${{ steps.a.output }}" } } }',
    ]);
    expect(result.problems.map(({ code, path }) => [code, path])).toEqual([["not-there-yet", ["steps", 0, "compensate", "with", "x"]]]);
  });
});

describe("a circle is named", () => {
  test("in the order of the needs, where the first step needs the second", () => {
    const result = planSteps([
      "{ id: a, needs: [c], value: 1 }",
      '{ id: b, value: "${{ steps.a.output }}" }',
      "{ id: c, needs: [b], value: 1 }",
    ]);
    expect(result.plan).toBeUndefined();
    expect(result.problems).toEqual([
      {
        code: "cycle",
        severity: "error",
        message: "the steps need each other in a circle: a -> c -> b -> a",
        path: ["steps", 0, "needs", 0],
      },
    ]);
  });

  test("also when a probe closes it, and all circles are named at once", () => {
    const result = planSteps([
      '{ id: a, tool: shop.buy, verify: { tool: shop.find, with: { x: "${{ steps.b.output }}" }, happened: "${{ output.ok }}" } }',
      "{ id: b, needs: [a], value: 1 }",
      "{ id: c, needs: [d], value: 1 }",
      "{ id: d, needs: [c], value: 1 }",
    ]);
    expect(messagesOf(result)).toEqual([
      "the steps need each other in a circle: a -> b -> a",
      "the steps need each other in a circle: c -> d -> c",
    ]);
    expect(result.problems[0]).toMatchObject({ path: ["steps", 0, "verify", "with", "x"], range: { offset: 4, length: 14 } });
  });

  test("in short when it is long", () => {
    const steps = Array.from({ length: 100 }, (_, place) => `{ id: s${place}, needs: [s${(place + 1) % 100}], value: 1 }`);
    expect(messagesOf(planSteps(steps))).toEqual([
      "the steps need each other in a circle: s0 -> s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> (92 more) -> s99 -> s0",
    ]);
  });
});
