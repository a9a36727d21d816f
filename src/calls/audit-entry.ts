import { defined } from "../base/defined.ts";
import { callId } from "../model/call.ts";
import type { AuditEntry } from "../model/audit.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { CallOnItsWay } from "./call-stage.ts";

/** What every entry about a call says of it: who asked, and which call of which execution it is. */
export function entryAbout({ request, meta }: CallOnItsWay): Omit<AuditEntry, "action" | "decision"> {
  const { executionId, workflowId, call, attempt, server, tool } = request;
  return {
    call: callId(call),
    attempt,
    server,
    tool,
    ...defined({
      executionId: workflowId === undefined ? undefined : executionId,
      workflowId,
      tenant: meta.tenant,
      userId: meta.security?.userId,
      onBehalfOf: meta.onBehalfOf?.originalUser,
      requestId: meta.requestId,
      traceId: meta.tracing?.traceId,
    }),
  };
}

/** Records that something about a call was denied; gives a sentence when that could not be recorded. */
export async function recordDenied(
  audit: AuditLog | undefined,
  call: CallOnItsWay,
  what: Pick<AuditEntry, "action" | "reason" | "details">,
): Promise<string | undefined> {
  try {
    await audit?.record({ ...what, decision: "denied", ...entryAbout(call) });
    return undefined;
  } catch (error) {
    return `the audit log cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}
