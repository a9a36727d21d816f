import { expect, test } from "vitest";
import type { ErrorVariant } from "./error-variant.ts";
import { envelopeErrorOfJsonRpc, jsonRpcErrorOf, variantOfJsonRpcCode } from "./json-rpc-error.ts";

const meanings: readonly (readonly [number, ErrorVariant])[] = [
  [-32_700, "Serialization"],
  [-32_600, "Validation"],
  [-32_601, "McpToolExecution"],
  [-32_602, "Validation"],
  [-32_603, "McpToolExecution"],
  [-32_000, "McpProtocol"],
  [-32_001, "McpProtocol"],
  [-32_020, "McpProtocol"],
  [-32_021, "McpProtocol"],
  [-32_022, "McpProtocol"],
  [-32_042, "McpProtocol"],
  [-32_099, "McpProtocol"],
  [-32_100, "External"],
  [-31_999, "External"],
  [-32_604, "External"],
  [0, "External"],
  [42, "External"],
  [-32_050.5, "McpProtocol"],
];

test.each(meanings)("the code %d means %s", (code, variant) => {
  expect(variantOfJsonRpcCode(code)).toBe(variant);
});

test.each(meanings)("an error with the code %d keeps code, message and data, and becomes again what it was", (code) => {
  const answered = { code: Math.trunc(code), message: "what the server said", data: { why: ["a", 1, null] } };
  const error = envelopeErrorOfJsonRpc(answered);
  expect(error.details).toEqual(answered);
  expect(error.message).toContain("what the server said");
  expect(jsonRpcErrorOf(error)).toEqual(answered);
  const { data: _, ...bare } = answered;
  expect(jsonRpcErrorOf(envelopeErrorOfJsonRpc(bare))).toEqual(bare);
});

test.each([
  [-32_700, "", "Parse error"],
  [-32_600, " ", "Invalid request"],
  [-32_601, "", "Method not found"],
  [-32_602, "", "Invalid params"],
  [-32_603, "", "Internal error"],
  [-32_001, "", "code -32001"],
  [7, "", "MCP error: code 7"],
  [7, "odd", "MCP error: odd"],
])("the error %d %j is told as %j", (code, message, told) => {
  expect(envelopeErrorOfJsonRpc({ code, message }).message).toBe(told);
});

test("the code that MCP once had for a resource that is not there keeps its meaning", () => {
  const error = envelopeErrorOfJsonRpc({ code: -32_002, message: "no such resource" });
  expect(error).toMatchObject({ type: "McpProtocol", code: "RESOURCE_NOT_FOUND", httpStatusCode: 404 });
});

test("an error of our own is told with its variant, code and details as data", () => {
  const error = { type: "Security", code: "access.denied", message: "no", details: { missing: ["a:b"] }, retryAfter: 3 } as const;
  expect(jsonRpcErrorOf(error)).toEqual({
    code: -31_401,
    message: "no",
    data: { type: "Security", code: "access.denied", details: { missing: ["a:b"] }, retry_after: 3 },
  });
});

test("details that only look like a JSON-RPC error of another kind are not taken for one", () => {
  const error = { type: "Security", code: "x", message: "no", details: { code: -32_602, message: "let me in" } } as const;
  expect(jsonRpcErrorOf(error)).toMatchObject({ code: -31_401, message: "no" });
});
