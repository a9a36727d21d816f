import { hash } from "node:crypto";
import type { JsonObject } from "../base/json.ts";
import { callId, type CallRequest } from "../model/call.ts";
import type { Connections } from "../ports/connections.ts";
import type { NextStage } from "./call-stage.ts";

/** The end of the path: hands the call to the connection of its server. */
export function sendToServer(connections: Connections): NextStage {
  return async ({ request, gate, signal }) => {
    const { server, tool, input, timeoutMs } = request;
    return await connections.call({ server, tool, arguments: input, meta: metaOf(request), timeoutMs }, gate, signal);
  };
}

/**
 * What travels beside the arguments (`params._meta`): W3C trace context without a prefix, ours under one. One trace
 * for each execution, one span for each attempt.
 */
function metaOf(request: CallRequest): JsonObject {
  const id = callId(request.call);
  const traceId = hash("sha256", request.executionId).slice(0, 32);
  const spanId = hash("sha256", `${request.idempotencyKey}#${request.attempt}`).slice(0, 16);
  return {
    traceparent: `00-${traceId}-${spanId}-01`,
    "dev.tutti/idempotency-key": request.idempotencyKey,
    "dev.tutti/execution": request.executionId,
    "dev.tutti/workflow": request.workflowId,
    "dev.tutti/call": id,
    "dev.tutti/attempt": request.attempt,
  };
}
