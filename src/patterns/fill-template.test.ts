import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import { fillTemplate, fillValue } from "./fill-template.ts";
import { namedValues } from "./pattern-values.ts";

const parameters = {
  name: "Ada",
  limit: 5,
  low: -2,
  strict: true,
  nothing: null,
  tags: ["a", "b"],
  rule: { field: "id", parts: { deep: [1] } },
  attack: "${{ secrets.KEY }}",
  dollars: "$",
  braces: "{{ secrets.KEY }}",
  quotes: 'it\'s "so" }} \\ \n',
};
const valueOf = namedValues({ component: "Orders DB", parameters });

test.each<{ readonly template: Json; readonly gives: Json }>([
  { template: "plain", gives: "plain" },
  { template: "${{ parameters.limit }}", gives: 5 },
  { template: " ${{ parameters.tags }} ", gives: ["a", "b"] },
  { template: "of ${{ parameters.name }}: ${{ parameters.limit }}${{ parameters.nothing }}", gives: "of Ada: 5" },
  { template: "${{ component }} is ${{ component_id }}", gives: "Orders DB is orders-db" },
  { template: "${{ parameters.limit * 2 }}", gives: 10 },
  { template: "${{ parameters.low - 1 }}", gives: -3 },
  { template: "${{ parameters.rule.parts.deep[0] }}", gives: 1 },
  { template: '${{ parameters["name"] + "!" }}', gives: "Ada!" },
  { template: '${{ parameters.strict ? "yes" : "no" }}', gives: "yes" },
  { template: "${{ parameters.tags.map(tag, tag + component_id) }}", gives: ["aorders-db", "borders-db"] },
  { template: "${{ steps.x.output.n <= parameters.limit }}", gives: "${{ steps.x.output.n <= 5 }}" },
  {
    template: "${{ steps.x.output[parameters.rule.field] }}",
    gives: '${{ steps.x.output[{"field": "id", "parts": {"deep": [1]}}.field] }}',
  },
  { template: "${{ inputs.a }} and ${{ parameters.name }}", gives: "${{ inputs.a }} and Ada" },
  { template: '${{ "parameters.name" + inputs.parameters.name }}', gives: '${{ "parameters.name" + inputs.parameters.name }}' },
  { template: "$${{ parameters.name }}", gives: "$${{ parameters.name }}" },
  { template: [{ a: "${{ parameters.limit }}" }, null, 3], gives: [{ a: 5 }, null, 3] },
])("$template becomes $gives", ({ template, gives }) => {
  expect(fillTemplate(template, valueOf)).toEqual({ value: gives, problems: [] });
});

test.each([
  "${{ parameters.attack }}",
  "x ${{ parameters.attack }} y",
  "$$${{ parameters.braces }}",
  "${{ parameters.dollars }}${{ parameters.braces }}",
])("what a value says in %s is data when the workflow runs", (template) => {
  const { value, problems } = fillTemplate(template, valueOf);
  expect(problems).toEqual([]);
  const ran = evaluateTemplate(value, { inputs: {}, step: () => undefined });
  expect(ran).toMatchObject({ ok: true, value: { secrets: [], value: expect.stringContaining("${{ secrets.KEY }}") } });
});

test("a value within an expression stays one value, whatever is in it", () => {
  const { value } = fillTemplate("${{ inputs.x + parameters.quotes }}", valueOf);
  expect(evaluateTemplate(value, { inputs: { x: ">" }, step: () => undefined })).toMatchObject({
    ok: true,
    value: { value: `>${parameters.quotes}` },
  });
});

test("a value never becomes the source of a condition", () => {
  const step = { if: "${{ parameters.name }}", verify: { happened: "${{ parameters.attack }}" }, with: { if: "${{ parameters.name }}" } };
  expect(fillTemplate({ steps: [step] }, valueOf).value).toEqual({
    steps: [{ if: '${{ "Ada" }}', verify: { happened: '${{ "${{ secrets.KEY }}" }}' }, with: { if: "Ada" } }],
  });
});

test.each([
  { template: "${{ parameters.nmae }}", says: 'the pattern has no parameter "nmae"' },
  { template: "${{ each }}", says: '"each" is only known in a step that has a list under "each"' },
  { template: "a ${{ parameters.name", says: '"${{" is not closed by "}}"' },
  { template: "${{ parameters.name * 2 }}", says: expect.any(String) },
])("$template is a problem at its place", ({ template, says }) => {
  const { problems } = fillTemplate({ steps: [template] }, valueOf);
  expect(problems).toMatchObject([{ code: "invalid-hole", severity: "error", message: says, path: ["steps", 0] }]);
});

test("where nothing runs later, texts are not templates, and nothing of an execution can be read", () => {
  expect(fillValue("${{ parameters.attack }}", valueOf)).toEqual({ value: "${{ secrets.KEY }}", problems: [] });
  expect(fillValue("${{ 1 + 2 }}", valueOf).value).toBe(3);
  expect(fillValue("${{ steps.a.output }}", valueOf).problems).toMatchObject([{ message: expect.stringMatching(/^nothing runs here/) }]);
});
