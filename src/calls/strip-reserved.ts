import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { AuditLog } from "../ports/audit.ts";
import { recordDenied } from "./audit-entry.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";
import { refused } from "./not-sent.ts";

/** Arguments under which context reaches servers that want it there. What a caller writes there is no context. */
const RESERVED: ReadonlySet<string> = new Set(["_context", "_security", "_tracing", "_meta", "_security_context", "_qollective_context"]);

/**
 * Takes the reserved keys out of the arguments, so that nobody can claim to be somebody else; the call goes on without
 * them. Servers differ in how they compare names, so the case does not matter.
 */
export function stripReserved(audit: AuditLog | undefined): CallStage {
  return (call, next) => {
    const claimed = Object.keys(call.request.input).filter((key) => key.startsWith("_") && RESERVED.has(key.toLowerCase()));
    return claimed.length === 0 ? next(call) : strip(call, next, claimed, audit);
  };
}

async function strip(call: CallOnItsWay, next: NextStage, claimed: readonly string[], audit: AuditLog | undefined): Promise<CallOutcome> {
  const reason = `reserved arguments were taken out: ${claimed.join(", ")}`;
  const fault = await recordDenied(audit, call, { action: "claims", reason, details: { arguments: claimed } });
  if (fault !== undefined) return refused(call.request, { kind: "denied", message: `${reason}, and ${fault}` });
  return await next({ ...call, request: without(call.request, new Set(claimed)) });
}

function without(request: CallRequest, keys: ReadonlySet<unknown>): CallRequest {
  return {
    ...request,
    input: Object.fromEntries(Object.entries(request.input).filter(([key]) => !keys.has(key))),
    secrets: request.secrets.filter(({ path }) => !keys.has(path[0])),
  };
}
