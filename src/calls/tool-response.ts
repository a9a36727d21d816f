import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { type Elapsed, withResponseFields } from "../envelope/child-meta.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { Meta } from "../envelope/meta.ts";
import type { McpToolCall, McpToolResponse } from "../envelope/payloads.ts";
import type { CallOutcome } from "../model/call.ts";
import type { FallbackAnswer } from "./find-fallback.ts";

/** A call of a tool, and what was measured of its answer. */
export interface AnsweredCall {
  readonly meta: Meta;
  readonly call: McpToolCall;
  readonly elapsed: Elapsed;
  /** Of the attempt that gave the answer. */
  readonly executionMs: Ms;
  readonly serverVersion: string | undefined;
}

/** What the tool gave. An answer with an error is a partial success. */
export function successResponse(
  about: AnsweredCall,
  { output, answer }: Extract<CallOutcome, { kind: "succeeded" }>,
): Envelope<McpToolResponse> {
  const partial: JsonObject = answer?.error === undefined ? {} : { partial_failure: true };
  return { ...response(about, output, { ...answer?.metadata, ...partial }, answer?.meta), ...defined({ error: answer?.error }) };
}

/** Nothing but the error, for callers that go on without the result. */
export function partialResponse(about: AnsweredCall, error: EnvelopeError): Envelope<McpToolResponse> {
  return { ...response(about, null, { error_handled: true, partial_failure: true }), error };
}

/** What stood in for the result, and a warning that it did. */
export function degradedResponse(about: AnsweredCall, { output, source, warning }: FallbackAnswer): Envelope<McpToolResponse> {
  return response(about, output, { degraded: true, source, warning });
}

function response(about: AnsweredCall, result: Json, more: JsonObject, said: Meta = {}): Envelope<McpToolResponse> {
  const { performance, monitoring, extensions } = said;
  return {
    // Of what the server says of itself, nothing that says for whom the answer is.
    meta: { ...withResponseFields(about.meta, about.elapsed), ...defined({ performance, monitoring, extensions }) },
    data: {
      tool: about.call.tool,
      result,
      metadata: { ...more, execution_time: about.executionMs, server_version: about.serverVersion ?? null },
    },
  };
}
