import type { AuditLog } from "../ports/audit.ts";
import { recordDenied } from "./audit-entry.ts";
import type { CallStage } from "./call-stage.ts";
import { refused } from "./not-sent.ts";

const TENANT_ARGUMENTS = ["tenant", "tenant_id"] as const;

/** Refuses calls whose arguments name another tenant than the one that they are made for. Null names none. */
export function refuseForeignTenant(audit: AuditLog | undefined): CallStage {
  return async (call, next) => {
    const { tenant } = call.meta;
    const { input } = call.request;
    if (tenant === undefined) return await next(call);
    const foreign = TENANT_ARGUMENTS.find((key) => Object.hasOwn(input, key) && input[key] !== null && input[key] !== tenant);
    if (foreign === undefined) return await next(call);
    const reason = `Cross-tenant access denied: the argument "${foreign}" does not name "${tenant}", the tenant of the call`;
    const fault = await recordDenied(audit, call, { action: "tenant", reason });
    const message = fault === undefined ? reason : `${reason} (and ${fault})`;
    return refused(call.request, { kind: "denied", message, detail: { code: "tenant.invalid", argument: foreign } });
  };
}
