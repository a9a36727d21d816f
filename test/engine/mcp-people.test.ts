import type { Client } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { approveExecution } from "../../src/contract/approve-execution.ts";
import { inRepository } from "../support/built-command.ts";
import { documentOf } from "../support/mcp-documents.ts";
import { mcpWorld } from "../support/mcp-world.ts";
import type { Connecting, McpWorld, TestClient } from "../support/mcp-world.ts";
import { serverConfig } from "../support/server-config.ts";

const WAYS: readonly Connecting[] = [
  { over: "http", era: "legacy" },
  { over: "http", era: "modern" },
  { over: "websocket", era: "legacy" },
  { over: "websocket", era: "modern" },
];

const ECHO = serverConfig("echo", {
  connection: { kind: "stdio", command: process.execPath, args: [inRepository("test/support/servers/echo.ts")], env: {} },
});

const ASK = [{ id: "agree", approval: { message: "Ship order A-17?" } }];

test.each(WAYS)("over $over in the era $era a person is asked for the approval that a workflow meets", async (way) => {
  await using world = await mcpWorld();
  const asked: unknown[] = [];
  await using client = await world.connect(
    answering(way, (question) => asked.push(question), { action: "accept", content: { approved: true, comment: "go" } }),
  );
  await documentOf(client, "create_workflow", {
    workflow_id: "ship",
    expose: true,
    steps: ASK,
    output: "${{ steps.agree.output.comment }}",
  });
  expect(await documentOf(client, "ship")).toMatchObject({ outcome: "completed", output: "go" });
  expect(asked).toEqual([expect.objectContaining({ message: "Ship order A-17?" })]);
});

test.each(WAYS)("over $over in the era $era the extended tool that waits asks a person, and tells how it ended", async (way) => {
  await using world = await mcpWorld({ tools: "extended" });
  await using client = await world.connect(answering(way, () => undefined, { action: "accept", content: { approved: true } }));
  await documentOf(client, "create_workflow", { workflow_id: "ship", steps: ASK });
  const { execution_id: executionId } = await documentOf(client, "execute_workflow", { workflow_id: "ship" });
  expect(await documentOf(client, "watch_execution", { execution_id: executionId })).toMatchObject({
    outcome: "completed",
    steps: [{ id: "agree" }],
  });
  const wrong = await client.callTool({ name: "watch_execution", arguments: { execution_id: 7 } });
  expect(wrong).toMatchObject({ isError: true, structuredContent: { code: "input.invalid" } });
});

test.each([
  ["who declines", { action: "decline" } as const, "failed"],
  ["who says no", { action: "accept", content: { approved: false } } as const, "failed"],
  ["who closes the form", { action: "cancel" } as const, "paused"],
])("a person %s leaves the execution as it should be", async (_, answer, status) => {
  await using world = await mcpWorld();
  await using client = await world.connect(answering({ era: "modern" }, () => undefined, answer));
  await documentOf(client, "create_workflow", { workflow_id: "ship", expose: true, steps: ASK });
  const result = await client.callTool({ name: "ship", arguments: {} });
  expect(result.structuredContent).toMatchObject({ status });
});

test("a client that cannot ask anybody is told what the execution waits for", async () => {
  await using world = await mcpWorld();
  await using client = await world.connect();
  await documentOf(client, "create_workflow", { workflow_id: "ship", expose: true, steps: ASK });
  expect(await documentOf(client, "ship")).toMatchObject({ status: "paused", waiting_for: [{ step: "agree", kind: "approval" }] });
});

test.each(WAYS)("over $over in the era $era a person is asked at once, whatever goes on beside the approval", async (way) => {
  await using world = await mcpWorld();
  const asked: unknown[] = [];
  await using client = await world.connect(
    answering(way, (question) => asked.push(question), { action: "accept", content: { approved: true } }),
  );
  const steps = [
    { id: "early", approval: { message: "Early?", timeout: "2h" } },
    { id: "late", needs: ["early"], approval: { message: "Late?", timeout: "2h" } },
    { id: "beside", sleep: "1h" },
  ];
  await documentOf(client, "create_workflow", { workflow_id: "ship", expose: true, steps, timeout: "2s" });
  expect(await client.callTool({ name: "ship", arguments: {} })).toMatchObject({ isError: true });
  expect(asked).toMatchObject([{ message: "Early?" }, { message: "Late?" }]);
});

test.each(WAYS)("over $over in the era $era progress is told while a workflow runs", async (way) => {
  await using world = await mcpWorld({ servers: [ECHO] });
  await using client = await world.connect(way);
  const steps = [
    { id: "first", sleep: "20ms" },
    { id: "second", needs: ["first"], sleep: "20ms" },
    { id: "third", needs: ["second"], for_each: [1], tool: "echo.echo" },
  ];
  await documentOf(client, "create_workflow", { workflow_id: "two", expose: true, steps });
  const told: { readonly progress: number; readonly message?: string | undefined }[] = [];
  await client.callTool({ name: "two", arguments: {} }, { onprogress: (progress) => told.push(progress) });
  const messages = told.map(({ message }) => message);
  expect(messages).toEqual(expect.arrayContaining(["first: step completed", "third[0]: call started"]));
  expect(told.map(({ progress }) => progress)).toEqual(told.map((_, place) => place + 1));
});

test.each(WAYS)("over $over in the era $era a client hears of the execution and of the tools that it watches", async (way) => {
  await using world = await mcpWorld();
  await using client = await world.connect(way);
  await documentOf(client, "create_workflow", { workflow_id: "ship", steps: [...ASK, { id: "after", needs: ["agree"], value: 1 }] });
  const { execution_id: executionId } = await documentOf(client, "execute_workflow", { workflow_id: "ship" });
  const uri = `tutti://executions/${String(executionId)}`;
  const heard = await watch(client, uri);
  await approve(world, String(executionId));
  expect(await heard.resource).toBe(uri);
  await documentOf(client, "create_workflow", { workflow_id: "offered", expose: true, steps: [{ id: "a", value: 1 }] });
  await heard.tools;
  expect(world.faults).toEqual([]);
});

interface Heard {
  readonly resource: Promise<string>;
  readonly tools: Promise<void>;
}

/** Asks in the way of the era to be told of a resource and of the tools. */
async function watch(client: TestClient, uri: string): Promise<Heard> {
  const [resource, tools] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => resource.resolve(params.uri));
  client.setNotificationHandler("notifications/tools/list_changed", () => tools.resolve());
  if (client.getProtocolEra() === "legacy") await client.subscribeResource({ uri });
  else await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] });
  return { resource: resource.promise, tools: tools.promise };
}

async function approve({ owner }: McpWorld, executionId: string): Promise<void> {
  await owner.operations.call(approveExecution, { executionId, approved: true }, { signal: new AbortController().signal });
}

function answering(
  way: Connecting,
  asked: (question: unknown) => void,
  answer: { readonly action: "accept" | "decline" | "cancel"; readonly content?: Record<string, string | boolean> },
): Connecting {
  const before = (client: Client): void =>
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      asked(params);
      return answer;
    });
  return { ...way, capabilities: { elicitation: { form: {} } }, before };
}
