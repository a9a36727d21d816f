import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonEqual, type Json } from "../../src/base/json.ts";
import { checkExpression, checkTemplate } from "../../src/expression/check-expression.ts";
import { evaluateExpression } from "../../src/expression/evaluate.ts";
import { evaluateTemplate } from "../../src/expression/evaluate-template.ts";
import { expressionReferences, templateReferences } from "../../src/expression/references.ts";
import { scanTemplate } from "../../src/expression/scan-template.ts";
import type { Scope } from "../../src/expression/scope.ts";

const EVERYWHERE = { steps: true, item: true, output: true, outcome: true, status: true, secrets: true };

function scopeOf(inputs: Readonly<Record<string, Json>>): Scope {
  return {
    inputs,
    step: (id) => (id === "a" ? { status: "completed", output: inputs["x"] ?? null } : undefined),
    execution: { id: "e" },
    item: inputs["x"] ?? null,
    index: 1,
    output: null,
  };
}

/** Pieces that make expressions of all kinds, most of them wrong. */
const PIECES = [
  "inputs|steps|item|index|output|execution|secrets|.x|.y|.a.output|['x']|[0]|[-1]|[?0]|.?x",
  `1|0|2.5|-1|9007199254740993|'t'|"é👋"|true|false|null|[]|{}|[1, 'a', null]|{'x': 1}`,
  " + | - | * | / | % | == | != | < | >= | in | && | ? | : |!|-|(|)|,|.",
  "size(|int(|string(|json(|parseJson(|has(|succeeded('a')|cel.bind(v, |.map(v, |.filter(v, |.exists(v, ",
  "v|.orValue(|.matches(|.split(|.join()|.sort()|.distinct()|.sum()|timestamp(|duration('1h')|__proto__|${{|}}",
].flatMap((line) => [...line.split("|"), " || "]);

const SOURCES = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(""));

test("whatever an expression is, it is checked and evaluated without a throw, and gives JSON", () => {
  const given = fc.tuple(fc.oneof(SOURCES, fc.string()), fc.jsonValue());
  const property = fc.property(given, ([source, x]) => {
    const problems = checkExpression(source, EVERYWHERE);
    expressionReferences(source);
    const evaluated = evaluateExpression(source, scopeOf({ x: x as Json, y: [1, "b"] }));
    const refused = problems.some(({ code }) => code !== "wrong-place");
    const json = evaluated.ok ? JSON.stringify(evaluated.value) : "null";
    return (
      !(refused && evaluated.ok) && typeof json === "string" && (!evaluated.ok || jsonEqual(JSON.parse(json) as Json, evaluated.value))
    );
  });
  expect(fc.check(property, { numRuns: 2_000 })).toMatchObject({ failed: false });
});

test("whatever a template is, it is checked and filled without a throw, and its problems lie within its strings", () => {
  const texts = fc.array(
    fc.oneof(
      fc.string({ maxLength: 5 }),
      SOURCES.map((source) => `\${{ ${source} }}`),
      fc.constantFrom("$", "{", "}", "'"),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join("");
      for (const { range } of checkTemplate(text, EVERYWHERE)) {
        expect(range?.offset).toBeGreaterThanOrEqual(0);
        expect(range?.length).toBeGreaterThan(0);
        expect((range?.offset ?? 0) + (range?.length ?? 0)).toBeLessThanOrEqual(text.length);
      }
      templateReferences(text);
      evaluateTemplate(text, scopeOf({ x: 1 }));
    }),
    { numRuns: 2_000 },
  );
});

test("a string without an opening stands for itself", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes("${{"));
      expect(
        scanTemplate(text)
          .map((segment) => (segment.kind === "text" ? segment.text : "?"))
          .join(""),
      ).toBe(text);
    }),
  );
});

test("data goes through expressions unchanged, and is equal to its copy", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const x = JSON.parse(JSON.stringify(value)) as Json;
      const scope = scopeOf({ x, twin: structuredClone(x) });
      expect(evaluateExpression("inputs.x == inputs.twin && [inputs.x] == [inputs.twin]", scope)).toEqual({ ok: true, value: true });
      expect(evaluateExpression("parseJson(json(inputs.x))", scope)).toEqual({ ok: true, value: x });
      expect(evaluateTemplate({ a: ["${{ inputs.x }}"] }, scope)).toEqual({ ok: true, value: { value: { a: [x] }, secrets: [] } });
    }),
  );
});

test("arithmetic and order of whole numbers are exact, or an error", () => {
  const wholes = fc.maxSafeInteger();
  fc.assert(
    fc.property(wholes, wholes, (a, b) => {
      const scope = scopeOf({ a, b });
      const exact = Number.isSafeInteger(a + b);
      expect(evaluateExpression("inputs.a + inputs.b", scope)).toMatchObject(exact ? { ok: true, value: a + b } : { ok: false });
      expect(evaluateExpression("inputs.a < inputs.b", scope)).toEqual({ ok: true, value: a < b });
      expect(evaluateExpression(`inputs.a == ${b}`, scope)).toEqual({ ok: true, value: a === b });
    }),
  );
});
