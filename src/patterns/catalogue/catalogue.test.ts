import { expect, test } from "vitest";
import { checkParameters } from "../check-parameters.ts";
import { PATTERN } from "../pattern-shape.ts";
import { readPattern } from "../parse-pattern.ts";
import { CATALOGUE } from "./catalogue.ts";

test.each(CATALOGUE.map((pattern) => [pattern.name, pattern] as const))(
  "%s reads as a pattern file without a problem",
  (_name, pattern) => {
    const { pattern: read, problems } = readPattern(PATTERN.print(pattern), () => 1);
    expect(problems).toEqual([]);
    expect(read).toEqual(pattern);
  },
);

test.each([
  ["performance-monitoring", { measure_tool: "m.measure", figure: "__proto__", median_limit: 1, worst_limit: 1 }],
  ["data-validation", { read_tool: "d.read", rows: "__proto__" }],
  ["data-validation", { read_tool: "d.read", unique: "__proto__" }],
])("%s takes no name of a member that no expression can read", (name, parameters) => {
  const pattern = CATALOGUE.find((one) => one.name === name);
  expect(pattern && checkParameters(pattern, parameters).problems.join()).toMatch(/figure|rows|unique/);
});
