import { describe, expect, test } from "vitest";
import { planSteps } from "../../test/support/plan-steps.ts";

describe("a step that cannot be undone", () => {
  const undoable = "{ id: z, needs: [a], tool: shop.buy, compensate: { tool: shop.cancel } }";
  const cases: readonly [name: string, steps: readonly string[], rest: string, warned: boolean][] = [
    ["is warned of before one that can", ["{ id: a, tool: shop.buy }", undoable], "", true],
    [
      "is warned of before one that can, with others between",
      [
        "{ id: a, tool: shop.buy }",
        "{ id: m, needs: [a], value: 1 }",
        "{ id: z, needs: [m], tool: shop.buy, compensate: { tool: shop.cancel } }",
      ],
      "",
      true,
    ],
    [
      "is right behind it",
      ["{ id: a, tool: shop.buy, compensate: { tool: shop.cancel } }", "{ id: z, needs: [a], tool: shop.buy }"],
      "",
      false,
    ],
    ["is right beside it", ["{ id: a, value: 1 }", "{ id: b, tool: shop.buy }", undoable], "", false],
    ["is no such step when it only reads", ["{ id: a, tool: shop.look }", undoable], "", false],
    ["does not matter where nothing is undone", ["{ id: a, tool: shop.buy }", undoable], "error_policy: allow_partial", false],
  ];
  test.each(cases)("%s", (_, steps, rest, warned) => {
    const codes = planSteps(steps, rest).problems.map(({ code, path }) => [code, path]);
    expect(codes).toEqual(warned ? [["irreversible-first", ["steps", 0, "tool"]]] : []);
  });
});
