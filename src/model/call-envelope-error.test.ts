import { expect, test } from "vitest";
import { jsonRpcErrorOf } from "../envelope/json-rpc-error.ts";
import type { CallError, CallErrorKind } from "./call.ts";
import { envelopeErrorOfCall } from "./call-envelope-error.ts";

const AT = { server: "shop", tool: "charge", attempt: 2 } as const;

const kinds: Readonly<Record<CallErrorKind, readonly [type: string, code: string, httpStatus: number]>> = {
  connection: ["McpClientConnection", "MCP_CONNECTION_FAILED", 503],
  timeout: ["Transport", "TIMEOUT", 504],
  rate_limit: ["External", "RATE_LIMITED", 429],
  server_error: ["External", "EXTERNAL_SERVICE_FAILED", 502],
  tool_error: ["McpToolExecution", "MCP_TOOL_FAILED", 502],
  circuit_open: ["External", "CIRCUIT_OPEN", 503],
  output_invalid: ["Deserialization", "DESERIALIZATION_FAILED", 502],
  input_invalid: ["Validation", "VALIDATION_FAILED", 400],
  not_found: ["McpToolExecution", "RESOURCE_NOT_FOUND", 404],
  denied: ["Security", "access.denied", 403],
  expression: ["Validation", "EXPRESSION_FAILED", 422],
  approval: ["Validation", "NOT_APPROVED", 409],
  child: ["Internal", "INTERNAL_SERVER_ERROR", 500],
  cancelled: ["Internal", "CANCELLED", 409],
  interrupted: ["Internal", "INTERRUPTED", 500],
};

test.each(Object.entries(kinds) as [CallErrorKind, (typeof kinds)[CallErrorKind]][])(
  "a failure of the kind %s has its variant, and keeps its words and where it happened",
  (kind, [type, code, httpStatusCode]) => {
    expect(envelopeErrorOfCall({ kind, message: "why", ...AT })).toEqual({
      type,
      code,
      message: "why",
      details: { kind, ...AT },
      httpStatusCode,
    });
  },
);

test("what a server answers with JSON-RPC keeps its code, message and data, and can be passed on as it was", () => {
  const answered = { code: -32_050, message: "quota", data: { left: 0 } };
  const error = envelopeErrorOfCall({ kind: "server_error", message: "quota", ...AT, detail: answered });
  expect(error).toMatchObject({ type: "McpProtocol", message: "quota", details: { kind: "server_error", ...AT, ...answered } });
  expect(jsonRpcErrorOf(error)).toEqual(answered);
});

test("a result that says that it is an error is a failure of the tool, with its content", () => {
  const content = [{ type: "text", text: "card refused" }];
  const error = envelopeErrorOfCall({ kind: "tool_error", message: "card refused", ...AT, detail: { content } });
  expect(error).toMatchObject({ type: "McpToolExecution", message: "card refused", details: { detail: { content } } });
});

test("when the fallback failed too, both errors are told", () => {
  const fallback: CallError = { kind: "connection", message: "spare is away", server: "spare" };
  expect(envelopeErrorOfCall({ kind: "timeout", message: "shop is slow", ...AT, fallback })).toEqual({
    type: "External",
    code: "ALL_SERVERS_FAILED",
    message: "shop is slow",
    httpStatusCode: 502,
    details: {
      primary: { type: "Transport", code: "TIMEOUT", message: "shop is slow", details: { kind: "timeout", ...AT } },
      fallback: {
        type: "McpClientConnection",
        code: "MCP_CONNECTION_FAILED",
        message: "spare is away",
        details: { kind: "connection", server: "spare" },
      },
    },
  });
});

test("a call for another tenant is one that has the wrong tenant, and a server that is not there is none", () => {
  const foreign: CallError = { kind: "denied", message: "no", ...AT, detail: { code: "tenant.invalid", argument: "tenant" } };
  expect(envelopeErrorOfCall(foreign)).toMatchObject({ type: "TenantExtraction", code: "tenant.invalid", httpStatusCode: 403 });
  expect(envelopeErrorOfCall({ kind: "not_found", message: "no server", server: "shop" })).toMatchObject({ type: "McpServerNotFound" });
});

test("a server cannot make its own failure one of the tenant", () => {
  const claimed: CallError = { kind: "tool_error", message: "no", ...AT, detail: { code: "tenant.invalid", content: [] } };
  expect(envelopeErrorOfCall(claimed)).toMatchObject({ type: "McpToolExecution" });
});

test("the error of a server that knows envelopes keeps its kind, its code and what it says of trying again", () => {
  const error = { type: "External", code: "BANK_SILENT", message: "no answer", details: { bank: "b1" }, retry_after: 7 };
  expect(envelopeErrorOfCall({ kind: "server_error", message: "no answer", ...AT, detail: { content: [], error } })).toEqual({
    type: "External",
    code: "BANK_SILENT",
    message: "no answer",
    retryAfter: 7,
    details: { kind: "server_error", ...AT, detail: { bank: "b1" } },
  });
});

test.each([[{ error: "text" }], [{ error: { type: "Nonsense", code: "c", message: "m" } }], [{ content: [] }]])(
  "what a server says of its failure in another way (%j) is kept as it is",
  (detail) => {
    expect(envelopeErrorOfCall({ kind: "tool_error", message: "no", ...AT, detail })).toMatchObject({
      type: "McpToolExecution",
      message: "no",
      details: { detail },
    });
  },
);

test("an output that only looks like the error of an envelope is an output", () => {
  const detail = { error: { type: "Security", code: "c", message: "m" } };
  expect(envelopeErrorOfCall({ kind: "output_invalid", message: "odd", ...AT, detail })).toMatchObject({
    type: "Deserialization",
    message: "odd",
  });
});
