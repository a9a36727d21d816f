import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { outcomeOfResult } from "./outcome-of-result.ts";
import { createOutputSchema } from "./output-schema.ts";
import type { ServerTool } from "./server-tool.ts";

function listed(outputSchema?: JsonObject): ServerTool {
  const output = outputSchema === undefined ? undefined : createOutputSchema(outputSchema, () => undefined);
  return { tool: { name: "t", inputSchema: { type: "object" } }, output, withHeaders: undefined };
}

test("an error of a tool that is listed is the tool's, of one that is not it means that there is none", () => {
  const result = { isError: true, content: [{ type: "text", text: " no \n" }] };
  expect(outcomeOfResult(result, listed())).toMatchObject({ kind: "failed", accepted: true, error: { kind: "tool_error", message: "no" } });
  expect(outcomeOfResult(result, undefined)).toMatchObject({ kind: "failed", error: { kind: "not_found", message: "no" } });
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
