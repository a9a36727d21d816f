import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import { callId } from "../model/call.ts";
import type { CallError } from "../model/call.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { Outcome } from "../model/execution.ts";
import type { LogLevel } from "../ports/log.ts";

/** What the log says of an event. */
export interface ExecutionLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: JsonObject;
}

/**
 * The line about an event; most have none. Inputs, outputs and the words of errors are in no line: they are data of
 * whoever the execution is for.
 */
export function lineOf(event: ExecutionEvent): ExecutionLine | undefined {
  switch (event.type) {
    case "execution-started":
      return { level: "info", message: "an execution has started", fields: defined({ retry_of: event.retryOf }) };
    case "execution-ended":
      return {
        level: levelOf(event.outcome),
        message: "an execution has ended",
        fields: defined({ outcome: event.outcome, leftovers: event.leftovers.length || undefined, ...errorFields(event.error) }),
      };
    case "execution-paused":
      return { level: "info", message: "an execution was paused", fields: {} };
    case "execution-resumed":
      return { level: "info", message: "an execution goes on", fields: {} };
    case "execution-stood":
      return { level: "warn", message: "an execution waits for a person", fields: {} };
    case "cancel-requested":
      return { level: "info", message: "an execution is to be cancelled", fields: { reason: event.reason } };
    case "call-failed":
      return event.retryAtMs === undefined ? undefined : retried(event, event.retryAtMs);
    case "call-in-doubt":
      return {
        level: "warn",
        message: "nobody knows whether a call took effect",
        fields: { call: callId(event.call), ...errorFields(event.error) },
      };
    case "step-failed":
      return { level: "warn", message: "a step has failed", fields: { step: event.step, ...errorFields(event.error) } };
    default:
      return undefined;
  }
}

function retried({ call, error, atMs }: ExecutionEvent & { readonly type: "call-failed" }, retryAtMs: number): ExecutionLine {
  const fields = { call: callId(call), retry_in_ms: Math.max(0, retryAtMs - atMs), ...errorFields(error) };
  return { level: "warn", message: "a call is repeated", fields };
}

function errorFields(error: CallError | undefined): JsonObject {
  if (error === undefined) return {};
  const { kind, server, tool, replica, attempt } = error;
  return defined({ error: kind, server, tool, replica, attempt });
}

/** A change that still stands although it should not is for somebody to look at now. */
function levelOf(outcome: Outcome): LogLevel {
  switch (outcome) {
    case "completed":
    case "cancelled":
      return "info";
    case "rollback_failed":
      return "error";
    case "partial_success":
    case "validation_failed":
    case "failed":
    case "failed_with_rollback":
      return "warn";
  }
}
