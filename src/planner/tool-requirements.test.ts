import { describe, expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { messagesOf, needsOf, planSteps, planned, SHOP } from "../../test/support/plan-steps.ts";

describe("what a tool requires", () => {
  const requires = { pay: ["count"], buy: ["shop.find", "stamp"] };
  const catalog = catalogOf({ shop: { ...SHOP, requires }, post: { tools: { stamp: {}, count: {} } } });
  const pay = "tool: shop.pay, with: { amount: 1, to: x }";
  const cases: readonly [name: string, steps: readonly string[], needs: readonly string[], problems: readonly string[]][] = [
    ["is there already", ["{ id: a, tool: shop.count }", "{ id: m, needs: [a], value: 1 }", `{ id: b, needs: [m], ${pay} }`], ["m"], []],
    ["is put first when one step uses it", [`{ id: b, ${pay} }`, "{ id: a, tool: shop.count }"], ["a"], []],
    [
      "is not met by a tool of that name on another server",
      ["{ id: a, tool: post.count }", `{ id: b, ${pay} }`],
      [],
      ["shop.pay requires count to be used before it, but no other step uses it"],
    ],
    [
      "is ambiguous when several use it",
      ["{ id: a, tool: shop.count }", "{ id: c, tool: shop.count }", `{ id: b, ${pay} }`],
      [],
      ['shop.pay requires count to be used before it, but several steps use it: "a", "c" - name one of them in needs'],
    ],
    [
      "cannot come first when it waits itself",
      [`{ id: b, ${pay} }`, "{ id: a, needs: [b], tool: shop.count }"],
      [],
      ['shop.pay requires count to be used before it, but "a" waits for "b"'],
    ],
    [
      "is found on any server when its own has none, and several are put first",
      ["{ id: a, tool: post.stamp }", "{ id: c, tool: shop.find }", "{ id: b, tool: shop.buy }"],
      ["a", "c"],
      [],
    ],
    [
      "may come with a step that was put first",
      ["{ id: a, tool: shop.find }", "{ id: d, tool: shop.find }", "{ id: c, needs: [a], tool: post.stamp }", "{ id: b, tool: shop.buy }"],
      ["c"],
      [],
    ],
  ];
  test.each(cases)("%s", (_, steps, needs, problems) => {
    const result = planSteps(steps, "", catalog);
    expect(messagesOf(result).filter((message) => !message.startsWith("warning"))).toEqual(problems);
    expect(result.plan === undefined ? [] : needsOf(result.plan)["b"]).toEqual(needs);
  });

  test("has been used when it comes to the finally steps", () => {
    const result = planSteps(["{ id: a, tool: shop.count }"], `finally: [{ id: b, ${pay} }]`, catalog);
    expect(needsOf(planned(result))["b"]).toEqual([]);
  });
});
