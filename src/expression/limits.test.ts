import { describe, expect, test } from "vitest";
import { checkExpression } from "./check-expression.ts";
import { evaluateTemplate } from "./evaluate-template.ts";
import { evaluateExpression } from "./evaluate.ts";
import { LIMITS } from "./limits.ts";
import { expressionReferences } from "./references.ts";
import type { Scope } from "./scope.ts";

const MILLION = Array.from({ length: 1_000_000 }, (_, place) => place);
const LONG = "a".repeat(2_000_000);

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

const SCOPE: Scope = {
  inputs: {
    million: MILLION,
    long: LONG,
    longTwin: `${LONG.slice(1)}a`,
    texts: Array.from({ length: 1_000 }, (_, place) => `t${place}`),
    deep: JSON.parse(nested(5_000)) as Scope["inputs"][string],
    deepTwin: JSON.parse(nested(5_000)) as Scope["inputs"][string],
  },
  step: () => undefined,
};

const TOO_MUCH_WORK = "it needs more than 10 million units of work: use smaller lists, or let a tool do it";

/** Far above what the slowest of them takes, and far below what one without a limit would. */
const ATTACK_MS = 10_000;

describe("an expression that would run for minutes ends with an error", () => {
  test.each([
    ["a map in a map", "inputs.million.map(x, inputs.million.map(y, x + y))"],
    ["a condition in a condition, all of which fail", "inputs.million.exists(x, inputs.million.exists(y, y.nope))"],
    ["failing sides of ||", "inputs.million.all(x, x.nope || x.nope || true)"],
    ["a filter with membership", "inputs.million.filter(x, x in inputs.million)"],
    ["a large body", `inputs.million.map(x, [${Array.from({ length: 900 }, () => "x").join(",")}])`],
    [
      "lists that double",
      `inputs.million + inputs.million + inputs.million + inputs.million + inputs.million + inputs.million + inputs.million`,
    ],
    ["searches of text", "inputs.texts.map(t, inputs.long.contains(t))"],
    ["the search that takes V8 minutes", "inputs.long.contains(inputs.long.substring(0, 500000) + 'b' + inputs.long.substring(0, 500000))"],
    ["comparisons of long text", "inputs.million.all(x, inputs.long == inputs.longTwin)"],
    ["joined text", "inputs.texts.map(t, inputs.long + t)"],
    ["replaced text", "inputs.long.replace('a', inputs.long)"],
    ["a join", "inputs.texts.join(inputs.long)"],
    ["sorting text that is equal for long", "inputs.texts.map(t, inputs.long + t).sort()"],
    ["a pattern that backtracks elsewhere", "inputs.long.matches('(a+a+)+b$')"],
    ["a pattern with many states", "inputs.long.matches('(.?){200}.{200}b$')"],
    ["patterns that are made", "inputs.million.map(t, 'a'.matches('(a+)+' + string(t)))"],
    ["ranges in ranges", "range(100000).map(a, range(100000))"],
    ["JSON of what is shared", "inputs.million.map(x, json(inputs.texts))"],
  ])("%s", { timeout: ATTACK_MS }, (_name, source) => {
    const evaluated = evaluateExpression(source, SCOPE);
    expect(evaluated.ok).toBe(false);
    expect(evaluated.ok ? "" : evaluated.message).toMatch(/more than 10 million units of work|more than 16 Mi characters/);
  });

  test("a result that is small in memory and endless as text", { timeout: ATTACK_MS }, () => {
    let source = "['x']";
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"])
      source = `cel.bind(${name}, ${source}, [${Array.from({ length: 20 }, () => name).join(",")}])`;
    expect(evaluateExpression(source, SCOPE)).toMatchObject({ ok: false, message: expect.stringContaining(TOO_MUCH_WORK) });
  });

  test("a large text that is in the result many times", () => {
    const source = "range(40).map(n, inputs.long)";
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: false, message: `${source}: its result is larger than 64 MiB` });
  });

  test("a text that is doubled again and again", { timeout: ATTACK_MS }, () => {
    let source = "inputs.long";
    for (let step = 0; step < 60; step += 1) source = `cel.bind(v${step}, ${source}, v${step} + v${step})`;
    expect(evaluateExpression(source, SCOPE)).toMatchObject({ ok: false, message: expect.stringContaining("more than 16 Mi characters") });
  });

  test.each([
    ["of work", "inputs.million.map(x, inputs.million.map(y, 1)).size() > 0 || true"],
    ["of text", "inputs.long.replace('a', 'bbbbbbbbbbbbbbbb').size() > 0 || true"],
    ["in exists", "[1].exists(x, inputs.long.replace('a', 'bbbbbbbbbbbbbbbb').size() > 0) || true"],
  ])("or and exists do not go on after a limit %s", { timeout: ATTACK_MS }, (_what, source) => {
    expect(evaluateExpression(source, SCOPE).ok).toBe(false);
  });
});

