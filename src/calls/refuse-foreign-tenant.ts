import type { CallOutcome } from "../model/call.ts";
import type { AuditLog } from "../ports/audit.ts";
import { recordDenied } from "./audit-entry.ts";
import type { CallOnItsWay, CallStage } from "./call-stage.ts";
import { refused } from "./not-sent.ts";

/** As servers spell it: `tenant`, `tenant_id`, `tenantId`. */
const TENANT_ARGUMENT = /^tenant(?:[_-]?id)?$/i;

/** Refuses calls whose arguments name another tenant than the one that they are made for. Null names none. */
export function refuseForeignTenant(audit: AuditLog | undefined): CallStage {
  return (call, next) => {
    const { tenant } = call.meta;
    const { input } = call.request;
    if (tenant === undefined) return next(call);
    const foreign = Object.keys(input).find((key) => TENANT_ARGUMENT.test(key) && input[key] !== null && input[key] !== tenant);
    return foreign === undefined ? next(call) : refuse(call, foreign, audit);
  };
}

async function refuse(call: CallOnItsWay, argument: string, audit: AuditLog | undefined): Promise<CallOutcome> {
  const reason = `Cross-tenant access denied: the argument "${argument}" does not name the tenant for which the call is made`;
  const fault = await recordDenied(audit, call, { action: "tenant", reason });
  const message = fault === undefined ? reason : `${reason} (and ${fault})`;
  return refused(call.request, { kind: "denied", message, detail: { code: "tenant.invalid", argument } });
}
