import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import { callId } from "../model/call.ts";
import type { CallOnItsWay } from "./call-stage.ts";

/** What every line of the log about a call says of it, so that lines that belong together can be found. */
export function logFields({ request, meta }: CallOnItsWay): JsonObject {
  const { executionId, workflowId, call, attempt, server, tool } = request;
  return defined({
    execution_id: workflowId === undefined ? undefined : executionId,
    workflow_id: workflowId,
    call: callId(call),
    attempt,
    request_id: meta.requestId,
    trace_id: meta.tracing?.traceId,
    span_id: meta.tracing?.spanId,
    server,
    tool,
  });
}
