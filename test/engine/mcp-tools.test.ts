import { expect, test } from "vitest";
import { documentOf, endedStatus, firstText } from "../support/mcp-documents.ts";
import { mcpWorld } from "../support/mcp-world.ts";
import type { Connecting, TestClient } from "../support/mcp-world.ts";

const WAYS: readonly Connecting[] = [
  { over: "http", era: "legacy" },
  { over: "http", era: "auto" },
  { over: "http", era: "modern" },
  { over: "websocket", era: "legacy" },
  { over: "websocket", era: "auto" },
  { over: "websocket", era: "modern" },
];

/** The documented tools, in their order. */
const DOCUMENTED = [
  "create_workflow",
  "get_workflow",
  "list_workflows",
  "execute_workflow",
  "get_workflow_status",
  "apply_pattern",
  "list_patterns",
  "validate_pattern_application",
  "distribute_task",
  "get_task_status",
  "aggregate_task_results",
  "get_system_health",
  "get_workflow_metrics",
  "export_workflow_data",
];

const GREET = { workflow_id: "greet", inputs: { who: { type: "string" } }, steps: [{ id: "hello", value: "Hello, ${{ inputs.who }}" }] };

test.each(WAYS)("over $over in the era $era the 14 tools are listed, and a workflow is created, executed and watched", async (way) => {
  await using world = await mcpWorld();
  await using client = await world.connect(way);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(DOCUMENTED);
  expect(client.getServerVersion()).toMatchObject({ name: "caelum-workflow-orchestration", version: "1.0.0", title: "Tutti" });
  expect(client.getProtocolEra()).toBe(way.era === "legacy" ? "legacy" : "modern");

  expect(await documentOf(client, "create_workflow", GREET)).toMatchObject({ status: "success", workflow_id: "greet", version: 1 });
  const started = await documentOf(client, "execute_workflow", { workflow_id: "greet", parameters: { who: "Ada" } });
  const status = await endedStatus(client, String(started["execution_id"]));
  expect(status).toMatchObject({ status: "completed", progress: 100, completed_steps: ["hello"], parameters: { who: "Ada" } });
  expect(world.faults).toEqual([]);
});

test.each(WAYS)("over $over in the era $era a refusal is a result with all that is wrong, and an unknown tool an error", async (way) => {
  await using world = await mcpWorld();
  await using client = await world.connect(way);
  const steps = [
    { id: "a", value: 1, needs: ["b"] },
    { id: "a", value: 2, colour: "red" },
  ];
  const refused = await client.callTool({ name: "create_workflow", arguments: { workflow_id: "w", steps } });
  expect(refused).toMatchObject({ isError: true, structuredContent: { code: "definition.invalid", tool: "create_workflow" } });
  const { error, timestamp } = refused.structuredContent as { readonly error: string; readonly timestamp: string };
  for (const named of ["b", "colour"]) expect(JSON.stringify(refused.structuredContent)).toContain(named);
  expect(error).not.toBe("");
  expect(new Date(timestamp).toISOString()).toBe(timestamp);
  expect(firstText(refused)).toBe(JSON.stringify(refused.structuredContent));

  const invalid = await client.callTool({ name: "get_workflow_status", arguments: { execution_id: 7, colour: "red" } });
  expect(invalid).toMatchObject({
    isError: true,
    structuredContent: { code: "input.invalid", problems: [expect.stringContaining("execution_id"), expect.stringContaining("colour")] },
  });
  await expect(client.callTool({ name: "nobody", arguments: {} })).rejects.toMatchObject({ code: -32_602 });
  expect(world.faults).toEqual([]);
});

test("the same request key never starts a second execution, whether it is an argument or beside them", async () => {
  await using world = await mcpWorld();
  await using client = await world.connect();
  await documentOf(client, "create_workflow", GREET);
  const request = { workflow_id: "greet", parameters: { who: "Ada" } };
  const first = await documentOf(client, "execute_workflow", { ...request, request_key: "monday" });
  const again = await documentOf(client, "execute_workflow", { ...request, request_key: "monday" });
  expect(again["execution_id"]).toBe(first["execution_id"]);
  const beside = await client.callTool({ name: "execute_workflow", arguments: request, _meta: { "dev.tutti/idempotency-key": "monday" } });
  expect(beside.structuredContent).toMatchObject({ execution_id: first["execution_id"] });
});

test("an input that is nested without end is refused, and hurts nobody", async () => {
  await using world = await mcpWorld();
  await using client = await world.connect();
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  const metadata = JSON.parse(deep(200)) as object;
  expect(await client.callTool({ name: "create_workflow", arguments: { workflow_id: "w", steps: [], metadata } })).toMatchObject({
    isError: true,
    structuredContent: { code: "input.invalid" },
  });
  for (const levels of [5_000, 500_000]) {
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_workflow","arguments":${deep(levels)}}}`;
    expect((await world.post(body)).status).toBe(400);
    const given = { "mcp-session-id": sessionOf(client) };
    expect([200, 400]).toContain((await world.post(body, given)).status);
  }
  expect((await client.listTools()).tools).toHaveLength(14);
  expect(world.faults).toEqual([]);
});

