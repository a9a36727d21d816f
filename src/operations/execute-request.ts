import { defined } from "../base/defined.ts";
import type { ExecuteRequestInput } from "../contract/execute-request.ts";
import type { StartExecutionOutput } from "../contract/start-execution.ts";
import { readRequest, refusalOfEnvelope } from "../contract/read-request.ts";
import { decodeEnvelope } from "../envelope/envelope-codec.ts";
import type { Meta } from "../envelope/meta.ts";
import { errorPolicyOf } from "../envelope/normalize-error-policy.ts";
import { isTuttiError } from "../model/errors.ts";
import type { StartExecutionPorts } from "./start-execution.ts";
import { startWorkflow } from "./start-execution.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import type { Caller, OperationContext } from "./operation-context.ts";
import { requestMeta } from "./request-meta.ts";

/**
 * Starts the workflow that an envelope asks for, or finds the execution that an earlier envelope with the same request
 * id has started.
 *
 * @throws TuttiError `envelope.invalid`, `tenant.invalid`, and as `startExecution`
 */
export async function executeRequest(
  input: ExecuteRequestInput,
  ports: StartExecutionPorts,
  { signal, caller }: OperationContext,
): Promise<StartExecutionOutput> {
  try {
    const { meta, data } = readRequest(decodeEnvelope(input.envelope));
    const key = requestKey(meta, data.operation);
    const start = {
      meta: await certainMeta(meta, caller, ports),
      errorPolicy: (own: Parameters<typeof errorPolicyOf>[1]) => errorPolicyOf(meta, own),
    };
    const { workflow, lockedTools } = input;
    const execution = { workflow, inputs: data.parameters, ...defined({ requestKey: key, lockedTools }) };
    return await startWorkflow(execution, start, ports, signal);
  } catch (error) {
    throw refusalOfEnvelope(error);
  }
}

/** What a request says of its sender is dropped or refused, and is in the audit log either way. */
async function certainMeta(given: Meta, caller: Caller, { source, audit }: StartExecutionPorts): Promise<Meta> {
  const about = { ...auditEntryOf(caller), ...defined({ requestId: given.requestId }), decision: "denied" as const };
  try {
    const meta = requestMeta(given, caller.identity, source);
    if (given.security !== undefined || given.onBehalfOf !== undefined) {
      const reason = "the request says who asks, and only a token is believed: its claims were dropped";
      await audit.record({ ...about, action: "claims", reason });
    }
    return meta;
  } catch (error) {
    if (isTuttiError(error)) await audit.record({ ...about, action: "tenant", reason: error.message });
    throw error;
  }
}

/** A request that is sent twice starts one execution. One without an id is a new one each time. */
function requestKey({ requestId, childRequestId, correlationContext }: Meta, operation: string): string | undefined {
  // An id of the sender that is no UUID was put there when the envelope was read.
  const external = correlationContext?.["external_id"];
  const id = childRequestId ?? requestId ?? (typeof external === "string" ? `external/${external.slice(0, 100)}` : undefined);
  return id === undefined ? undefined : `request/${operation.slice(0, 60)}/${id}`;
}
