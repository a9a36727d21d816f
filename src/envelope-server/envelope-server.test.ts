import { expect, test } from "vitest";
import { z } from "zod";
import { requireContext } from "../context/ambient-context.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { Meta } from "../envelope/meta.ts";
import type { McpToolCall } from "../envelope/payloads.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { answerEnvelope } from "./answer-envelope.ts";
import { defineEnvelopeTool } from "./define-envelope-tool.ts";
import { createEnvelopeServer, type EnvelopeServer } from "./envelope-server.ts";
import type { EnvelopeTool } from "./envelope-tool.ts";
import { ToolError } from "./tool-error.ts";
import type { SchemaSource } from "./tool-schema.ts";

const REQUEST_ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";
const META = {
  requestId: REQUEST_ID,
  tenant: "acme",
  timestamp: "2026-01-01T00:00:00Z",
  tracing: { traceId: "a".repeat(32), spanId: "b".repeat(16) },
};

test("a tool is found by its name, and its result comes back with the ids of the call and the time that it took", async () => {
  const clock = new ManualClock();
  const server = serverOf(
    [
      defineEnvelopeTool({
        name: "add",
        description: "Adds",
        inputSchema: z.object({ a: z.number(), b: z.number().default(1) }),
        execute({ data }) {
          clock.advance(250);
          return { sum: data.parameters.a + data.parameters.b };
        },
      }),
    ],
    clock,
  );
  expect(await server.handleEnvelopeCall(callOf("add", { a: 2 }))).toEqual({
    meta: { ...META, version: "1.0", timestamp: new Date(clock.nowMs()).toISOString(), duration: 250 },
    data: { tool: "add", result: { sum: 3 } },
  });
});

test.each([
  ["nobody", {}, "McpToolExecution", "Tool 'nobody' not found"],
  ["toString", {}, "McpToolExecution", "Tool 'toString' not found"],
  ["add", { a: "2" }, "Validation", "a: "],
  ["closed", {}, "External", "the warehouse is closed"],
  ["broken", {}, "Internal", "the tool failed; the log of its server says why"],
  ["private", {}, "TenantExtraction", "No tenant in context"],
])("a call of %s with %j is answered with an error of kind %s", async (tool, parameters, type, message) => {
  const faults: unknown[] = [];
  const fail = (error: Error): never => {
    throw error;
  };
  const server = createEnvelopeServer({
    serverId: "test",
    tools: [
      defineEnvelopeTool({ name: "add", description: "", inputSchema: z.object({ a: z.number() }), execute: () => 1 }),
      plainTool("closed", () => fail(new ToolError("the warehouse is closed", { type: "External" }))),
      plainTool("broken", () => fail(new Error("password=hunter2"))),
      plainTool("private", () => requireContext().requireTenant()),
    ],
    onFault: (error, name) => faults.push([name, String(error)]),
  });
  const { tenant: _, ...nobody } = META;
  const answer = await server.handleEnvelopeCall({ ...callOf(tool, parameters), meta: nobody });
  expect(answer).toMatchObject({
    meta: { requestId: REQUEST_ID, duration: expect.any(Number) },
    error: { type, message: expect.stringContaining(message) },
  });
  expect(answer).not.toHaveProperty("data");
  expect(faults).toEqual(tool === "broken" ? [["broken", "Error: password=hunter2"]] : []);
});

test("an envelope without a call in it is refused", async () => {
  expect(await serverOf([]).handleEnvelopeCall({ meta: META })).toMatchObject({ error: { type: "Validation" } });
});

test("a tool cannot change for whom it works, and what it says of its answer is kept", async () => {
  const server = serverOf([
    defineEnvelopeTool({
      name: "lie",
      description: "",
      inputSchema: { type: "object" },
      execute: (call) => ({
        ...answerEnvelope(call, { result: 1, metadata: { rows: 1 } }),
        meta: {
          tenant: "globex",
          requestId: "0193f2c7-5d0a-7c3e-8f21-000000000000",
          security: { userId: "root" },
          extensions: { note: { a: 1 } },
        },
      }),
    }),
  ]);
  const answer = await server.handleEnvelopeCall({ ...callOf("lie"), meta: { ...META, extensions: { asked: {} } } });
  expect(answer).toMatchObject({
    meta: { tenant: "acme", requestId: REQUEST_ID, extensions: { note: { a: 1 } } },
    data: { result: 1, metadata: { rows: 1 } },
  });
  expect(answer.meta).not.toHaveProperty("security");
  expect(answer.meta.extensions).not.toHaveProperty("asked");
});

