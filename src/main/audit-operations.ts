import { getAuditHead } from "../contract/get-audit-head.ts";
import { queryAudit } from "../contract/query-audit.ts";
import { verifyAudit } from "../contract/verify-audit.ts";
import { isTuttiError } from "../model/errors.ts";
import { ADMIN_PERMISSION } from "../model/permissions.ts";
import { getAuditHead as handleGetHead } from "../operations/get-audit-head.ts";
import { queryAudit as handleQuery } from "../operations/query-audit.ts";
import { requirePermission } from "../operations/require-permission.ts";
import type { PermissionPorts } from "../operations/require-permission.ts";
import type { AuditLog, AuditReader } from "../ports/audit.ts";
import type { OperationTable } from "./operation-table.ts";

export interface AuditPorts extends PermissionPorts {
  readonly reader: AuditReader;
}

/** Adds what can be asked about the audit log, whether or not there is a journal. */
export function addAuditOperations(table: OperationTable, ports: AuditPorts): OperationTable {
  const asking = { ...ports, audit: unlessUnwritable(ports.audit) };
  return table
    .add(queryAudit, (input, context) => handleQuery(input, ports, context))
    .add(verifyAudit, async (input, { caller }) => {
      await requirePermission({ permission: ADMIN_PERMISSION, operation: verifyAudit.name }, asking, caller);
      return await ports.reader.verify(input);
    })
    .add(getAuditHead, async (_, { caller }) => {
      await requirePermission({ permission: ADMIN_PERMISSION, operation: getAuditHead.name }, asking, caller);
      return await handleGetHead(ports);
    });
}

/** Takes what was allowed also where nothing can be written: a log that somebody has changed must be open to being looked at. */
function unlessUnwritable(audit: AuditLog): AuditLog {
  return {
    async record(entry) {
      try {
        await audit.record(entry);
      } catch (error) {
        if (entry.decision === "denied" || !isTuttiError(error)) throw error;
      }
    },
  };
}
