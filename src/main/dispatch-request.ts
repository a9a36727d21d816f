import type { OperationClient } from "../client/operation-client.ts";
import { executeRequest } from "../contract/execute-request.ts";
import { getResponse } from "../contract/get-response.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import { workflowFor } from "../contract/workflow-for.ts";
import type { WorkflowSource } from "../contract/workflow-source.ts";
import { decodeEnvelope, encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { withPayload, workflowResponse } from "../envelope/payload-codec.ts";
import type { WorkflowRequest, WorkflowResponse } from "../envelope/payloads.ts";

/**
 * Runs the workflow of the operation that a request names, and answers when it has ended or stands still.
 *
 * @throws TuttiError `operation.unknown`, and as the operation `execute_request`
 */
export async function dispatchRequest(
  envelope: Envelope<WorkflowRequest>,
  operations: Readonly<Record<string, WorkflowSource>>,
  client: OperationClient,
  signal: AbortSignal,
): Promise<Envelope<WorkflowResponse>> {
  const workflow = workflowFor(envelope.data?.operation ?? "", operations);
  const { executionId } = await client.call(executeRequest, { envelope: encodeEnvelope(envelope), workflow }, { signal });
  await client.call(watchExecution, { executionId }, { signal });
  const response = await client.call(getResponse, { executionId }, { signal });
  return withPayload(decodeEnvelope(response.envelope), workflowResponse);
}
