import { TuttiError } from "../model/errors.ts";
import type { AuditLog } from "../ports/audit.ts";
import type { Journal } from "../ports/journal.ts";
import { missingExecutionEntry } from "./missing-execution-entry.ts";
import type { Caller } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface FindExecutionPorts {
  readonly journal: Pick<Journal, "find">;
  readonly audit: AuditLog;
}

/**
 * Finds the execution whose id is this or begins so. For a verified caller only the executions of its tenant exist.
 *
 * @throws TuttiError `execution.not-found`; `usage` when several begin so
 */
export async function findExecution(prefix: string, { journal, audit }: FindExecutionPorts, caller: Caller): Promise<string> {
  const tenant = visibleTenant(caller);
  const [first, ...others] = await journal.find(prefix, tenant);
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) throw new TuttiError("usage", `several executions begin with "${prefix}": ${[first, ...others].join(", ")}`, {});
  // Recorded in both cases, so that not even the time tells whether there is something to hide.
  if (tenant !== undefined)
    await audit.record(missingExecutionEntry(caller, { prefix, isForeign: (await journal.find(prefix)).length > 0 }));
  throw new TuttiError("execution.not-found", `no execution has the id "${prefix}"`, { executionId: prefix });
}
