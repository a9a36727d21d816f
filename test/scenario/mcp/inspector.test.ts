import { expect, test } from "vitest";
import { COMMAND, startCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import { inspect } from "../../support/inspector.ts";

type Document = Readonly<Record<string, unknown>>;
type Given = Readonly<Record<string, unknown>>;

/** Every documented tool once, in an order in which each finds what it needs. */
const CALLS: readonly (readonly [string, (known: Document) => Given])[] = [
  [
    "create_workflow",
    () => ({ workflow_id: "greet", inputs: { who: { type: "string" } }, steps: [{ id: "a", value: "Hello, ${{ inputs.who }}" }] }),
  ],
  ["get_workflow", () => ({ workflow_id: "greet" })],
  ["list_workflows", () => ({})],
  ["execute_workflow", () => ({ workflow_id: "greet", parameters: { who: "Ada" } })],
  ["get_workflow_status", ({ execution_id }) => ({ execution_id })],
  ["list_patterns", () => ({})],
  ["validate_pattern_application", () => ({ pattern_name: "infrastructure-enforcement", target_component: "database-connections" })],
  ["apply_pattern", () => ({ pattern_name: "infrastructure-enforcement", target_component: "database-connections" })],
  [
    "distribute_task",
    () => ({ task_definition: { task_type: "echo", service_name: "echo", payload: { word: "x", size: 3 } }, target_machines: ["local"] }),
  ],
  ["get_task_status", ({ task_group_id }) => ({ task_id: task_group_id })],
  ["aggregate_task_results", ({ task_group_id }) => ({ task_group_id })],
  ["get_system_health", () => ({})],
  ["get_workflow_metrics", () => ({ time_range: "1h" })],
  ["export_workflow_data", () => ({ workflow_id: "greet", format: "csv" })],
];

test("the inspector lists and calls all 14 tools over stdio", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  expect(await callEverything([process.execPath, COMMAND, "mcp"], world.path)).toEqual(NAMES);
});

test("the inspector lists and calls all 14 tools over HTTP", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  await using serving = startCommand(["serve", "--port", "0"], world.path);
  const [, url = ""] = await serving.printed(/at (http:\S+)/);
  expect(await callEverything([`${url}/mcp`], world.path)).toEqual(NAMES);
  const unknown = await inspect([`${url}/mcp`], ["--method", "tools/call", "--tool-name", "nobody"], world.path);
  expect([unknown.exitCode, unknown.stderr]).toEqual([5, expect.stringContaining("tool_not_found")]);
});

const NAMES = CALLS.map(([name]) => name);

/** The names of the tools that are listed and have answered. @throws Error - one has refused */
async function callEverything(target: readonly string[], directory: string): Promise<readonly string[]> {
  const listed = await inspect(target, ["--method", "tools/list"], directory);
  const { result } = JSON.parse(listed.stdout) as { readonly result: { readonly tools: readonly { readonly name: string }[] } };
  const listedNames = new Set(result.tools.map(({ name }) => name));
  const answered: string[] = [];
  let known: Document = {};
  for (const [name, given] of CALLS) {
    const args = ["--method", "tools/call", "--tool-name", name, "--tool-args-json", JSON.stringify(given(known))];
    const called = await inspect(target, args, directory);
    if (called.exitCode !== 0) throw new Error(`${name}: ${called.stderr}${called.stdout}`);
    const answer = JSON.parse(called.stdout) as { readonly result: { readonly isError?: boolean; readonly structuredContent: Document } };
    if (answer.result.isError !== true && listedNames.delete(name)) answered.push(name);
    known = { ...known, ...answer.result.structuredContent };
  }
  return [...answered, ...listedNames];
}
