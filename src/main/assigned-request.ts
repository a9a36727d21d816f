import type { OfferedTask } from "../cluster/cluster-message.ts";
import { readCallMeta } from "../envelope-server/read-call-meta.ts";
import type { CallRequest } from "../model/call.ts";

/**
 * The request of a task that a hub has assigned: as its engine would have made it here, so that the same call has the same
 * key, trace and place in its execution on every machine.
 *
 * @throws EnvelopeInvalidError - what came beside the arguments is no context of a call
 */
export function assignedRequest({ taskId, serviceName, tool, arguments: input, meta: beside, timeoutMs }: OfferedTask): CallRequest {
  const { meta, idempotencyKey = taskId } = readCallMeta(beside);
  const { "dev.tutti/execution": execution, "dev.tutti/workflow": workflow, "dev.tutti/call": call, "dev.tutti/attempt": attempt } = beside;
  return {
    executionId: typeof execution === "string" ? execution : idempotencyKey,
    ...(typeof workflow === "string" ? { workflowId: workflow } : {}),
    call: { step: typeof call === "string" ? call : tool },
    attempt: Number.isSafeInteger(attempt) && Number(attempt) > 0 ? Number(attempt) : 1,
    server: serviceName,
    tool,
    input,
    // The hub has filled them in.
    secrets: [],
    // What the hub knows of its effect did not come along: it is sent once, and the hub decides about another time.
    effect: "once",
    timeoutMs,
    idempotencyKey,
    meta,
    permissions: [],
  };
}
