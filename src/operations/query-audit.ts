import { defined } from "../base/defined.ts";
import type { QueryAuditInput } from "../contract/query-audit.ts";
import type { AuditPage } from "../model/audit.ts";
import { TuttiError } from "../model/errors.ts";
import type { AuditLog, AuditReader } from "../ports/audit.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import { entryForTenant } from "./missing-execution-entry.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface QueryAuditPorts {
  readonly reader: Pick<AuditReader, "query">;
  readonly audit: AuditLog;
}

const LIMIT = 50;

/**
 * Looks things up in the audit log; for a verified caller only what is about its own tenant.
 *
 * @throws TuttiError `tenant.invalid` - it asks for another one
 */
export async function queryAudit(
  input: QueryAuditInput,
  { reader, audit }: QueryAuditPorts,
  { caller }: Pick<OperationContext, "caller">,
): Promise<AuditPage> {
  const own = visibleTenant(caller);
  if (own !== undefined && input.tenant !== undefined && input.tenant !== own) {
    const reason = `the audit log of the tenant "${input.tenant}" was asked for`;
    await audit.record({ ...auditEntryOf(caller), action: "tenant", decision: "denied", operation: "query_audit", reason });
    throw new TuttiError("tenant.invalid", `only entries of the tenant "${own}" can be seen`, { tenant: input.tenant });
  }
  const page = await reader.query({ ...input, ...defined({ tenant: own ?? input.tenant }), limit: input.limit ?? LIMIT });
  return own === undefined ? page : { ...page, entries: page.entries.map(entryForTenant) };
}
