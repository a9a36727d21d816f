import { acceptedContent, inputRequired, MissingRequiredClientCapabilityError, ProtocolError } from "@modelcontextprotocol/server";
import type { CallToolResult, InputRequests, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { clientAbilities, TASKS_EXTENSION } from "../../src/mcp-server/client-abilities.ts";
import { said } from "./fixture-contents.ts";

/** A piece of work that goes on after the answer. */
interface FixtureTask {
  readonly id: string;
  readonly createdAt: string;
  readonly stop: AbortController;
  status: "working" | "input_required" | "completed" | "failed" | "cancelled";
  result?: CallToolResult;
  error?: { readonly code: number; readonly message: string };
  readonly asked: Record<string, InputRequests[string]>;
  readonly answers: Record<string, unknown>;
  answered: () => void;
}

type Work = (task: FixtureTask) => Promise<CallToolResult>;

const INTERNAL_ERROR = -32_603;
const INVALID_PARAMS = -32_602;
const NEEDS_TASKS = new Set(["failing_job", "test_tool_with_task"]);

/** All tasks of a process, by id. */
export type FixtureTasks = Map<string, FixtureTask>;

/** Refuses clients that do not know tasks, before the SDK would make a result of that; to be called before tools are added. */
export function refuseWithoutTasks(mcp: McpServer): void {
  const { server } = mcp;
  const set = server.setRequestHandler.bind(server) as (...given: readonly unknown[]) => void;
  server.setRequestHandler = (method: string, ...rest: readonly unknown[]): void => {
    const [handler] = rest;
    if (method !== "tools/call" || typeof handler !== "function") return set(method, ...rest);
    return set(method, (request: { readonly params: { readonly name: string } }, context: ServerContext): unknown => {
      if (NEEDS_TASKS.has(request.params.name)) requireTasks(mcp, context);
      return (handler as (...given: readonly unknown[]) => unknown)(request, context);
    });
  };
}

/** Tools whose work goes on after the answer, and the three requests about it. */
export function addTasks(mcp: McpServer, tasks: FixtureTasks): void {
  const begin = async (context: ServerContext, work: Work): Promise<CallToolResult> => {
    if (clientAbilities(mcp, "modern", context).knowsTasks) return startTask(tasks, work);
    return await work(createTask());
  };
  mcp.registerTool("greet", { description: "Greets", inputSchema: z.object({ name: z.string() }) }, ({ name }) => said(`Hello, ${name}!`));
  const seconds = z.object({ seconds: z.number(), label: z.string().optional() });
  mcp.registerTool("slow_compute", { description: "Takes its time", inputSchema: seconds }, async ({ seconds: count }, context) => {
    if (count === 0) return said("done at once");
    return await begin(context, async ({ stop }) => {
      await pause(count * 1_000, undefined, { signal: stop.signal });
      return said("done");
    });
  });
  const add = (name: string, work: Work): void => {
    mcp.registerTool(
      name,
      { description: "Takes its time", inputSchema: z.looseObject({}) },
      async (_, context) => await begin(context, work),
    );
  };
  add("failing_job", async ({ stop }) => {
    await pause(1_000, undefined, { signal: stop.signal });
    return { ...said("it went wrong"), isError: true };
  });
  add("protocol_error_job", async () => {
    throw new ProtocolError(INTERNAL_ERROR, "it broke");
  });
  add("confirm_delete", async (task) => await askedFor(task, ["confirm"]));
  add("multi_input", async (task) => await askedFor(task, ["first", "second"]));
  mcp.registerTool(
    "test_tool_with_task",
    { description: "Asks, and then takes its time", inputSchema: z.object({}) },
    async (_, context) => {
      const name = acceptedContent<{ name: string }>(context.mcpReq.inputResponses, "user_name")?.name;
      if (name === undefined) return inputRequired({ inputRequests: { user_name: question("name") } });
      return await begin(context, async () => said(`done for ${name}`));
    },
  );
  serveTasks(mcp, tasks);
}

function createTask(): FixtureTask {
  return {
    id: randomUUID(),
    createdAt: new Date().toISOString(),
    stop: new AbortController(),
    status: "working",
    asked: {},
    answers: {},
    answered: () => undefined,
  };
}

function startTask(tasks: FixtureTasks, work: Work): CallToolResult {
  const task = createTask();
  tasks.set(task.id, task);
  work(task).then(
    (result) => {
      if (task.status !== "cancelled") Object.assign(task, { status: "completed", result });
    },
    (error: unknown) => {
      if (task.status === "cancelled") return;
      Object.assign(task, { status: "failed", error: { code: INTERNAL_ERROR, message: String(error) } });
    },
  );
  return { resultType: "task", ...shown(task) } as never;
}

/** Waits until all has been answered. */
async function askedFor(task: FixtureTask, keys: readonly string[]): Promise<CallToolResult> {
  for (const key of keys) task.asked[key] = question(key);
  task.status = "input_required";
  await new Promise<void>((resolve) => (task.answered = resolve));
  return said(JSON.stringify(task.answers));
}

function question(field: string): InputRequests[string] {
  return inputRequired.elicit({
    message: `Which ${field}?`,
    requestedSchema: { type: "object", properties: { [field]: { type: "string" } } },
  });
}

function shown({ id, status, createdAt }: FixtureTask): object {
  return { taskId: id, status, createdAt, lastUpdatedAt: new Date().toISOString(), ttlMs: null, pollIntervalMs: 100 };
}

function requireTasks(mcp: McpServer, context: ServerContext): void {
  if (clientAbilities(mcp, "modern", context).knowsTasks) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } });
}

function serveTasks(mcp: McpServer, tasks: FixtureTasks): void {
  const { server } = mcp;
  const params = z.looseObject({ taskId: z.string() });
  const known = (taskId: string, context: ServerContext): FixtureTask => {
    requireTasks(mcp, context);
    const task = tasks.get(taskId);
    if (task === undefined) throw new ProtocolError(INVALID_PARAMS, `there is no task "${taskId}"`);
    return task;
  };
  server.setRequestHandler("tasks/get", { params }, ({ taskId }, context) => {
    const task = known(taskId, context);
    const { result, error, asked, status } = task;
    const more = { completed: { result }, failed: { error }, input_required: { inputRequests: asked }, working: {}, cancelled: {} }[status];
    return { resultType: "complete", ...shown(task), ...more };
  });
  server.setRequestHandler("tasks/update", { params }, ({ taskId }, context) => {
    const task = known(taskId, context);
    for (const [key, answer] of Object.entries(context.mcpReq.inputResponses ?? {})) {
      if (!(key in task.asked)) continue;
      delete task.asked[key];
      task.answers[key] = answer;
    }
    if (task.status === "input_required" && Object.keys(task.asked).length === 0) {
      task.status = "working";
      task.answered();
    }
    return { resultType: "complete" };
  });
  server.setRequestHandler("tasks/cancel", { params }, ({ taskId }, context) => {
    const task = known(taskId, context);
    if (task.status === "working" || task.status === "input_required") task.status = "cancelled";
    task.stop.abort();
    return { resultType: "complete" };
  });
}
