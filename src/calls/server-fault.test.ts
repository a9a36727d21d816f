import { expect, test } from "vitest";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import { faultOf } from "./server-fault.ts";

const error = (kind: CallErrorKind): { readonly kind: CallErrorKind; readonly message: string } => ({ kind, message: "no" });
const failed = (kind: CallErrorKind, accepted = true): CallOutcome => ({ kind: "failed", accepted, error: error(kind) });

test.each<[string, CallOutcome, ReturnType<typeof faultOf>]>([
  ["an answer", { kind: "succeeded", output: 1 }, "success"],
  ["no connection", failed("connection", false), "connection"],
  ["a lost connection", { kind: "unknown", error: error("connection") }, "connection"],
  ["no answer in time", { kind: "unknown", error: error("timeout") }, "timeout"],
  ["an internal error", failed("server_error"), "server_error"],
  ["a broken protocol before the tool was reached", failed("server_error", false), "server_error"],
  ["a no of the tool", failed("tool_error"), "success"],
  ["arguments that the server does not take", failed("input_invalid"), "success"],
  ["arguments that could not be made", failed("input_invalid", false), "neutral"],
  ["an answer that breaks its schema", failed("output_invalid"), "success"],
  ["a tool that is not there", failed("not_found", false), "success"],
  ["too many requests", failed("rate_limit", false), "neutral"],
  ["a call that may not be made", failed("denied", false), "neutral"],
  ["a call that was cancelled while the server had it", { kind: "unknown", error: error("cancelled") }, "neutral"],
  ["a call that another breaker stopped", failed("circuit_open", false), "neutral"],
])("%s", (_, outcome, meaning) => {
  expect(faultOf(outcome)).toBe(meaning);
});