describe("large data that is used once is no problem", () => {
  test.each([
    ["inputs.million.filter(x, x % 2 == 0).size()", 500_000],
    ["inputs.million.map(x, x * 2)[999999]", 1_999_998],
    ["inputs.million.sum()", 499_999_500_000],
    ["inputs.million.exists(x, x == 999999)", true],
    ["inputs.long.contains('b')", false],
    ["inputs.long.size()", 2_000_000],
    ["inputs.long.matches('^a+$')", true],
    ["inputs.million.size()", 1_000_000],
  ])("%s", { timeout: ATTACK_MS }, (source, value) => {
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: true, value });
  });

  test("a large list that is only passed on costs nothing", () => {
    const evaluated = evaluateExpression("inputs.million", SCOPE);
    expect(evaluated.ok && evaluated.value).toBe(MILLION);
  });
});

describe("an expression that is too long, too large or too deep is refused before it runs", () => {
  const unreadable = (source: string): readonly string[] => checkExpression(source, {}).map((problem) => problem.code);
  test.each([
    ["characters", `"${"x".repeat(LIMITS.sourceLength)}"`, "expression-too-long"],
    ["parentheses", "(".repeat(4_000) + "1" + ")".repeat(4_000), "expression-too-deep"],
    ["negations", `${"!".repeat(9_900)}true`, "expression-too-deep"],
    ["minus signs", `${"-".repeat(9_900)}1`, "expression-too-deep"],
    ["lists", "[".repeat(4_000) + "]".repeat(4_000), "expression-too-deep"],
    ["ternaries", "true ? 1 : ".repeat(800) + "1", "expression-too-deep"],
    ["a long sum", `1${"+1".repeat(2_000)}`, "expression-too-deep"],
    ["keys", `inputs${".a".repeat(4_000)}`, "expression-too-deep"],
    ["elements", `[${"1,".repeat(1_500)}1]`, "expression-too-large"],
    ["arguments", `math.least(${"1,".repeat(50)}1)`, "expression-too-large"],
    ["brackets", `inputs${"[0]".repeat(3_000)}`, "expression-too-deep"],
    ["calls", "size(".repeat(1_500) + "1" + ")".repeat(1_500), "expression-too-deep"],
  ])("%s", (_what, source, code) => {
    expect(unreadable(source)).toEqual([code]);
    expect(evaluateExpression(source, SCOPE).ok).toBe(false);
    expect(expressionReferences(source).inputs).toEqual([]);
  });
});

describe("values that are nested too deeply", () => {
  test("can be passed on", () => {
    expect(evaluateExpression("inputs.deep", SCOPE).ok).toBe(true);
  });

  test.each([
    ["inputs.deep == inputs.deepTwin", "it compares values that are nested more than 500 levels deep"],
    ["json(inputs.deep)", "its result is nested more than 500 levels deep"],
    ["[inputs.deep]", "its result is nested more than 500 levels deep"],
    ["[inputs.deep, inputs.deepTwin].distinct()", "its result is nested more than 500 levels deep"],
    ["inputs.deep in [inputs.deepTwin]", "it compares values that are nested more than 500 levels deep"],
  ])("but not %s", (source, message) => {
    expect(evaluateExpression(source, SCOPE)).toEqual({ ok: false, message: `${source}: ${message}` });
  });
});

test("a string with values in it has a limit too", () => {
  const scope: Scope = { inputs: { text: "x".repeat(LIMITS.textLength) }, step: () => undefined };
  expect(evaluateTemplate("${{ inputs.text }}!", scope)).toMatchObject({ ok: false });
  expect(evaluateTemplate("${{ inputs.text }}", scope)).toMatchObject({ ok: true });
});

describe("looking for what was meant has a limit as well", () => {
  test.each([
    ["many unknown names", Array.from({ length: 900 }, (_, place) => `n${place}`).join(",")],
    ["many unknown names with dashes and dots", "a.a.a.a.a.a.a.a.a.a-b-c,".repeat(400).slice(0, -1)],
    ["steps with endless ids", `steps.${"a-".repeat(4_900)}`],
  ])("%s", { timeout: ATTACK_MS }, (_what, names) => {
    const problems = checkExpression(`[${names}]`, { steps: true });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(10);
  });

  test("keys that are long", { timeout: ATTACK_MS }, () => {
    const keys = Array.from({ length: 400 }, (_, place) => ["a".repeat(9_000) + place, 1]);
    const evaluated = evaluateExpression(`inputs.${"a".repeat(9_000)}`, {
      inputs: Object.fromEntries(keys) as Scope["inputs"],
      step: () => undefined,
    });
    expect(evaluated.ok).toBe(false);
  });
});
