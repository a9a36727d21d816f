import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CallProgress } from "../../../src/ports/tool-caller.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { httpServer, openTestConnections, startProgram, type TestConnections, testServer } from "../../support/servers/test-connections.ts";

const require = createRequire(import.meta.url);
const program = (name: string): string => require.resolve(`@modelcontextprotocol/${name}/dist/index.js`);

test("server-filesystem lists, writes and reads, and refuses what lies outside", async () => {
  using folder = temporaryDirectory();
  await using world = openTestConnections(real("server-filesystem", [folder.path]));
  expect(await world.connections.check("s", world.signal)).toMatchObject({
    title: "secure-filesystem-server",
    toolCount: 14,
    era: "legacy",
  });
  expect(await world.call("write_file", { path: join(folder.path, "note.txt"), content: "hello" })).toMatchObject({ kind: "succeeded" });
  expect(await world.call("read_text_file", { path: join(folder.path, "note.txt") })).toEqual({
    kind: "succeeded",
    output: { content: "hello" },
  });
  expect(await world.call("list_directory", { path: "/etc" })).toMatchObject({
    kind: "failed",
    error: { kind: "tool_error", message: expect.stringContaining("Access denied") },
  });
  expect(await world.call("nothing")).toMatchObject({ kind: "failed", error: { kind: "not_found" } });
});

test("server-memory keeps what it is given", async () => {
  using folder = temporaryDirectory();
  const file = join(folder.path, "memory.jsonl");
  await using world = openTestConnections(real("server-memory", [], { MEMORY_FILE_PATH: file }));
  const entities = [{ name: "Tutti", entityType: "project", observations: ["runs workflows"] }];
  expect(await world.call("create_entities", { entities })).toMatchObject({ kind: "succeeded" });
  expect(await world.call("read_graph")).toEqual({ kind: "succeeded", output: { entities, relations: [] } });
  expect(await readFile(file, "utf8")).toContain("runs workflows");
});

test("server-everything over stdio: text, progress, images and questions", async () => {
  await using world = openTestConnections(real("server-everything"));
  expect(await tryEverything(world)).toMatchObject(EVERYTHING);
});

test("server-everything over Streamable HTTP: text, progress, images and questions", async () => {
  await using listening = await startProgram(program("server-everything"), ["streamableHttp"], /listening on port (\d+)/);
  await using world = openTestConnections(httpServer(`http://127.0.0.1:${listening.port}/mcp`));
  expect(await tryEverything(world)).toMatchObject(EVERYTHING);
});

test("server-everything over the HTTP of 2024-11-05: text, progress, images and questions", async () => {
  await using listening = await startProgram(program("server-everything"), ["sse"], /running on port (\d+)/);
  await using world = openTestConnections(httpServer(`http://127.0.0.1:${listening.port}/sse`));
  expect(await tryEverything(world)).toMatchObject(EVERYTHING);
});

test("a stream of 2024-11-05 that breaks off ends the calls in flight at once", async () => {
  await using listening = await startProgram(program("server-everything"), ["sse"], /running on port (\d+)/);
  await using world = openTestConnections(httpServer(`http://127.0.0.1:${listening.port}/sse`));
  const kill = (): void => void listening.process.kill("SIGKILL");
  expect(await world.call("trigger-long-running-operation", { duration: 60, steps: 600 }, { progress: kill })).toMatchObject({
    kind: "unknown",
    error: { kind: "connection", message: "the connection was lost: its stream of events broke off" },
  });
});

test("a server over Streamable HTTP that is killed ends its calls, also those whose stream could be taken up again", async () => {
  await using listening = await startProgram(program("server-everything"), ["streamableHttp"], /listening on port (\d+)/);
  await using world = openTestConnections(httpServer(`http://127.0.0.1:${listening.port}/mcp`));
  const kill = (): void => void listening.process.kill("SIGKILL");
  const startMs = performance.now();
  expect(await world.call("trigger-long-running-operation", { duration: 60, steps: 600 }, { progress: kill })).toMatchObject({
    kind: "unknown",
    error: { kind: "connection" },
  });
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

/** What everybody gets from server-everything, whichever way it is reached. */
async function tryEverything(world: TestConnections): Promise<Readonly<Record<string, unknown>>> {
  const steps: number[] = [];
  const progress = (one: CallProgress): void => void steps.push(one.progress);
  return {
    text: await world.call("echo", { message: "hi" }),
    image: await world.call("get-tiny-image"),
    structured: await world.call("get-structured-content", { location: "New York" }),
    slow: await world.call("trigger-long-running-operation", { duration: 0.4, steps: 4 }, { progress }),
    steps: steps.slice(0, 3),
    question: await world.call("trigger-elicitation-request"),
  };
}

const EVERYTHING = {
  text: { kind: "succeeded", output: { text: "Echo: hi" } },
  image: { kind: "succeeded", output: { content: [{ type: "text" }, { type: "image" }, { type: "text" }] } },
  structured: { kind: "succeeded", output: { temperature: expect.any(Number) as unknown } },
  slow: { kind: "succeeded" },
  steps: [1, 2, 3],
  question: { kind: "failed", error: { kind: "tool_error", message: expect.stringContaining("nobody could be asked") as unknown } },
};

function real(name: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): ReturnType<typeof testServer> {
  return testServer("", [], { connection: { kind: "stdio", command: process.execPath, args: [program(name), ...args], env } });
}
