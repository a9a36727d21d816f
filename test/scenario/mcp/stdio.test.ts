import { spawn } from "node:child_process";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, test } from "vitest";
import { COMMAND } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld, ExecutionDocument } from "../../support/command-world.ts";
import { documentOf, endedStatus } from "../../support/mcp-documents.ts";

/** A client with a `tutti mcp` of its own. */
type Desktop = Client & AsyncDisposable & { readonly pid: number };

test.each(["legacy", "auto", { pin: "2026-07-28" }] as const)(
  "a desktop client in the mode %o creates, executes and reads",
  async (mode) => {
    using world = commandWorld();
    await using client = await desktop(world, mode);
    expect((await client.listTools()).tools).toHaveLength(14);
    await documentOf(client, "create_workflow", { workflow_id: "one", steps: [{ id: "a", value: 1 }] });
    const { execution_id: id } = await documentOf(client, "execute_workflow", { workflow_id: "one" });
    expect(await endedStatus(client, String(id))).toMatchObject({ outcome: "completed" });
    const { contents } = await client.readResource({ uri: `tutti://executions/${String(id)}/journal` });
    expect(contents[0]).toMatchObject({ text: expect.stringContaining("execution-started") });
  },
);

test("several desktop clients share a data directory, and one that is killed takes nothing along", async () => {
  using world = commandWorld();
  await using first = await desktop(world);
  await using second = await desktop(world);
  await documentOf(first, "create_workflow", {
    workflow_id: "wait",
    steps: [
      { id: "a", sleep: "2s" },
      { id: "b", needs: ["a"], value: 1 },
    ],
  });
  expect((await second.listTools()).tools).toHaveLength(14);
  expect(await documentOf(second, "list_workflows")).toMatchObject({ workflows: [{ workflow_id: "wait" }] });
  const { execution_id: hers } = await documentOf(first, "execute_workflow", { workflow_id: "wait" });
  const { execution_id: his } = await documentOf(second, "execute_workflow", { workflow_id: "wait" });
  process.kill(first.pid, "SIGKILL");
  expect(await endedStatus(second, String(his))).toMatchObject({ outcome: "completed" });
  expect(await endedStatus(second, String(hers))).toMatchObject({ outcome: "completed" });
});

test("an execution whose owner has gone is taken up by a client that asks for nothing", async () => {
  using world = commandWorld();
  await using owner = await desktop(world);
  await documentOf(owner, "create_workflow", { workflow_id: "wait", steps: [{ id: "a", sleep: "1s" }] });
  await using _idle = await desktop(world);
  const { execution_id: id } = await documentOf(owner, "execute_workflow", { workflow_id: "wait" });
  process.kill(owner.pid, "SIGKILL");
  for (let outcome: string | null = null; outcome === null;) {
    ({ outcome } = await world.json<ExecutionDocument>("executions", "show", String(id)));
    expect(["completed", null]).toContain(outcome);
  }
});

test("it ends with 0 soon after its client has closed stdin, and has printed nothing but the protocol", async () => {
  using world = commandWorld();
  const child = spawn(process.execPath, [COMMAND, "mcp"], { cwd: world.path, stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const clientInfo = { name: "test", version: "0" };
  child.stdin.write("this is no message\n");
  child.stdin.write(
    `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo } })}\n`,
  );
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  child.stdin.end();
  expect(await closed).toBe(0);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines.at(-1)).toMatchObject({ id: 1, result: { serverInfo: { name: "caelum-workflow-orchestration" } } });
  expect(stderr).toBe("");
  await world.untilNothingRuns();
});

test("requests that are piped in are answered, although stdin ends behind them", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  const child = spawn(process.execPath, [COMMAND, "mcp"], { cwd: world.path, stdio: ["pipe", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const clientInfo = { name: "test", version: "0" };
  const call = (name: string, given: object): object => ({ method: "tools/call", params: { name, arguments: given } });
  const requests = [
    { method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo } },
    call("create_workflow", { workflow_id: "one", steps: [{ id: "a", value: 1 }] }),
    call("distribute_task", { task_definition: { task_type: "echo", service_name: "echo", payload: {} } }),
  ];
  child.stdin.end(requests.map((request, id) => `${JSON.stringify({ jsonrpc: "2.0", id, ...request })}\n`).join(""));
  expect(await closed).toBe(0);
  const answered = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly id: number });
  expect(new Set(answered.map(({ id }) => id))).toEqual(new Set([0, 1, 2]));
});

async function desktop(world: CommandWorld, mode: "legacy" | "auto" | { readonly pin: string } = "legacy"): Promise<Desktop> {
  const transport = new StdioClientTransport({ command: process.execPath, args: [COMMAND, "mcp"], cwd: world.path });
  const client = new Client({ name: "desktop", version: "0" }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return Object.assign(client, { pid: transport.pid ?? 0, [Symbol.asyncDispose]: async () => await client.close() });
}
