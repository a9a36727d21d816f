import { describe, expect, test } from "vitest";
import { planSteps } from "../../test/support/plan-steps.ts";

describe("conditions", () => {
  const cases: readonly [condition: string, codes: readonly string[]][] = [
    ["true", ["always-true"]],
    ["1 > 2", ["never-true", "unreachable-step"]],
    ["succeeded('a') && failed('a')", ["never-true", "unreachable-step"]],
    ["succeeded('a') && (failed('a') || skipped('a')) && failed('x')", ["never-true", "unreachable-step"]],
    ["steps.a.status == 'failed'", ["never-true", "unreachable-step"]],
    ["steps.a.status == 'completed'", []],
    ["succeeded('a') || failed('a')", []],
    ["failed('a') && failed('x')", []],
    ["!succeeded('a') && !failed('a')", []],
    ["failed('a')", []],
    ["failed('a') && inputs.flag", []],
    ["failed('a') && steps.a.status == 'failed'", []],
    ["always()", []],
    ["inputs.flag", []],
    ["steps.a.output.ok", []],
    ["execution.id == ''", []],
  ];
  test.each(cases)("%s", (condition, codes) => {
    const result = planSteps(
      [
        "{ id: a, tool: shop.buy }",
        "{ id: x, value: 1 }",
        `{ id: b, if: "\${{ ${condition} }}", value: 1 }`,
        "{ id: c, needs: [b], value: 1 }",
      ],
      "inputs: { flag: { type: boolean } }",
    );
    expect(result.problems.map(({ code }) => code)).toEqual(codes);
    expect(result.plan?.warnings).toEqual(result.problems);
  });

  test("a step that asks how another ended runs although that one never does", () => {
    const result = planSteps([
      '{ id: a, if: "${{ false }}", value: 1 }',
      "{ id: b, if: \"${{ skipped('a') }}\", value: 1 }",
      "{ id: c, needs: [b], value: 1 }",
    ]);
    expect(result.problems.map(({ code, path }) => [code, path])).toEqual([["never-true", ["steps", 0, "if"]]]);
  });
});
