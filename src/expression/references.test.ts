import { describe, expect, test } from "vitest";
import { expressionReferences, templateReferences } from "./references.ts";

/** The steps that an expression reads, each as the text that names it and what is known of it. */
function steps(source: string): readonly unknown[] {
  return expressionReferences(source).steps.map(({ offset, length, ...reference }) => [source.slice(offset, offset + length), reference]);
}

describe("reads of steps", () => {
  const required = { optional: false, optionalKeys: false };
  test.each([
    ["1 + 2", []],
    ["steps.a", [["steps.a", { step: "a", ...required }]]],
    ["steps.a.status == 'x'", [["steps.a.status", { step: "a", part: "status", ...required }]]],
    ["steps.a.output", [["steps.a.output", { step: "a", part: "output", path: [], ...required }]]],
    [
      "steps['my-step'].output.total > 1",
      [["steps['my-step'].output.total", { step: "my-step", part: "output", path: ["total"], ...required }]],
    ],
    [
      "steps.a.output.items[0]['x-y']",
      [["steps.a.output.items[0]['x-y']", { step: "a", part: "output", path: ["items", 0, "x-y"], ...required }]],
    ],
    ["steps.a.output.items[index].sku", [["steps.a.output.items", { step: "a", part: "output", path: ["items"], ...required }]]],
    ["steps.a.output.items.map(i, i.sku)", [["steps.a.output.items", { step: "a", part: "output", path: ["items"], ...required }]]],
    ["size(steps.a.output.items)", [["steps.a.output.items", { step: "a", part: "output", path: ["items"], ...required }]]],
    [
      "steps.a.?output.total.orValue(0)",
      [["steps.a.?output.total", { step: "a", part: "output", path: ["total"], optional: true, optionalKeys: true }]],
    ],
    [
      "steps.a.output.?total.orValue(0)",
      [["steps.a.output.?total", { step: "a", part: "output", path: ["total"], optional: false, optionalKeys: true }]],
    ],
    ["has(steps.a.output)", [["steps.a.output", { step: "a", part: "output", path: [], optional: true, optionalKeys: false }]]],
    [
      "has(steps.a.output.total)",
      [["steps.a.output.total", { step: "a", part: "output", path: ["total"], optional: false, optionalKeys: true }]],
    ],
    ["has(inputs.a) && steps.a.output.b", [["steps.a.output.b", { step: "a", part: "output", path: ["b"], ...required }]]],
  ])("%s", (source, expected) => {
    expect(steps(source)).toEqual(expected);
  });

  test("in computed keys, objects, lists, macros and calls are found, in the order of the text", () => {
    const source =
      "{'a': [steps.a.output[steps.b.output.key]]} == cel.bind(x, steps.c.output, x.y) || inputs.l.exists(i, i == steps.d.output)";
    expect(expressionReferences(source).steps.map(({ step }) => step)).toEqual(["a", "b", "c", "d"]);
  });
});

test("reads of inputs", () => {
  const source = "inputs.a.b[0] + inputs['c-d'] + inputs.?e.orValue(1)";
  expect(expressionReferences(source).inputs).toEqual([
    { name: "a", path: ["b", 0], optional: false, offset: 0, length: 13 },
    { name: "c-d", path: [], optional: false, offset: 16, length: 13 },
    { name: "e", path: [], optional: true, offset: 32, length: 9 },
  ]);
});

test("an input whose name is computed is no reference", () => {
  expect(expressionReferences("inputs[inputs.name]").inputs.map(({ name }) => name)).toEqual(["name"]);
});

test("status functions and always", () => {
  expect(expressionReferences("failed('x') && !skipped(\"y\") || always()")).toMatchObject({
    steps: [],
    statusFunctions: [
      { name: "failed", step: "x", offset: 7, length: 3 },
      { name: "skipped", step: "y", offset: 24, length: 3 },
    ],
    always: true,
  });
});

test("a secret", () => {
  expect(expressionReferences("secrets.TOKEN").secrets).toEqual(["TOKEN"]);
});

test("an expression with a problem refers to nothing", () => {
  expect(expressionReferences("steps.a.output +")).toEqual({
    steps: [],
    inputs: [],
    secrets: [],
    statusFunctions: [],
    always: false,
    plain: false,
  });
});

describe("an expression is plain when it is one read and nothing else", () => {
  test.each([
    ["steps.a.output.total", true],
    ["inputs.a", true],
    ["inputs.a[0].b", true],
    ["steps.a.output.items[index]", false],
    ["steps.a.output.items.size()", false],
    ["steps.a.output.total + 1", false],
    ["!inputs.a", false],
    ["steps.a.?output.total.orValue(1)", false],
    ["item.sku", false],
  ])("%s", (source, plain) => {
    expect(expressionReferences(source).plain).toBe(plain);
  });
});

test("a template tells where its expressions are", () => {
  const template = { a: ["${{ steps.x.output }}", "none"], b: "to ${{ inputs.name }} of ${{ steps.y.output.z }}", c: 1 };
  expect(
    templateReferences(template).map(({ path, offset, whole, references }) => ({
      path,
      offset,
      whole,
      names: [...references.steps.map(({ step }) => step), ...references.inputs.map(({ name }) => name)],
    })),
  ).toEqual([
    { path: ["a", 0], offset: 4, whole: true, names: ["x"] },
    { path: ["b"], offset: 7, whole: false, names: ["name"] },
    { path: ["b"], offset: 29, whole: false, names: ["y"] },
  ]);
});
