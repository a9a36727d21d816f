import { expect, test } from "vitest";
import { mcpWorld } from "../support/mcp-world.ts";
import type { McpWorld } from "../support/mcp-world.ts";
import { modernRequest } from "../support/modern-request.ts";
import type { JsonRpcAnswer } from "../support/modern-request.ts";

const TASKS = "io.modelcontextprotocol/tasks";
const KNOWS_TASKS = { capabilities: { extensions: { [TASKS]: {} }, elicitation: {} } };

test("an execution is a task for clients that know tasks, and its end is the answer of the tool", async () => {
  await using world = await mcpWorld();
  await create(world, [{ id: "a", value: 7 }], { output: "${{ steps.a.output }}" });
  const { result = {} } = await call(world, "execute_workflow", { workflow_id: "w" });
  expect(result).toMatchObject({ resultType: "task", status: "working", ttlMs: null, pollIntervalMs: 1_000 });
  const task = await until(world, String(result["taskId"]), "completed");
  expect(task).toMatchObject({
    resultType: "complete",
    taskId: result["taskId"],
    result: { structuredContent: { execution_id: result["taskId"], status: "completed", output: 7 } },
  });
  expect(task).not.toHaveProperty("result.isError");
});

test("a failed execution is a completed task whose result is an error", async () => {
  await using world = await mcpWorld();
  await create(world, [{ id: "a", value: "${{ inputs.n / 0 }}" }], { inputs: { n: { type: "integer", default: 1 } } });
  const { result = {} } = await call(world, "execute_workflow", { workflow_id: "w" });
  expect(await until(world, String(result["taskId"]), "completed")).toMatchObject({
    result: { isError: true, structuredContent: { outcome: "failed" } },
  });
});

test("a task that waits for approvals asks for them, takes them one by one, and goes on", async () => {
  await using world = await mcpWorld();
  await create(world, [
    { id: "one", approval: { message: "Ship it?" } },
    { id: "two", approval: { message: "Really?" } },
  ]);
  const { result = {} } = await call(world, "execute_workflow", { workflow_id: "w" });
  const taskId = String(result["taskId"]);
  const asked = await until(world, taskId, "input_required");
  expect(asked["inputRequests"]).toMatchObject({
    "approval:one": { method: "elicitation/create", params: { message: "Ship it?", requestedSchema: { required: ["approved"] } } },
    "approval:two": { method: "elicitation/create" },
  });
  const answer = async (step: string): Promise<JsonRpcAnswer> => {
    const inputResponses = { [`approval:${step}`]: { action: "accept", content: { approved: true } } };
    return await modernRequest(world, "tasks/update", { taskId, inputResponses }, KNOWS_TASKS);
  };
  expect((await answer("one")).result).toMatchObject({ resultType: "complete" });
  const rest = await until(world, taskId, "input_required");
  expect(Object.keys(rest["inputRequests"] as object)).toEqual(["approval:two"]);
  // An answer that was given counts once, however often it comes.
  expect((await answer("one")).error).toBeUndefined();
  await answer("two");
  await until(world, taskId, "completed");
});

test("a task is cancelled as an execution is, and stays cancelled", async () => {
  await using world = await mcpWorld();
  await create(world, [{ id: "a", sleep: "1h" }]);
  const { result = {} } = await call(world, "execute_workflow", { workflow_id: "w" });
  const taskId = String(result["taskId"]);
  expect((await modernRequest(world, "tasks/cancel", { taskId }, KNOWS_TASKS)).result).toMatchObject({ resultType: "complete" });
  await until(world, taskId, "cancelled");
  expect((await modernRequest(world, "tasks/cancel", { taskId }, KNOWS_TASKS)).error).toBeUndefined();
});

test("a client that does not know tasks gets the answer at once, and none of their methods", async () => {
  await using world = await mcpWorld();
  await create(world, [{ id: "a", value: 1 }]);
  const { result = {} } = await modernRequest(world, "tools/call", { name: "execute_workflow", arguments: { workflow_id: "w" } });
  expect(result).toMatchObject({ resultType: "complete", structuredContent: { workflow_id: "w" } });
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    expect(await modernRequest(world, method, { taskId: "x", inputResponses: {} })).toMatchObject({
      error: { code: -32_021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } },
    });
  }
  expect(await modernRequest(world, "tasks/list", {}, KNOWS_TASKS)).toMatchObject({ error: { code: -32_601 } });
});

test("a task that is not there, and one that another header names, are refused", async () => {
  await using world = await mcpWorld({ keys: { ada: { tenant: "acme" }, eve: { tenant: "globex" } } });
  const ada = { ...KNOWS_TASKS, headers: { authorization: "Bearer ada" } };
  const eve = { ...KNOWS_TASKS, headers: { authorization: "Bearer eve" } };
  await modernRequest(
    world,
    "tools/call",
    { name: "create_workflow", arguments: { workflow_id: "w", steps: [{ id: "a", value: 1 }] } },
    ada,
  );
  const { result = {} } = await modernRequest(world, "tools/call", { name: "execute_workflow", arguments: { workflow_id: "w" } }, ada);
  const taskId = String(result["taskId"]);
  expect((await modernRequest(world, "tasks/get", { taskId }, ada)).error).toBeUndefined();
  for (const [id, who] of [
    [taskId, eve],
    [taskId.slice(0, 12), ada],
    ["nobody", ada],
  ] as const) {
    expect(await modernRequest(world, "tasks/get", { taskId: id }, who)).toMatchObject({ error: { code: -32_602 } });
  }
  const misnamed = { ...ada, headers: { ...ada.headers, "mcp-name": "another" } };
  expect(await modernRequest(world, "tasks/get", { taskId }, misnamed)).toMatchObject({ status: 400, error: { code: -32_020 } });
  expect(world.faults).toEqual([]);
});

async function call(world: McpWorld, name: string, given: object): Promise<JsonRpcAnswer> {
  return await modernRequest(world, "tools/call", { name, arguments: given }, KNOWS_TASKS);
}

async function create(world: McpWorld, steps: readonly object[], more: object = {}): Promise<void> {
  const { result = {} } = await call(world, "create_workflow", { workflow_id: "w", steps, ...more });
  expect(result).toMatchObject({ resultType: "complete", structuredContent: { status: "success" } });
}

async function until(world: McpWorld, taskId: string, status: string): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const { result, error } = await modernRequest(world, "tasks/get", { taskId }, KNOWS_TASKS);
    if (result === undefined) throw new Error(error?.message);
    if (result["status"] === status) return result;
  }
}
