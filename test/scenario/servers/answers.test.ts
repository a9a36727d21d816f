import { expect, test } from "vitest";
import { openTestConnections, testServer } from "../../support/servers/test-connections.ts";

test("a call gives the structured content of the answer, and takes its metadata along unchanged", async () => {
  await using world = openTestConnections(testServer("echo.ts"));
  expect(await world.call("echo", { amount: 3, to: ["a"] })).toEqual({ kind: "succeeded", output: { amount: 3, to: ["a"] } });
  const meta = { traceparent: "00-1-2-01", "dev.tutti/idempotency-key": "k", "dev.tutti/execution": { id: "e" } };
  expect(await world.call("meta", {}, { meta })).toEqual({ kind: "succeeded", output: expect.objectContaining(meta) });
});

test("callers that come at once share one start of the server", async () => {
  await using world = openTestConnections(testServer("stubborn.ts"));
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => world.call("processes")));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test("an answer with isError is a failure in the server's own words", async () => {
  await using world = openTestConnections(testServer("fails.ts"));
  expect(await world.call("is_error")).toEqual({
    kind: "failed",
    accepted: true,
    error: {
      kind: "tool_error",
      message: "the warehouse is closed",
      detail: { content: [{ type: "text", text: "the warehouse is closed" }], structuredContent: { opens: "08:00" } },
      server: "s",
      tool: "is_error",
    },
  });
  expect(await world.call("is_error_wordless")).toMatchObject({ error: { message: "the tool failed and did not say why" } });
});

test.each([
  ["internal_error", "server_error", { code: -32_603, message: "database is locked", data: { table: "orders" } }],
  ["server_error", "server_error", { code: -32_050, message: "overloaded" }],
  ["bad_arguments", "input_invalid", { code: -32_602, message: "amount must be positive" }],
])("the JSON-RPC error of %s is a %s, with code, message and data", async (tool, kind, detail) => {
  await using world = openTestConnections(testServer("fails.ts"));
  expect(await world.call(tool)).toMatchObject({ kind: "failed", accepted: true, error: { kind, message: detail.message, detail } });
});

test("a tool that the server does not have is not found, whichever way the server says so", async () => {
  await using world = openTestConnections(testServer("fails.ts"));
  expect(await world.call("no_such_tool")).toMatchObject({
    kind: "failed",
    error: { kind: "not_found", message: "Unknown tool: no_such_tool" },
  });
});

test("a server that is not configured is not found, and its name is corrected", async () => {
  await using world = openTestConnections(testServer("echo.ts", [], { name: "files" }));
  const observer = { progress: () => undefined, stage: () => undefined };
  const request = { server: "flies", tool: "echo", arguments: {}, meta: {}, timeoutMs: 1_000 };
  expect(await world.connections.call(request, observer, world.signal)).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { kind: "not_found", message: 'no server has the name "flies" - did you mean "files"?' },
  });
  await expect(world.connections.tools("flies", world.signal)).rejects.toMatchObject({ code: "server.not-found" });
});

test("outputs are checked against the schema that the tool declares", async () => {
  await using world = openTestConnections(testServer("fails.ts"));
  expect(await world.call("breaks_schema")).toMatchObject({
    kind: "failed",
    accepted: true,
    error: {
      kind: "output_invalid",
      message: expect.stringMatching(/own output schema: output\/total.*number/),
      detail: { total: "many" },
    },
  });
  expect(await world.call("omits_structure")).toMatchObject({
    error: { kind: "output_invalid", message: expect.stringContaining("without structured content") },
  });
  expect(await world.call("text_for_structure")).toEqual({ kind: "succeeded", output: { total: 40 } });
});

