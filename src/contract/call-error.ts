import * as z from "zod";
import type { CallError, CallErrorKind, CallRef } from "../model/call.ts";
import { jsonValue } from "./json-value.ts";
import { wireObject } from "./wire-object.ts";

const kinds: readonly CallErrorKind[] = [
  "connection",
  "timeout",
  "rate_limit",
  "server_error",
  "tool_error",
  "circuit_open",
  "output_invalid",
  "input_invalid",
  "not_found",
  "denied",
  "expression",
  "approval",
  "child",
  "cancelled",
  "interrupted",
];

export const callErrorKind: z.ZodType<CallErrorKind> = z.enum(kinds);

const fields = {
  kind: callErrorKind,
  message: z.string(),
  server: z.string().exactOptional(),
  tool: z.string().exactOptional(),
  replica: z.string().exactOptional(),
  attempt: z.int().exactOptional(),
  detail: jsonValue.exactOptional(),
};

/** Why a call or a step did not succeed. */
export const callError: z.ZodType<CallError> = wireObject<CallError>({
  ...fields,
  // Nothing stands in for what stands in.
  fallback: wireObject<Omit<CallError, "fallback">>(fields).exactOptional(),
});

/** Which call of an execution is meant. */
export const callRef: z.ZodType<CallRef> = wireObject<CallRef>({
  step: z.string(),
  item: z.int().exactOptional(),
  role: z.enum(["verify", "compensate", "fallback", "stale"]).exactOptional(),
});
