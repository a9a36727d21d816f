import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { evaluateTemplate } from "./evaluate-template.ts";
import { literalTemplate } from "./literal-template.ts";

test.each<Json>([
  "plain",
  "${{ inputs.secret }}",
  "costs $5, $${{ 1 }} and $$$",
  "${{ never closed",
  ["${{ 1 }}", 2, null, true],
  { "${{ key }}": { deep: "$${{ x }}" } },
])("the template of %j gives it as it stands", (value) => {
  expect(evaluateTemplate(literalTemplate(value), { inputs: {}, step: () => undefined })).toMatchObject({ ok: true, value: { value } });
});
