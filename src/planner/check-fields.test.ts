import { describe, expect, test } from "vitest";
import { catalogOf, closed } from "../../test/support/catalog-of.ts";
import { messagesOf, planSteps } from "../../test/support/plan-steps.ts";

const SKU = closed({ sku: { type: "string" } });
const CATALOG = catalogOf({
  shop: {
    tools: {
      count: {
        outputSchema: {
          type: "object",
          properties: {
            total: { type: "number" },
            lines: { type: "array", items: SKU },
            first: { anyOf: [SKU, { type: "null" }] },
            either: { anyOf: [SKU, closed({ id: { type: "string" } })] },
            both: { allOf: [SKU, { type: "object" }] },
            any: {},
            named: { $ref: "#/$defs/named" },
            map: { type: "object", additionalProperties: { type: "number" } },
          },
          additionalProperties: false,
          $defs: { named: closed({ name: { type: "string" } }) },
        },
      },
      open: { outputSchema: { type: "object", properties: { total: { type: "number" } } } },
      silent: {},
      take: { inputSchema: closed({ n: { type: "number" } }) },
    },
  },
});

/** What is said of steps of which one is called `a`; warnings left out. */
function said(steps: readonly string[], rest = ""): readonly string[] {
  return messagesOf(planSteps(steps, rest, CATALOG)).filter((message) => !message.startsWith("warning"));
}

describe("a read of an output", () => {
  const cases: readonly [read: string, problem: string | undefined][] = [
    ["steps.a.output", undefined],
    ["steps.a.output.total", undefined],
    ["steps.a.output.totl", 'the output of shop.count has no "totl" - did you mean "total"?'],
    ["steps.a.output['totl']", 'the output of shop.count has no "totl" - did you mean "total"?'],
    ["steps.a.output.?totl.orValue(1)", undefined],
    ["has(steps.a.output.totl)", undefined],
    ["steps.a.output.lines[0].sku", undefined],
    ["steps.a.output.lines[0].id", '"lines[0]" in the output of shop.count has no "id" - known are "sku"'],
    ["steps.a.output.lines.sku", '"lines" in the output of shop.count is a list and has no "sku"'],
    ["steps.a.output.total[0]", '"total" in the output of shop.count is a number and has no element 0'],
    ["steps.a.output.first.id", '"first" in the output of shop.count has no "id" - known are "sku"'],
    ["steps.a.output.both.id", '"both" in the output of shop.count has no "id" - known are "sku"'],
    ["steps.a.output.either.id", undefined],
    ["steps.a.output.any.thing.at[3].all", undefined],
    ["steps.a.output.named.nam", '"named" in the output of shop.count has no "nam" - did you mean "name"?'],
    ["steps.a.output.map.anything", undefined],
    ["steps.a.output.map.anything.more", '"map.anything" in the output of shop.count is a number and has no "more"'],
    [
      "steps.a.output.toString",
      'the output of shop.count has no "toString" - known are "total", "lines", "first", "either", "both", "any", "named", "map"',
    ],
  ];
  test.each(cases)("%s", (read, problem) => {
    expect(said(["{ id: a, tool: shop.count }", `{ id: b, value: "\${{ ${read} }}" }`])).toEqual(problem === undefined ? [] : [problem]);
  });

  const givers: readonly [name: string, step: string, read: string, problem: string | undefined][] = [
    ["of a tool that may give more", "tool: shop.open", "steps.a.output.else", undefined],
    ["of a tool that says nothing", "tool: shop.silent", "steps.a.output.else", undefined],
    ["of a step with a fallback", "tool: shop.count, fallback: { value: { sent: false } }", "steps.a.output.sent", undefined],
    ["of items", "tool: shop.count, for_each: [1]", "steps.a.output[0].total", undefined],
    [
      "of items, as if it were one",
      "tool: shop.count, for_each: [1]",
      "steps.a.output.total",
      'the output of "a" is a list and has no "total"',
    ],
    [
      "of an item",
      "tool: shop.count, for_each: [1]",
      "steps.a.output[0].totl",
      '"[0]" in the output of "a" has no "totl" - did you mean "total"?',
    ],
    ["of a value", "value: { rate: 1 }", "steps.a.output.rat", 'the output of "a" has no "rat" - did you mean "rate"?'],
    ["of a value that is computed", "value: \"${{ {'a': 2} }}\"", "steps.a.output.rat", undefined],
    ["of an approval", 'approval: { message: "?" }', "steps.a.output.comment", undefined],
    ["of a sleep", "sleep: 1s", "steps.a.output.x", undefined],
  ];
  test.each(givers)("%s", (...[, step, read, problem]) => {
    expect(said([`{ id: a, ${step} }`, `{ id: b, value: "\${{ ${read} }}" }`])).toEqual(problem === undefined ? [] : [problem]);
  });

  test("of an item that may have failed is not known", () => {
    expect(
      said(
        ["{ id: a, tool: shop.count, for_each: [1] }", '{ id: b, value: "${{ steps.a.output[0].error.kind }}" }'],
        "error_policy: allow_partial",
      ),
    ).toEqual([]);
  });

  test("of a fallback that is switched off is known", () => {
    const steps = ["{ id: a, tool: shop.count, fallback: { value: { sent: false } } }", '{ id: b, value: "${{ steps.a.output.sent }}" }'];
    expect(said(steps, "error_policy: { mode: fail_fast, fallback_enabled: false }")).toHaveLength(1);
  });
});

describe("a read of an input", () => {
  const inputs = "inputs: { order: { type: object, properties: { id: { type: string } }, additionalProperties: false } }";

  test.each([
    ["inputs.order.id", []],
    ["inputs.order.idd", ['the input "order" has no "idd" - did you mean "id"?']],
  ])("%s", (read, problems) => {
    expect(said([`{ id: b, value: "\${{ ${read} }}" }`], inputs)).toEqual(problems);
  });
});

describe("an argument that is one read", () => {
  const cases: readonly [read: string, problem: string | undefined][] = [
    ["steps.a.output.total", undefined],
    ["steps.a.output.any", undefined],
    ["steps.a.output.lines", '"n" must be a number, but steps.a.output.lines is a list (shop.count)'],
    ["steps.a.output.first", '"n" must be a number, but steps.a.output.first is an object or null (shop.count)'],
    ["steps.a.?output.lines", undefined],
    ["steps.a.output.?lines", undefined],
    ["steps.a.output.lines.size()", undefined],
    ["steps.a.status", undefined],
    ["steps.a.output.total > 1.0 ? 1 : 2", undefined],
  ];
  test.each(cases)("%s", (read, problem) => {
    expect(said(["{ id: a, tool: shop.count }", `{ id: b, tool: shop.take, with: { n: "\${{ ${read} }}" } }`])).toEqual(
      problem === undefined ? [] : [problem],
    );
  });

  test("among many expressions is found too", () => {
    const many = Array.from({ length: 20 }, (_, place) => `x${place}: "\${{ inputs.s }}"`).join(", ");
    const catalog = catalogOf({ shop: { tools: { take: { inputSchema: { properties: { x17: { type: "number" } } } } } } });
    expect(messagesOf(planSteps([`{ id: a, tool: shop.take, with: { ${many} } }`], "inputs: { s: { type: string } }", catalog))).toEqual([
      '"x17" must be a number, but inputs.s is a string',
    ]);
  });
});
