import { expect, test } from "vitest";
import { formatWorkflowText } from "./format-workflow-text.ts";

function formatted(...lines: readonly string[]): readonly string[] {
  const { text, problems } = formatWorkflowText(lines.join("\n"), "x.yaml");
  expect(problems).toEqual([]);
  expect(formatWorkflowText(text, "x.yaml").text).toBe(text);
  return text.replace(/\n$/, "").split("\n");
}

test("keys get their canonical name and order, and comments stay with what they are about", () => {
  expect(
    formatted(
      "# About the file.",
      "",
      "# About the name.",
      "name: Messy   # trailing",
      "workflow_id: messy",
      "steps:",
      "# before a",
      "- task_id: a",
      "  parameters: {x: 1, y: [1,2]}   # arguments",
      "  tool: read",
      "  server: files",
      "  dependencies: b # needs b",
      "  # about the condition",
      "  if: 1 == 1",
      "  timeout: 90_seconds",
      "- { tool: a.b, id: b }",
      "# last",
    ),
  ).toEqual([
    "# About the file.",
    "",
    "id: messy",
    "# About the name.",
    "name: Messy # trailing",
    "steps:",
    "  # before a",
    "  - id: a",
    "    needs: [b] # needs b",
    "    # about the condition",
    "    if: ${{ 1 == 1 }}",
    "    tool: files.read",
    "    with: { x: 1, y: [1, 2] } # arguments",
    "    timeout: 1m30s",
    "  - { id: b, tool: a.b }",
    "",
    "# last",
  ]);
});

test("texts of several lines keep their form", () => {
  const lines = ["id: x", "description: |", "  one", "    two", "steps:", "  - id: a", "    value: >-", "      folded", "", "      again"];
  expect(formatted(...lines)).toEqual(lines);
});

test("a folded text is not broken where its author did not", () => {
  const long = `\${{ ${"[1, 2, 3].size() + ".repeat(8)}1 }}`;
  const lines = ["id: x", "steps:", "  - id: a", "    value: >-", `      ${long}`, "", "      and so on"];
  expect(formatted(...lines)).toEqual(lines);
});

test("a server with a comment is not joined with its tool", () => {
  const lines = ["id: x", "steps:", "  - id: a", "    tool: read", "    # the old machine", "    server: files"];
  expect(formatted(...lines)).toEqual(lines);
});

test("a file with aliases keeps its order, so that no alias comes before its anchor", () => {
  const lines = ["steps:", "  - { id: a, tool: a.b, with: &args { x: 1 } }", "  - { id: b, tool: a.b, with: *args }", "id: x"];
  expect(formatted(...lines)).toEqual(lines);
});

test("JSON stays JSON", () => {
  expect(formatted('{"steps":[{"task_id":"a","tool":"a.b","dependencies":[]}],"workflow_id":"x"}')).toEqual([
    "{",
    '  "id": "x",',
    '  "steps": [',
    "    {",
    '      "id": "a",',
    '      "tool": "a.b"',
    "    }",
    "  ]",
    "}",
  ]);
});

test("JSON stays JSON where an editor has begun it with its mark, which is left out", () => {
  const text = '{"id":"x","steps":[]}';
  expect(formatWorkflowText(`\ufeff${text}`, "x.json").text).toBe(formatWorkflowText(text, "x.json").text);
});

test("lines of Windows stay lines of Windows", () => {
  expect(formatWorkflowText("steps: []\r\nid: x\r\n", "x.yaml").text).toBe("id: x\r\nsteps: []\r\n");
});

test("a file with an error stays as it is", () => {
  const { text, problems } = formatWorkflowText("steps: []   \nid: X\n", "x.yaml");
  expect(text).toBe("steps: []   \nid: X\n");
  expect(problems).toHaveLength(1);
});