test("tools with odd schemas, and tools without a name, leave the others usable", async () => {
  await using world = openTestConnections(testServer("fails.ts"));
  const tools = await world.connections.tools("s", world.signal);
  expect(tools.find(({ name }) => name === "odd_tool")).toEqual({ name: "odd_tool", inputSchema: { type: "object" }, annotations: {} });
  expect(tools.every(({ name }) => name !== "")).toBe(true);
  expect(await world.call("odd_tool")).toEqual({ kind: "succeeded", output: { total: 1 } });
  expect(await world.call("odd_schema")).toEqual({ kind: "succeeded", output: { total: 1 } });
  expect(world.log.map(({ text }) => text)).toContainEqual(expect.stringMatching(/output schema of "odd_schema" cannot be used/));
});

test("an answer that is no result is a server error, not a success", async () => {
  await using world = openTestConnections(testServer("fails.ts"));
  expect(await world.call("no_result")).toMatchObject({ kind: "failed", error: { kind: "server_error" } });
});

test("invalid UTF-8 is replaced", async () => {
  await using world = openTestConnections(testServer("odd-answers.ts"));
  expect(await world.call("bad_utf8")).toEqual({ kind: "succeeded", output: { text: "a\ufffd\ufffdb" } });
});

test("answers that come twice, in a batch, beside unknown messages, or with unknown content are taken", async () => {
  await using world = openTestConnections(testServer("odd-answers.ts"));
  expect(await world.call("twice")).toEqual({ kind: "succeeded", output: { text: "first" } });
  expect(await world.call("in_batch")).toEqual({ kind: "succeeded", output: { text: "in a batch" } });
  expect(await world.call("unasked")).toEqual({ kind: "succeeded", output: { text: "first" } });
  expect(await world.call("nameless_content")).toEqual({ kind: "succeeded", output: { content: [{ type: "hologram", data: "..." }] } });
});

test("an answer with the id of another call does not end this one", async () => {
  await using world = openTestConnections(testServer("odd-answers.ts"));
  expect(await world.call("wrong_id", {}, { timeoutMs: 300 })).toMatchObject({ kind: "unknown", error: { kind: "timeout" } });
});

test("noise on stdout is logged and skipped", async () => {
  await using world = openTestConnections(testServer("prints-garbage.ts"));
  expect(await world.call("chat")).toEqual({ kind: "succeeded", output: { text: "fine" } });
  const noise = world.log.filter(({ source }) => source === "stdout").map(({ text }) => text);
  expect(noise.slice(0, 3)).toEqual(["Listening...", "{ not json", "[1, 2"]);
});

test("more than 1 MiB of noise on stdout ends the connection, and the next call gets a new one", async () => {
  await using world = openTestConnections(testServer("prints-garbage.ts"));
  expect(await world.call("rave")).toMatchObject({
    kind: "unknown",
    error: { kind: "connection", message: expect.stringContaining("more than 1 MiB to its stdout") },
  });
  expect(await world.call("chat")).toEqual({ kind: "succeeded", output: { text: "fine" } });
});

test.each(["text", "text_id_last"])(
  "results of 20 MB and of nearly 64 MiB are taken, larger ones are refused without losing the connection (%s)",
  async (tool) => {
    await using world = openTestConnections(testServer("big-results.ts"));
    for (const bytes of [20e6, 64 * 2 ** 20 - 100]) {
      const outcome = await world.call(tool, { bytes });
      expect(outcome.kind === "succeeded" && JSON.stringify(outcome.output).length).toBe(bytes + '{"text":""}'.length);
    }
    expect(await world.call(tool, { bytes: 64 * 2 ** 20 })).toMatchObject({
      kind: "failed",
      accepted: true,
      error: { kind: "output_invalid" },
    });
    expect(await world.call(tool, { bytes: 130 * 2 ** 20 })).toMatchObject({
      kind: "failed",
      accepted: true,
      error: { kind: "output_invalid", message: expect.stringMatching(/^the answer has \d+ bytes; at most 134217728 are taken$/) },
    });
    expect(await world.call(tool, { bytes: 3 })).toEqual({ kind: "succeeded", output: { text: "xxx" } });
  },
);
