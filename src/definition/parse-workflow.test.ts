import { describe, expect, test } from "vitest";
import { present } from "../base/assert.ts";
import type { Path, Problem } from "../model/problem.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { printWorkflow } from "./print-workflow.ts";

/** The problems of a text as `line:column code`. */
function problemsOf(text: string): readonly string[] {
  return parseWorkflow(text, "x.yaml").problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

const STEPS = "id: x\nsteps:\n";

describe("limits", () => {
  test("a file of ten megabytes is refused before it is read", () => {
    expect(problemsOf("id: x\n".repeat(1_700_000))).toEqual(["1:1 too-large"]);
  });

  test("a file of garbage, nested or not, is refused within seconds", () => {
    for (const garbage of ["[", "{a,", "? ", "- ", "]", '"', "&a ", "k: [\n", "%a\n"]) {
      expect(problemsOf(garbage.repeat(50_000 / garbage.length))).not.toEqual([]);
    }
  });

  test("aliases that stand for billions of values are refused", () => {
    const rows = Array.from({ length: 30 }, (_, row) => `  r${row + 1}: &r${row + 1} [*r${row}, *r${row}]\n`);
    expect(problemsOf(`id: x\nmetadata:\n  r0: &r0 [x]\n${rows.join("")}steps: []\n`)).toEqual([expect.stringContaining("alias-bomb")]);
  });

  test("10,000 steps are read and 10,001 are not, also when some are in finally", () => {
    const step = (index: number): string => `  - { id: s${index}, tool: a.b }\n`;
    const steps = Array.from({ length: 10_000 }, (_, index) => step(index)).join("");
    expect(parseWorkflow(STEPS + steps, "x.yaml").workflow?.steps.length).toBe(10_000);
    expect(problemsOf(STEPS + steps + step(10_000))).toEqual(["3:3 too-many"]);
    expect(problemsOf(`${STEPS}${steps}finally:\n${step(10_000)}`)).toEqual(["10003:1 too-many"]);
  });

  test("of very many problems the first 500 are shown, and that there are more", () => {
    const { problems } = parseWorkflow(STEPS + "  - { id: a, tol: a.b }\n".repeat(1_000), "x.yaml");
    expect(problems.length).toBe(501);
    expect(problems.at(-1)).toMatchObject({ code: "too-many-problems", message: "there are more problems than these 500" });
  });

  test("very many warnings do not hide an error", () => {
    const steps = Array.from({ length: 1_000 }, (_, index) => `  - { id: s${index}, validation: manual-review }\n`);
    expect(parseWorkflow(STEPS + steps.join(""), "x.yaml").workflow?.steps.length).toBe(1_000);
    expect(parseWorkflow(`${STEPS}${steps.join("")}  - { id: last }\n`, "x.yaml").workflow).toBeUndefined();
  });

  test("a schema that stands for millions of schemas is refused", () => {
    const parts = Array.from(
      { length: 40 },
      (_, index) => `d${index}: { allOf: [{ $ref: "#/$defs/d${index + 1}" }, { $ref: "#/$defs/d${index + 1}" }] }`,
    );
    expect(problemsOf(`id: x\nsteps: []\ninputs: { a: { $ref: "#/$defs/d0", $defs: { ${parts.join(", ")}, d40: {} } } }\n`)).toEqual([
      "3:14 invalid-schema",
    ]);
  });
});

describe("what is read", () => {
  test.each([
    ["needs: b", { needs: ["b"] }],
    ["if: true", { if: "true" }],
    ['if: "${{ inputs.a == 1 }}"', { if: "inputs.a == 1" }],
    ["if: inputs.a == 1", { if: "inputs.a == 1" }],
    ["timeout: 30_minutes", { timeoutMs: 1_800_000 }],
    ["estimated_duration: 30", { estimatedMs: 1_800_000 }],
    ["estimated_duration: 90s", { estimatedMs: 90_000 }],
    ["resources: { memory: 32GB, gpu_memory: 1GiB, cpu: 0.5 }", { resources: { memoryBytes: 32e9, gpuMemoryBytes: 2 ** 30, cpu: 0.5 } }],
    ["fallback: { value: null }", { fallback: { kind: "value", value: null } }],
    ["fallback: { server: a, tool: b }", { fallback: { kind: "tool", server: "a", tool: "b", with: {} } }],
  ])("%s", (line, expected) => {
    const { workflow, problems } = parseWorkflow(
      `${STEPS}  - id: a\n    tool: a.b\n    ${line}\n  - { id: b, sleep: 1s }\ninputs: { a: {} }\n`,
      "x.yaml",
    );
    expect(problems).toEqual([]);
    expect(workflow?.steps[0]).toMatchObject(expected);
  });

  test.each([
    ["tool: files.read", { kind: "tool", server: "files", tool: "read", with: {} }],
    ["{ server: files, tool: read, arguments: { a: 1 } }", { kind: "tool", server: "files", tool: "read", with: { a: 1 } }],
    ["{ server: files, tool: files.read }", { kind: "tool", server: "files", tool: "read", with: {} }],
    ["tool: files.v2.read", { kind: "tool", server: "files", tool: "v2.read", with: {} }],
    ["sleep: 90s", { kind: "sleep", duration: "1m30s" }],
    ['sleep: "${{ inputs.a }}"', { kind: "sleep", duration: "${{ inputs.a }}" }],
    ["value: null", { kind: "value", value: null }],
    ["approval: { message: Go on?, roles: manager }", { kind: "approval", message: "Go on?", roles: ["manager"] }],
    ["{ workflow: other, parameters: { a: 1 } }", { kind: "workflow", workflow: "other", with: { a: 1 } }],
    ["{ type: deployment, parameters: { a: 1 } }", { kind: "value", value: { a: 1 }, phase: true }],
    ["type: development", { kind: "value", value: {}, phase: true }],
  ])("the action of %s", (keys, expected) => {
    const step = keys.startsWith("{") ? `{ id: a, ${keys.slice(1)}` : `id: a\n    ${keys}`;
    const { workflow, problems } = parseWorkflow(`${STEPS}  - ${step}\ninputs: { a: {} }\n`, "x.yaml");
    expect(problems).toEqual([]);
    expect(workflow?.steps[0]?.action).toEqual(expected);
  });

  test("an alias is what its anchor is", () => {
    const text = `${STEPS}  - { id: a, tool: a.b, with: &args { x: 1 } }\n  - { id: b, tool: a.b, with: *args }\n`;
    expect(parseWorkflow(text, "x.yaml").workflow?.steps[1]?.action).toMatchObject({ with: { x: 1 } });
  });

  test("a step that only says its type is printed as it was written", () => {
    const text = `id: w\nsteps:\n  - id: a\n    type: deployment\n    validation: manual-review\n    with:\n      a: 1\n`;
    const { workflow } = parseWorkflow(text, "x.yaml");
    expect(printWorkflow(present(workflow, "it is right"))).toBe(text);
  });
});

describe("locate", () => {
  const text = [
    "workflow_id: x",
    "steps:",
    "  - task_id: a",
    "    server: files",
    "    tool: read",
    "    dependencies: b",
    "    parameters: { path: 'it''s ${{ inputs.a }}' }",
    "    if: ' ${{  inputs.a > 1 }}'",
    "    compensate: { tool: files.delete }",
    "  - { id: b, sleep: 1s }",
    "inputs: { a: {} }",
  ].join("\n");

  function placeOf(path: Path, more: Partial<Problem> = {}): string {
    const { line, column, length } = parseWorkflow(text, "x.yaml").locate({ code: "c", severity: "error", message: "m", path, ...more });
    return `${line}:${column}+${length}`;
  }

  test.each<[string, Path, Partial<Problem>, string]>([
    ["a key with another spelling", ["steps", 0, "with"], { atKey: true }, "7:5+10"],
    ["the only entry of a list that is none", ["steps", 0, "needs", 0], {}, "6:19+1"],
    ["a value within", ["steps", 0, "with", "path"], {}, "7:25+23"],
    ["a part of a text with an escape", ["steps", 0, "with", "path"], { range: { offset: 9, length: 8 } }, "7:36+8"],
    ["a part of a condition, which counts without its ${{", ["steps", 0, "if"], { range: { offset: 7, length: 1 } }, "8:23+1"],
    ["a tool that is named by two keys", ["steps", 0, "tool"], {}, "5:11+4"],
    ["what is not there, by what is around it", ["steps", 0, "compensate", "with", "id"], {}, "9:17+22"],
    ["a step", ["steps", 1], {}, "10:5+20"],
    ["the file", [], {}, "1:1+14"],
    ["a place that cannot be", ["finally", 3, "with"], {}, "1:1+14"],
  ])("finds %s", (_name, path, more, expected) => {
    expect(placeOf(path, more)).toBe(expected);
  });

  test("finds the beginning of a file that could not be read", () => {
    expect(parseWorkflow("a: [", "x.yaml").locate({ code: "c", severity: "error", message: "m", path: ["steps", 1] })).toMatchObject({
      line: 1,
      column: 1,
    });
  });
});

test.each(["{ tol: a.b }", '{ "": 1 }', "{ nme: a, tol: a.b }"])(
  "a step that has only keys which are not known is reported: %s",
  (step) => {
    const { problems, draft } = parseWorkflow(`${STEPS}  - ${step}\n`, "x.yaml");
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["unknown-key"]));
    expect(draft?.steps).toHaveLength(1);
  },
);