test("workflows whose authors want it are tools of their own, and run to their end", async () => {
  await using world = await mcpWorld();
  await using client = await world.connect();
  await documentOf(client, "create_workflow", {
    ...GREET,
    expose: true,
    description: "Greets somebody.",
    output: "${{ steps.hello.output }}",
  });
  await documentOf(client, "create_workflow", { ...GREET, workflow_id: "execute_workflow", expose: true });
  await documentOf(client, "create_workflow", { ...GREET, workflow_id: "kept-back" });
  await documentOf(client, "create_workflow", { workflow_id: "draft", steps: [], expose: true });
  for (const name of ["kept-back", "draft", "workflow_greet"]) {
    await expect(client.callTool({ name, arguments: { who: "Ada" } })).rejects.toMatchObject({ code: -32_602 });
  }
  const { tools } = await client.listTools();
  expect(tools.slice(DOCUMENTED.length).map(({ name }) => name)).toEqual(["workflow_execute_workflow", "greet"]);
  expect(tools.at(-1)).toMatchObject({
    description: expect.stringContaining("Greets somebody."),
    inputSchema: { type: "object", properties: { who: { type: "string" } }, required: ["who"] },
  });
  expect(await documentOf(client, "greet", { who: "Ada" })).toMatchObject({ status: "completed", output: "Hello, Ada" });
  expect(await documentOf(client, "workflow_execute_workflow", { who: "Bob" })).toMatchObject({ workflow_id: "execute_workflow" });
  expect(await client.callTool({ name: "greet", arguments: {} })).toMatchObject({
    isError: true,
    structuredContent: { code: "input.invalid" },
  });
});

test("no two tools have one name, whatever ids workflows have", async () => {
  await using world = await mcpWorld();
  await using client = await world.connect();
  const ids = ["get_workflow", "workflow_get_workflow", "workflow_workflow_get_workflow", "workflow_x"];
  for (const workflow_id of ids) await documentOf(client, "create_workflow", { workflow_id, expose: true, steps: [{ id: "a", value: 1 }] });
  const names = (await client.listTools()).tools.slice(DOCUMENTED.length).map(({ name }) => name);
  expect(new Set(names).size).toBe(ids.length);
  const executed = await Promise.all(names.map(async (name) => (await documentOf(client, name))["workflow_id"]));
  expect(new Set(executed)).toEqual(new Set(ids));
});

test("a workflow that was deleted and made again is offered as it is now", async () => {
  await using world = await mcpWorld({ tools: "extended" });
  await using client = await world.connect();
  const inputsOf = async (): Promise<readonly string[]> => {
    const tool = (await client.listTools()).tools.find(({ name }) => name === "again");
    return Object.keys(tool?.inputSchema.properties ?? {});
  };
  const workflow = { workflow_id: "again", expose: true, steps: [{ id: "a", value: 1 }] };
  await documentOf(client, "create_workflow", { ...workflow, inputs: { before: { type: "string" } } });
  expect(await inputsOf()).toEqual(["before"]);
  await documentOf(client, "delete_workflow", { workflow_id: "again" });
  expect(await inputsOf()).toEqual([]);
  await documentOf(client, "create_workflow", { ...workflow, inputs: { after: { type: "string" } } });
  expect(await inputsOf()).toEqual(["after"]);
});

test("giving up a request gives up the waiting, and never the execution", async () => {
  await using world = await mcpWorld();
  await using client = await world.connect({ era: "modern" });
  const steps = [
    { id: "wait", approval: { message: "Go on?" } },
    { id: "after", needs: ["wait"], sleep: "1h" },
  ];
  await documentOf(client, "create_workflow", {
    workflow_id: "slow",
    expose: true,
    steps: steps.slice(1).map(({ needs: _needs, ...step }) => step),
  });
  const gaveUp = new AbortController();
  const call = client.callTool({ name: "slow", arguments: {} }, { signal: gaveUp.signal });
  const id = await firstExecution(client);
  gaveUp.abort();
  await expect(call).rejects.toThrow("abort");
  expect(await documentOf(client, "get_workflow_status", { execution_id: id })).toMatchObject({ status: "executing" });
});

function sessionOf(client: TestClient): string {
  const { sessionId } = client.transport ?? {};
  return sessionId ?? "";
}

async function firstExecution(client: TestClient): Promise<string> {
  for (;;) {
    const { resources } = await client.listResources();
    const found = resources.find(({ uri }) => uri.startsWith("tutti://executions/"));
    if (found !== undefined) return found.name;
  }
}
