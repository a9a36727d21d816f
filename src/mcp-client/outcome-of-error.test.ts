import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { HttpFault } from "./http-fault.ts";
import { outcomeOfError } from "./outcome-of-error.ts";
import { LoginNeededError } from "./login-needed-error.ts";
import { NotSentError } from "./not-sent-error.ts";

const LISTED = { toolListed: true, ending: undefined };

test.each([
  [-32_700, "server_error", false],
  [-32_600, "server_error", false],
  [-32_601, "not_found", false],
  [-32_602, "input_invalid", true],
  [-32_603, "server_error", true],
  [-32_000, "server_error", true],
  [-32_099, "server_error", true],
  [-32_100, "tool_error", true],
  [-31_999, "tool_error", true],
  [-32_002, "tool_error", true],
  [-32_020, "server_error", false],
  [-32_021, "server_error", false],
  [-32_022, "server_error", false],
  [-32_042, "tool_error", true],
  [4_711, "tool_error", true],
])("JSON-RPC error %i is %s, accepted: %j", (code, kind, accepted) => {
  expect(outcomeOfError(new ProtocolError(code, "no", { more: 1 }), LISTED)).toEqual({
    kind: "failed",
    accepted,
    error: { kind, message: "no", detail: { code, message: "no", data: { more: 1 } } },
  });
});

test("invalid parameters for a tool that is not listed mean that there is no such tool", () => {
  expect(outcomeOfError(new ProtocolError(-32_602, "no"), { toolListed: false, ending: undefined })).toMatchObject({
    accepted: false,
    error: { kind: "not_found" },
  });
});

test.each([
  [429, "rate_limit", false],
  [401, "tool_error", false],
  [403, "tool_error", false],
  [404, "not_found", false],
  [413, "input_invalid", false],
  [500, "server_error", true],
  [503, "server_error", true],
])("HTTP %i is %s, accepted: %j", (status, kind, accepted) => {
  const error = new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, "no", { status, text: "no" });
  expect(outcomeOfError(error, LISTED)).toMatchObject({ kind: "failed", accepted, error: { kind, detail: { http_status: status } } });
  expect(outcomeOfError(new HttpFault("refused", "no", { status }), LISTED)).toMatchObject({ accepted, error: { kind } });
});

test("a call for which somebody has to log in first was refused, and trying again does not help", () => {
  const outcome = outcomeOfError(new LoginNeededError("tracker", "admin"), LISTED);
  expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "tool_error" } });
  expect(outcome).toMatchObject({ error: { message: expect.stringMatching(/"admin".*tutti servers login tracker/) as string } });
});

test.each([502, 504])("HTTP %i is said by somebody between: whether the server has done it is not known", (status) => {
  const error = new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, "no", { status, text: "no" });
  expect(outcomeOfError(error, LISTED)).toMatchObject({
    kind: "unknown",
    error: { kind: "server_error", detail: { http_status: status } },
  });
});

test("a server that says when to come back has not accepted the call", () => {
  const error = new HttpFault("refused", "busy", { status: 503, retryAfterMs: 1_000 });
  expect(outcomeOfError(error, LISTED)).toMatchObject({ kind: "failed", accepted: false, retryAfterMs: 1_000 });
});

test.each([
  ["a connection that could not be made", new HttpFault("not-sent", "refused"), "failed"],
  ["a pipe that takes nothing", new NotSentError(), "failed"],
  ["a client that is closed", new SdkError(SdkErrorCode.NotConnected, "no"), "failed"],
  ["a connection that was lost", new HttpFault("lost", "reset"), "unknown"],
  ["a connection that was closed", new SdkError(SdkErrorCode.ConnectionClosed, "no"), "unknown"],
  ["anything that nobody has thought of", new Error("?"), "unknown"],
])("after %s the end of the call is %3$s", (_, error, kind) => {
  const outcome = outcomeOfError(error, LISTED);
  expect(outcome).toMatchObject({ kind, error: { kind: "connection" } });
  expect(outcome.kind === "failed" ? outcome.accepted : false).toBe(false);
});

test("an answer that cannot be read is a broken protocol, and an end", () => {
  expect(outcomeOfError(new SyntaxError("Unexpected token"), LISTED)).toMatchObject({
    kind: "failed",
    accepted: true,
    error: { kind: "server_error" },
  });
  expect(outcomeOfError(new SdkError(SdkErrorCode.InvalidResult, "no resultType"), LISTED)).toMatchObject({
    error: { kind: "server_error" },
  });
});
