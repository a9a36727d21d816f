import { describe, expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { evaluateTemplate } from "./evaluate-template.ts";
import type { Scope } from "./scope.ts";

const SCOPE: Scope = {
  inputs: { name: "Ada", total: 12.5, list: [1, "a"], order: { id: 7 }, nothing: null, yes: false, tricky: "${{ inputs.name }}" },
  step: (id) => (id === "done" ? { status: "completed", output: { path: "/tmp/x" } } : undefined),
};

describe("a string that is one expression becomes its value, with its type", () => {
  test.each<[string, Json]>([
    ["${{ inputs.total }}", 12.5],
    ["${{ inputs.list }}", [1, "a"]],
    ["${{ inputs.order }}", { id: 7 }],
    ["${{ inputs.nothing }}", null],
    ["${{ inputs.yes }}", false],
    ["${{ 1 + 2 }}", 3],
    ["  ${{ inputs.total }}\n", 12.5],
    ['${{ {"a": {"b": inputs.total}} }}', { a: { b: 12.5 } }],
  ])("%j", (template, value) => {
    expect(evaluateTemplate(template, SCOPE)).toEqual({ ok: true, value: { value, secrets: [] } });
  });
});

describe("in other strings, strings stand as they are, null as nothing, and all else as JSON", () => {
  test.each([
    ["Dear ${{ inputs.name }},", "Dear Ada,"],
    ["${{ inputs.name }}${{ inputs.name }}", "AdaAda"],
    ["total: ${{ inputs.total }} (${{ inputs.yes }})", "total: 12.5 (false)"],
    ["[${{ inputs.nothing }}]", "[]"],
    ["list: ${{ inputs.list }}", 'list: [1,"a"]'],
    ["order: ${{ inputs.order }}", 'order: {"id":7}'],
    ["$$${{ inputs.total }}", "$12.5"],
    ["$${{ inputs.total }}", "${{ inputs.total }}"],
    ["no expression {{ here }}", "no expression {{ here }}"],
    ["${{ inputs.tricky }}!", "${{ inputs.name }}!"],
  ])("%j", (template, value) => {
    expect(evaluateTemplate(template, SCOPE)).toEqual({ ok: true, value: { value, secrets: [] } });
  });
});

test("a template is walked through lists and objects; keys and other values stay as they are", () => {
  const template = {
    "${{ key }}": ["${{ inputs.total }}", 1, null, true, { deep: ["x ${{ steps.done.output.path }}"] }],
    plain: "text",
  };
  expect(evaluateTemplate(template, SCOPE)).toEqual({
    ok: true,
    value: { value: { "${{ key }}": [12.5, 1, null, true, { deep: ["x /tmp/x"] }], plain: "text" }, secrets: [] },
  });
});

describe("secrets are not resolved, but their places are told", () => {
  test("alone, with text, and twice", () => {
    const template = {
      token: "${{ secrets.TOKEN }}",
      headers: [{ Authorization: "Bearer ${{ secrets.TOKEN }} for ${{ inputs.name }}" }],
      block: "${{ secrets.TOKEN }}\n",
      both: "${{ secrets.USER }}:${{ secrets['pass-word'] }}",
    };
    expect(evaluateTemplate(template, SCOPE)).toEqual({
      ok: true,
      value: {
        value: {
          token: "[secret TOKEN]",
          headers: [{ Authorization: "Bearer [secret TOKEN] for Ada" }],
          block: "[secret TOKEN]",
          both: "[secret USER]:[secret pass-word]",
        },
        secrets: [
          { path: ["token"], parts: [{ secret: "TOKEN" }] },
          { path: ["headers", 0, "Authorization"], parts: ["Bearer ", { secret: "TOKEN" }, " for Ada"] },
          { path: ["block"], parts: [{ secret: "TOKEN" }] },
          { path: ["both"], parts: [{ secret: "USER" }, ":", { secret: "pass-word" }] },
        ],
      },
    });
  });

  test("data that looks like the place of a secret is data", () => {
    expect(evaluateTemplate("${{ '[secret A]' }} ${{ secrets.B }}", SCOPE)).toEqual({
      ok: true,
      value: { value: "[secret A] [secret B]", secrets: [{ path: [], parts: ["[secret A] ", { secret: "B" }] }] },
    });
  });
});

describe("the first thing that fails is told", () => {
  test.each<[Json, string]>([
    ["${{ inputs.nam }}", 'inputs.nam: there is no input "nam" - did you mean "name"?'],
    [{ a: ["${{ inputs.total }}", "x ${{ steps.nope.output }}"], b: "${{ inputs.nam }}" }, 'steps.nope.output: there is no step "nope"'],
    ["x ${{ inputs.name", '"${{" is not closed by "}}"'],
    ["${{ secrets.A + 'x' }}", "secrets.A + 'x': a secret can only be used alone, as ${{ secrets.NAME }}, inside of \"with\""],
    ["${{ }}", ": the expression is empty"],
  ])("%j", (template, message) => {
    expect(evaluateTemplate(template, SCOPE)).toEqual({ ok: false, message });
  });
});

test("a key called __proto__ stays a key", () => {
  const template = JSON.parse('{"__proto__": "${{ inputs.name }}"}') as Json;
  const evaluated = evaluateTemplate(template, SCOPE);
  expect(evaluated.ok && JSON.stringify(evaluated.value.value)).toBe('{"__proto__":"Ada"}');
});
