import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { planWorkflow } from "../../src/contract/plan-workflow.ts";
import { openTutti } from "../../src/main/open-tutti.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import { TRANSPORT_PROFILES, transportProfile } from "../../src/model/transport-profile.ts";
import { inRepository } from "../support/built-command.ts";
import { listenOddly } from "../support/servers/odd-socket.ts";
import { serveTools } from "../support/servers/served-tools.ts";
import { openTestConnections, startListening, testServer, webSocketServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const HTTP = { kind: "http", url: "https://x.example/mcp", headers: {} } as const;

describe("the table of transports", () => {
  test("NATS in front of stdio", () => {
    expect(TRANSPORT_PROFILES.nats_stdio).toEqual({
      transport: "nats_stdio",
      coordination: "optimal",
      parallelOperations: true,
      requestCorrelation: "request_id",
      errorHandling: "centralized",
      contentTypes: ["json", "binary"],
      complexity: "medium",
      enterpriseReady: "yes",
      available: false,
    });
  });

  test("stdio, directly", () => {
    expect(transportProfile(testServer("counts-overlap.ts", [], { profile: "sequential" }))).toEqual({
      transport: "direct_stdio",
      coordination: "sequential",
      parallelOperations: false,
      requestCorrelation: "manual",
      errorHandling: "individual",
      contentTypes: ["json_lines"],
      complexity: "low",
      enterpriseReady: "limited",
      available: true,
    });
  });

  test("WebSocket in front of stdio", () => {
    expect(transportProfile(webSocketServer("wss://x.example/mcp"))).toEqual({
      transport: "websocket_stdio",
      coordination: "coordinated",
      parallelOperations: true,
      requestCorrelation: "headers",
      errorHandling: "structured",
      contentTypes: ["json", "binary"],
      complexity: "high",
      enterpriseReady: "yes",
      available: true,
    });
  });

  test("what else there is, and what becomes of it when it is sequential", () => {
    const http = { ...webSocketServer(""), connection: HTTP };
    expect(transportProfile(testServer("echo.ts"))).toMatchObject({ transport: "stdio", parallelOperations: true });
    expect(transportProfile(http)).toMatchObject({ transport: "streamable_http", parallelOperations: true });
    expect(transportProfile({ ...http, profile: "sequential" })).toMatchObject({
      transport: "streamable_http",
      coordination: "sequential",
      parallelOperations: false,
      requestCorrelation: "headers",
    });
  });
});

const FOUR = `
id: four
steps:
  - { id: a, tool: s.work }
  - { id: b, tool: s.work }
  - { id: c, tool: s.work }
  - { id: d, tool: s.work }
output: { most: "\${{ [steps.a.output.most, steps.b.output.most, steps.c.output.most, steps.d.output.most] }}" }
`;

describe("stdio, directly", () => {
  const server = testServer("counts-overlap.ts", [], { profile: "sequential" });

  test("coordination, parallel operations, correlation: there is never more than one call under way, and plans expect no more", async () => {
    expect(await planAndRun(server)).toEqual({ parallelPaths: 1, estimateMs: expect.any(Number), most: 1 });
  });

  test("errors: each call has its own, and the others go on", async () => {
    const workflow = `
id: own-errors
error_policy: allow_partial
steps:
  - { id: a, tool: s.work, with: { fail: 1 } }
  - { id: b, tool: s.work }
  - { id: c, tool: s.work, with: { fail: 2 } }
`;
    using directory = temporaryDirectory();
    await using tutti = await openTutti({ dataDirectory: directory.path, servers: [server] });
    const { outcome, steps } = await tutti.wait((await tutti.execute({ workflow })).executionId);
    expect(outcome).toBe("partial_success");
    expect(steps.map(({ status, error }) => [status, error?.message])).toEqual([
      ["failed", "failed as told: 1"],
      ["completed", undefined],
      ["failed", "failed as told: 2"],
    ]);
  });

  test("content: JSON, one message in each line", async () => {
    using directory = temporaryDirectory();
    const log = join(directory.path, "lines");
    const program = inRepository("test/support/servers/counts-overlap.ts");
    await using world = openTestConnections(testServer("recording-proxy.ts", [log, process.execPath, program]));
    expect(await world.call("work", { text: "two\nlines" })).toMatchObject({ kind: "succeeded" });
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  });

  test("complexity, readiness: it is a command on this machine and has no address", () => {
    expect(server.connection).toEqual({ kind: "stdio", command: process.execPath, args: [expect.any(String)], env: {} });
  });
});

describe("WebSocket in front of stdio", () => {
  test("coordination, parallel operations: calls overlap, and plans expect them to", async () => {
    await using listening = await startListening("counts-overlap.ts", ["websocket"]);
    expect(await planAndRun(webSocketServer(listening.url))).toMatchObject({ parallelPaths: 4, most: 4 });
  });

  test("correlation: answers that come in another order find their calls, and each call carries its own headers", async () => {
    const waiting: (() => void)[] = [];
    await using server = await listenOddly(["whose"], (socket, { id, meta }) => {
      waiting.unshift(() => socket.send(answer(id, { structuredContent: { meta }, content: [] })));
      if (waiting.length === 20) for (const send of waiting) send();
    });
    await using world = openTestConnections(webSocketServer(server.url));
    const calls = Array.from({ length: 20 }, async (_, index) => {
      const meta = { traceparent: `trace-${index}`, "dev.tutti/context": { request_id: `request-${index}` } };
      return [await world.call("whose", {}, { meta }), meta] as const;
    });
    for (const [outcome, meta] of await Promise.all(calls)) expect(outcome).toMatchObject({ kind: "succeeded", output: { meta } });
  });

  test("errors: they have a kind, a code and details", async () => {
    await using server = await serveTools({ kind: "websocket" });
    await using world = openTestConnections(webSocketServer(server.url));
    expect(await world.call("refuse")).toMatchObject({
      kind: "failed",
      error: { kind: "tool_error", detail: { error: { type: "Validation", code: "TOO_MUCH", details: { limit: 10 } } } },
    });
  });

  test("content: bytes arrive as they were", async () => {
    const bytes = randomBytes(1_000_000);
    await using server = await listenOddly(["picture"], (socket, { id }) => {
      // In a frame of bytes, as some servers send everything.
      const picture = { type: "image", mimeType: "image/png", data: bytes.toString("base64") };
      socket.send(Buffer.from(answer(id, { content: [picture] })));
    });
    await using world = openTestConnections(webSocketServer(server.url));
    const outcome = await world.call("picture");
    const output = outcome.kind === "succeeded" ? (outcome.output as { content: readonly { data: string }[] }) : undefined;
    const got = Buffer.from(output?.content[0]?.data ?? "", "base64");
    expect(hash(got)).toBe(hash(bytes));
  });

  test("complexity: a socket that is lost is opened again", async () => {
    await using server = await listenOddly(["say"], (socket, { id }) => {
      if (server.sockets.length === 1) socket.terminate();
      else socket.send(answer(id, { content: [{ type: "text", text: "here" }] }));
    });
    await using world = openTestConnections(webSocketServer(server.url));
    expect(await world.call("say")).toMatchObject({ kind: "unknown" });
    await expect.poll(() => world.call("say")).toMatchObject({ kind: "succeeded" });
  });

  test("readiness: beyond this machine it is encrypted, or refused", async () => {
    await using world = openTestConnections(webSocketServer("ws://x.example/mcp"));
    expect(await world.call("say")).toMatchObject({
      kind: "failed",
      accepted: false,
      error: { message: expect.stringContaining("use wss://") },
    });
  });
});

async function planAndRun(
  server: ServerConfig,
): Promise<{ parallelPaths: number | undefined; estimateMs: number | undefined; most: number }> {
  using directory = temporaryDirectory();
  await using tutti = await openTutti({ dataDirectory: directory.path, servers: [server] });
  const source = { file: "four.yaml", text: FOUR, children: [] };
  const { plan } = await tutti.operations.call(planWorkflow, { workflow: source }, { signal: new AbortController().signal });
  const { output } = await tutti.wait((await tutti.execute({ workflow: FOUR })).executionId);
  const { most } = output as { readonly most: readonly number[] };
  return { parallelPaths: plan?.parallelPaths, estimateMs: plan?.estimateMs, most: Math.max(...most) };
}

function answer(id: number | string, result: Json): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
