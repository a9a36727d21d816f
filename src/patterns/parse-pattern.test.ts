import { expect, test } from "vitest";
import { parsePattern } from "./parse-pattern.ts";

const GOOD = `name: keep
description: Keeps something.
parameters:
  file: { type: string, examples: [a.txt] }
requirements:
  - { id: there, description: it is there, check: { file: "\${{ parameters.file }}" } }
workflow:
  steps:
    - { id: one, tool: files.read, with: { path: "\${{ parameters.file }}" } }
monitoring: { interval: 5m, checks: [there] }
`;

test("a file says the pattern, with what it leaves out", () => {
  const { pattern, problems } = parsePattern(GOOD, "keep.yaml");
  expect(problems).toEqual([]);
  expect(pattern).toMatchObject({
    name: "keep",
    version: "1.0.0",
    components: [],
    appliesTo: [],
    nextSteps: [],
    requirements: [{ id: "there", severity: "blocking", check: { file: "${{ parameters.file }}" } }],
    monitoring: { interval: "5m", checks: ["there"] },
  });
});

test("JSON is read as well", () => {
  const text = JSON.stringify({ name: "a", description: "b", workflow: { steps: [{ id: "x", value: 1 }] } });
  expect(parsePattern(text, "a.json")).toMatchObject({ problems: [], pattern: { name: "a" } });
});

test.each<{ readonly what: string; readonly from: string | RegExp; readonly to: string; readonly says: readonly string[] }>([
  {
    what: "a key that is not known",
    from: "description:",
    to: "descripton:",
    says: ['2:1: unknown key "descripton" - did you mean "description"?'],
  },
  {
    what: "a name that cannot be one",
    from: "name: keep",
    to: "name: Keep it",
    says: [
      '1:7: "Keep it" is not allowed here: the name of a pattern has 1 to 100 of a-z, 0-9, "_" and "-" and begins with a letter or digit',
    ],
  },
  {
    what: "a parameter that cannot be tried",
    from: ", examples: [a.txt]",
    to: "",
    says: ['4:3: the parameter "file" needs a "default", or "examples" of which the first one is tried when the pattern is read'],
  },
  {
    what: "an example that does not fit",
    from: "examples: [a.txt]",
    to: "examples: [7]",
    says: ['4:36: the example of "file" does not fit its own schema: it must be text, not the number 7'],
  },
  {
    what: "a hole for no parameter",
    from: 'with: { path: "${{ parameters.file }}"',
    to: 'with: { path: "${{ parameters.fil }}"',
    says: ['9:55: the pattern has no parameter "fil"'],
  },
  {
    what: "a check of two kinds",
    from: 'check: { file: "${{ parameters.file }}" }',
    to: "check: { file: a, server: b }",
    says: ["6:51: a check has exactly one of server, tool, check, port, machine, file, parameter"],
  },
  {
    what: "a check of no kind",
    from: 'check: { file: "${{ parameters.file }}" }',
    to: "check: { fiel: a }",
    says: ['6:53: unknown key "fiel" - did you mean "file"?'],
  },
  {
    what: "a word that says nothing of the kind",
    from: 'check: { file: "${{ parameters.file }}" }',
    to: "check: { port: 80, is: passing }",
    says: ['6:67: "is" must be "registered" or "free" here'],
  },
  {
    what: "a key that belongs to another kind",
    from: 'check: { file: "${{ parameters.file }}" }',
    to: "check: { file: a, with: {} }",
    says: ['6:62: "with" says nothing of a file'],
  },
  {
    what: "a requirement that every pattern has",
    from: "id: there",
    to: "id: workflow",
    says: ['6:11: every pattern has a requirement "workflow" of its own', '10:38: there is no requirement "there"'],
  },
  {
    what: "a requirement that is not there",
    from: "checks: [there]",
    to: "checks: [their]",
    says: ['10:38: there is no requirement "their"'],
  },
  {
    what: "an interval that is none",
    from: "interval: 5m",
    to: "interval: soon",
    says: ['10:25: the interval must be a duration of at least 1s such as "5m", not "soon"'],
  },
  {
    what: "an id of the workflow",
    from: "  steps:",
    to: "  id: x\n  steps:",
    says: ["8:3: each application gets an id of its own: leave it out"],
  },
  {
    what: "a step that the workflow could not have",
    from: "tool: files.read",
    to: "tol: files.read",
    says: ['9:18: unknown key "tol" - did you mean "tool"?'],
  },
  {
    what: "a step that reads another one that is not there",
    from: 'path: "${{ parameters.file }}"',
    to: 'path: "${{ steps.two.output }}"',
    says: [expect.stringMatching(/^9:.*"two"/)],
  },
  {
    what: "nothing",
    from: /^[^]*$/,
    to: "",
    says: ['1:1: the file is empty: a pattern has at least "name", "description" and "workflow"'],
  },
  {
    what: "two documents",
    from: /$/,
    to: "---\nname: other\n",
    says: ['11:1: a file holds one pattern: what follows this "---" belongs into another file'],
  },
])("$what is told with its place", ({ from, to, says }) => {
  const { pattern, problems } = parsePattern(
    GOOD.replace(from, () => to),
    "keep.yaml",
  );
  expect(problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)).toEqual(says);
  expect(pattern).toBeUndefined();
});