test("a tool of one tenant cannot have a server of the same process work for another", async () => {
  const inner = serverOf([plainTool("who", () => requireContext().requireTenant())]);
  const ask = async (meta: Meta): Promise<unknown> => {
    const tool = defineEnvelopeTool({
      name: "ask",
      description: "",
      inputSchema: { type: "object" },
      execute: async () => ({ said: await inner.handleEnvelopeCall({ ...callOf("who"), meta }) }),
    });
    return (await serverOf([tool]).handleEnvelopeCall(callOf("ask"))).data?.result;
  };
  expect(await ask(META)).toMatchObject({ said: { data: { result: "acme" } } });
  expect(await ask({ ...META, tenant: "globex" })).toMatchObject({ said: { error: { type: "TenantExtraction" } } });
});

test("what a tool gives is sent as JSON has it, and a result that only looks like an envelope is a result", async () => {
  const results: readonly (readonly [unknown, unknown])[] = [
    [undefined, null],
    [{ at: new Date(0), gone: undefined }, { at: "1970-01-01T00:00:00.000Z" }],
    [
      { meta: { page: 1 }, data: [1] },
      { meta: { page: 1 }, data: [1] },
    ],
    [
      { meta: {}, data: { tool: "other", result: 1 } },
      { meta: {}, data: { tool: "other", result: 1 } },
    ],
    [
      { meta: {}, error: { type: "mine" } },
      { meta: {}, error: { type: "mine" } },
    ],
  ];
  for (const [given, sent] of results) {
    const answer = await serverOf([plainTool("t", () => given as object)]).handleEnvelopeCall(callOf("t"));
    expect(answer.data).toEqual({ tool: "t", result: sent });
  }
});

test("a result that breaks the tool's own output schema is a fault of the tool", async () => {
  const tool = defineEnvelopeTool({
    name: "t",
    description: "",
    inputSchema: { type: "object" },
    outputSchema: z.object({ total: z.number() }),
    execute: () => ({ total: "many" }),
  });
  expect(await serverOf([tool]).handleEnvelopeCall(callOf("t"))).toMatchObject({ error: { type: "Internal" } });
});

test("the key of a call is another one for every tenant and every tool", async () => {
  const keys: unknown[] = [];
  const keep = (_: unknown, { idempotencyKey }: { readonly idempotencyKey?: string }): null => {
    keys.push(idempotencyKey);
    return null;
  };
  const server = serverOf(
    ["charge", "refund"].map((name) => defineEnvelopeTool({ name, description: "", inputSchema: { type: "object" }, execute: keep })),
  );
  await server.handleEnvelopeCall(callOf("charge"), { idempotencyKey: "k" });
  await server.handleEnvelopeCall(callOf("refund"), { idempotencyKey: "k" });
  await server.handleEnvelopeCall({ ...callOf("charge"), meta: {} }, { idempotencyKey: "acme/charge/k" });
  await server.handleEnvelopeCall(callOf("charge"));
  expect(keys).toEqual(["acme/charge/k", "acme/refund/k", "/charge/acme/charge/k", undefined]);
});

test.each([
  ["a name with a slash", () => plainTool("a/b", () => 1), '"a/b" is no name for a tool'],
  ["a schema of a list", () => toolWith({ inputSchema: z.array(z.string()) }), 'the tool "a": the input schema must describe an object'],
  [
    "a result that is no object",
    () => toolWith({ outputSchema: { type: "string" } }),
    'the tool "a": the output schema must describe an object',
  ],
  ["a schema that is none", () => toolWith({ inputSchema: { type: "object", properties: 3 } }), 'the tool "a": '],
  ["the same name twice", () => serverOf([plainTool("a", () => 1), plainTool("a", () => 1)]), "have the same name"],
])("a tool with %s is refused when it is defined", (_, define, reason) => {
  expect(define).toThrow(reason);
});

function toolWith(schemas: { readonly inputSchema?: SchemaSource; readonly outputSchema?: SchemaSource }): EnvelopeTool {
  return defineEnvelopeTool({ name: "a", description: "", inputSchema: { type: "object" }, execute: () => ({}), ...schemas });
}

function callOf(tool: string, parameters: McpToolCall["parameters"] = {}): Envelope<McpToolCall> {
  return { meta: META, data: { tool, parameters } };
}

function plainTool(name: string, execute: () => object | string | number): EnvelopeTool {
  return defineEnvelopeTool({ name, description: "", inputSchema: { type: "object" }, execute });
}

function serverOf(tools: readonly EnvelopeTool[], clock: ManualClock = new ManualClock()): EnvelopeServer {
  const ids = { next: () => REQUEST_ID, traceId: () => "c".repeat(32), spanId: () => "d".repeat(16) };
  return createEnvelopeServer({ serverId: "test", tools, onFault: () => undefined }, { clock, ids });
}
