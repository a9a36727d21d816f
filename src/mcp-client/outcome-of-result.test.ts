import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { type AnsweredCall, outcomeOfResult } from "./outcome-of-result.ts";
import { createOutputSchema } from "./output-schema.ts";

function listed(outputSchema?: JsonObject): AnsweredCall {
  const output = outputSchema === undefined ? undefined : createOutputSchema(outputSchema, () => undefined);
  return {
    tool: { tool: { name: "t", inputSchema: { type: "object" } }, output, withHeaders: undefined },
    sent: {},
    note: () => undefined,
  };
}

test("an error of a tool that is listed is the tool's, of one that is not it means that there is none", () => {
  const result = { isError: true, content: [{ type: "text", text: " no \n" }] };
  expect(outcomeOfResult(result, listed())).toMatchObject({ kind: "failed", accepted: true, error: { kind: "tool_error", message: "no" } });
  expect(outcomeOfResult(result, { ...listed(), tool: undefined })).toMatchObject({
    kind: "failed",
    error: { kind: "not_found", message: "no" },
  });
});

test("a server's words are cut to what fits into a journal", () => {
  const outcome = outcomeOfResult({ isError: true, content: [{ type: "text", text: "x".repeat(200_000) }] }, listed());
  expect(JSON.stringify(outcome).length).toBeLessThan(10_000);
});

test("an error is not checked against the schema of outputs", () => {
  const result = { isError: true, content: [], structuredContent: { reason: "closed" } };
  expect(outcomeOfResult(result, listed({ type: "object", required: ["total"] }))).toMatchObject({ error: { kind: "tool_error" } });
});

test.each([
  [{ structuredContent: { total: 1 } }, ""],
  [{ content: [{ type: "text", text: '{"total": 1}' }] }, ""],
  [{ structuredContent: {} }, "does not match the tool's own output schema"],
  [{ structuredContent: null }, "does not match the tool's own output schema"],
  [{ content: [{ type: "text", text: "one" }] }, "without structured content"],
  [{ content: [] }, "without structured content"],
])("%j against a schema that asks for a total", (result, breach) => {
  const outcome = outcomeOfResult(result, listed({ type: "object", required: ["total"] }));
  expect(outcome.kind).toBe(breach === "" ? "succeeded" : "failed");
  expect(outcome.kind === "succeeded" ? "" : outcome.error.message).toContain(breach);
});

test.each([[undefined], [[]], ["text"], [null]])("%j is no result", (result) => {
  expect(outcomeOfResult(result, listed())).toMatchObject({ kind: "failed", error: { kind: "server_error" } });
});

test("a result that asks for something is neither a success nor an error of the tool, and the question is kept", () => {
  const result = { resultType: "input_required", inputRequests: { who: { method: "elicitation/create" } } };
  expect(outcomeOfResult(result, listed())).toMatchObject({ kind: "failed", error: { kind: "tool_error", detail: result } });
});

function answered(error: JsonObject | undefined, more: JsonObject = {}): JsonObject {
  const envelope = { meta: { duration: 3 }, ...(error === undefined ? {} : { error }) };
  return { content: [{ type: "text", text: "as text" }], _meta: { "dev.tutti/envelope": envelope }, ...more };
}

test("an error beside a result is a partial success, with the error and what the server says of its answer", () => {
  const error = { type: "External", code: "MAILBOX_FULL", message: "one is full" };
  expect(outcomeOfResult(answered(error, { structuredContent: { sent: 2 } }), listed())).toEqual({
    kind: "succeeded",
    output: { sent: 2 },
    answer: { meta: { duration: 3 }, error },
  });
});

test.each([
  ["Validation", {}, "tool_error"],
  ["Security", {}, "tool_error"],
  ["TenantExtraction", {}, "tool_error"],
  ["McpToolExecution", {}, "tool_error"],
  ["Internal", {}, "tool_error"],
  ["External", {}, "server_error"],
  ["Connection", {}, "server_error"],
  ["NatsTimeout", {}, "server_error"],
  ["External", { http_status_code: 429 }, "rate_limit"],
])("an envelope error %s %j fails the call as %s, in the words of the server", (type, more, kind) => {
  const error = { type, code: "C", message: "why", details: { n: 1 }, ...more };
  expect(outcomeOfResult(answered(error, { isError: true }), listed())).toEqual({
    kind: "failed",
    accepted: true,
    error: { kind, message: "why", detail: { content: [{ type: "text", text: "as text" }], error } },
  });
});

test("a server that asks to be asked later is, within a day", () => {
  const busy = (retry_after: number): JsonObject =>
    answered({ type: "External", code: "C", message: "busy", retry_after }, { isError: true });
  expect(outcomeOfResult(busy(1.5), listed())).toMatchObject({ retryAfterMs: 1_500 });
  expect(outcomeOfResult(busy(1e12), listed())).toMatchObject({ retryAfterMs: 86_400_000 });
});

test("an error with much to say keeps its code when its content is too much for a journal", () => {
  const error = { type: "External", code: "C", message: "m".repeat(50_000), details: { big: "x".repeat(70_000) } };
  const outcome = outcomeOfResult(answered(error, { isError: true, structuredContent: { big: "x".repeat(200_000) } }), listed());
  expect(JSON.stringify(outcome).length).toBeLessThan(20_000);
  expect(outcome).toMatchObject({ error: { kind: "server_error", detail: { error: { type: "External", code: "C" } } } });
});

test("an answer for another tenant is not handed on, and the call counts as done", () => {
  const result = { structuredContent: { rows: ["theirs"] }, _meta: { "dev.tutti/envelope": { meta: { tenant: "globex" } } } };
  const sent = { "dev.tutti/context": { tenant: "acme" } };
  const outcome = outcomeOfResult(result, { ...listed(), sent });
  expect(outcome).toMatchObject({ kind: "failed", accepted: true, error: { kind: "output_invalid" } });
  expect(JSON.stringify(outcome)).not.toContain("theirs");
});

test("an envelope that is none is left out, and it is written down why", () => {
  const notes: string[] = [];
  const result = { structuredContent: { n: 1 }, _meta: { "dev.tutti/envelope": { meta: { duration: "long" } } } };
  expect(outcomeOfResult(result, { ...listed(), note: (text) => void notes.push(text) })).toEqual({ kind: "succeeded", output: { n: 1 } });
  expect(notes).toEqual([expect.stringContaining("meta.duration")]);
});
