import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import {
  httpServer,
  openTestConnections,
  startListening,
  type TestConnections,
  testServer,
} from "../../support/servers/test-connections.ts";

const WAYS = (["stdio", "http"] as const).flatMap((over) => (["legacy", "modern"] as const).map((era) => ({ over, era })));

const META = {
  tenant: "acme",
  request_id: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55",
  child_request_id: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c56",
  security: { user_id: "ada", roles: ["clerk"], permissions: ["orders:read"] },
  tracing: { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" },
  extensions: { campaign: { code: "x" } },
};
const ENVELOPE = { "dev.tutti/envelope": { meta: META } };

test.each(WAYS)("over $over a $era server announces envelopes, gets the whole meta, and its tools read it as it was sent", async (way) => {
  await using world = await openServer(way);
  expect(await world.connections.facts("s", world.signal)).toMatchObject({ version: "3.2.1", envelopes: true });
  expect(await world.connections.check("s", world.signal)).toMatchObject({ era: way.era });
  const meta = { ...ENVELOPE, "dev.tutti/idempotency-key": "e1/charge" };
  expect(await world.call("arrived", { amount: 5 }, { meta })).toMatchObject({
    kind: "succeeded",
    output: {
      parameters: { amount: 5 },
      idempotency_key: "acme/arrived/e1/charge",
      meta: {
        tenant: "acme",
        requestId: META.request_id,
        childRequestId: META.child_request_id,
        security: { userId: "ada", roles: ["clerk"], permissions: ["orders:read"] },
        tracing: { traceId: META.tracing.trace_id, spanId: META.tracing.span_id },
        extensions: META.extensions,
      },
    },
    answer: { meta: { duration: expect.any(Number), timestamp: expect.any(String) } },
  });
});

test.each(WAYS)(
  "over $over a $era server that is sent only the context makes its meta of that, and without any a new request",
  async (way) => {
    await using world = await openServer(way);
    const sent = {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "dev.tutti/context": {
        tenant: "acme",
        request_id: META.request_id,
        step_context: { step_name: "charge", step_index: 2, total_steps: 4 },
      },
      "dev.tutti/security": { user_id: "ada", permissions: ["orders:read"] },
    };
    expect(outputOf(await world.call("arrived", {}, { meta: sent }))["meta"]).toMatchObject({
      tenant: "acme",
      requestId: META.request_id,
      stepContext: { stepName: "charge", stepIndex: 2, totalSteps: 4 },
      security: { userId: "ada", permissions: ["orders:read"] },
      tracing: { traceId: META.tracing.trace_id, spanId: META.tracing.span_id },
    });
    const bare = outputOf(await world.call("arrived"))["meta"];
    expect(bare).toMatchObject({
      requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      tracing: { traceId: expect.any(String) },
    });
    expect(bare).not.toHaveProperty("tenant");
  },
);

test.each(WAYS)("over $over a $era server says no in an envelope, and no word of what is not meant to be told", async (way) => {
  await using world = await openServer(way);
  const refuse = async (how: string): Promise<CallOutcome> => await world.call("refuse", { how }, { meta: ENVELOPE });
  expect(await refuse("no")).toMatchObject({
    kind: "failed",
    accepted: true,
    error: {
      kind: "tool_error",
      message: "the warehouse is closed",
      detail: { error: { type: "McpToolExecution", details: { opens: "08:00" } } },
    },
  });
  expect(await refuse("validation")).toMatchObject({ error: { kind: "tool_error", detail: { error: { type: "Validation" } } } });
  expect(await refuse("external")).toMatchObject({ error: { kind: "server_error", detail: { error: { code: "BANK_SILENT" } } } });
  expect(await refuse("busy")).toMatchObject({ retryAfterMs: 7_000, error: { kind: "rate_limit" } });
  for (const how of ["bug", "not_json", "bad_meta"]) {
    const outcome = await refuse(how);
    expect(outcome).toMatchObject({
      error: { kind: "tool_error", detail: { error: { type: "Internal", code: "INTERNAL_SERVER_ERROR" } } },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/hunter2|secret|BigInt|xxx/);
  }
});

test.each(WAYS)("over $over a $era server checks arguments before it runs a tool, and names what is wrong", async (way) => {
  await using world = await openServer(way);
  expect(await world.call("refuse", { how: "never" }, { meta: ENVELOPE })).toMatchObject({
    kind: "failed",
    error: {
      kind: "tool_error",
      message: expect.stringContaining("how: "),
      detail: { error: { type: "Validation", details: { problems: [expect.any(String)] } } },
    },
  });
  expect(await world.call("nobody")).toMatchObject({ kind: "failed", accepted: false, error: { kind: "not_found" } });
  expect(await world.call("tenant")).toMatchObject({
    error: { message: "No tenant in context", detail: { error: { type: "TenantExtraction" } } },
  });
});

test.each(WAYS)("over $over a $era server gives a part of what was asked, with its error and facts about it", async (way) => {
  await using world = await openServer(way);
  expect(await world.call("partial", {}, { meta: ENVELOPE })).toMatchObject({
    kind: "succeeded",
    output: { sent: 2 },
    answer: { metadata: { row_count: 2 }, error: { type: "External", code: "MAILBOX_FULL", details: { mailbox: "c" } } },
  });
});

test.each(WAYS)("over $over a $era server gives lists, texts and nothing at all as they are", async (way) => {
  await using world = await openServer(way);
  for (const value of [[1, 2], [], "text", "[1", 0, true, null, { result: 1 }]) {
    expect(await world.call("list", { value })).toMatchObject({ kind: "succeeded", output: value });
  }
});

test.each(WAYS)(
  "over $over what stands beside the arguments and makes no sense is refused by a $era server, and nothing happens to others",
  async (way) => {
    await using world = await openServer(way);
    const senseless: readonly JsonObject[] = [
      { "dev.tutti/envelope": "text" },
      { "dev.tutti/envelope": { meta: [] } },
      { "dev.tutti/envelope": { meta: { tenant: "../etc", duration: -1 } } },
      { "dev.tutti/envelope": { meta: { extensions: { big: "x".repeat(100_000) } } } },
      { "dev.tutti/context": 5 },
      { "dev.tutti/context": { tenant: " " } },
      { "dev.tutti/security": "root" },
      { "dev.tutti/idempotency-key": "x".repeat(501) },
      { "dev.tutti/idempotency-key": 7 },
    ];
    for (const meta of senseless) {
      expect(await world.call("arrived", {}, { meta })).toMatchObject({
        kind: "failed",
        error: { kind: "tool_error", detail: { error: { type: "Envelope" } } },
      });
    }
    const broken = { traceparent: "00-zz", tracestate: "=", baggage: "%", "com.example/other": { anything: [] } };
    expect(await world.call("arrived", {}, { meta: broken })).toMatchObject({ kind: "succeeded" });
  },
);

test.each(WAYS)("over $over a tool cannot answer a $era call for another tenant", async (way) => {
  await using world = await openServer(way);
  expect(await world.call("refuse", { how: "other_tenant" }, { meta: ENVELOPE })).toMatchObject({
    kind: "succeeded",
    output: { done: true },
  });
});

test.each(WAYS)("over $over a $era call that is given up tells its tool to stop, and its progress has been heard", async (way) => {
  await using world = await openServer(way);
  const heard: unknown[] = [];
  const outcome = await world.call("wait", {}, { timeoutMs: 1_000, progress: (progress) => void heard.push(progress) });
  expect(outcome).toMatchObject({ kind: "unknown", error: { kind: "timeout" } });
  expect(heard).toEqual([{ progress: 1, total: 2, message: "half-way" }]);
  await expect.poll(() => world.said(), { timeout: 5_000 }).toContain("told to stop");
});

test.each(WAYS)("over $over 200 $era calls of different tenants at once each keep their own across every await", async (way) => {
  await using world = await openServer(way);
  const tenants = Array.from({ length: 200 }, (_, index) => `tenant-${index % 50}`);
  const outcomes = await Promise.all(
    tenants.map(async (tenant) => await world.call("tenant", { turns: 10 }, { meta: { "dev.tutti/envelope": { meta: { tenant } } } })),
  );
  expect(outcomes.map((outcome) => outputOf(outcome)["seen"])).toEqual(tenants.map((tenant) => [tenant]));
});

function outputOf(outcome: CallOutcome): JsonObject {
  if (outcome.kind !== "succeeded") throw new Error(`the call did not succeed: ${JSON.stringify(outcome)}`);
  return outcome.output as JsonObject;
}

interface OpenServer extends TestConnections {
  /** All that the server wrote to stderr. */
  said(): string;
}

async function openServer({ over, era }: (typeof WAYS)[number]): Promise<OpenServer> {
  if (over === "stdio") {
    const world = openTestConnections(testServer("shows-envelope.ts", [], { protocolEra: era }));
    return { ...world, said: () => world.log.map(({ text }) => text).join("\n") };
  }
  const listening = await startListening("shows-envelope.ts", ["http"]);
  const world = openTestConnections(httpServer(listening.url, { protocolEra: era }));
  return {
    ...world,
    said: () => listening.stderr(),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}
