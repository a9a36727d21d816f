import type { ListInterruptedExecutionsInput, ListInterruptedExecutionsOutput } from "../contract/list-interrupted-executions.ts";
import type { ExecutionReport, ExecutionSummary } from "../model/execution.ts";
import type { Journal } from "../ports/journal.ts";
import type { OperationContext } from "./operation-context.ts";
import { visibleTenant } from "./visible-tenant.ts";

export interface ListInterruptedExecutionsPorts {
  readonly journal: Pick<Journal, "unfinished" | "summary">;
  /** Whether some process drives it. */
  readonly driven: (executionId: string) => boolean | Promise<boolean>;
  readonly report: (executionId: string) => Promise<ExecutionReport>;
}

/** Lists what could go on if somebody drove it. Children go on with their root. */
export async function listInterruptedExecutions(
  { includeWaiting = false, limit = Infinity }: ListInterruptedExecutionsInput,
  ports: ListInterruptedExecutionsPorts,
  { caller }: OperationContext,
): Promise<ListInterruptedExecutionsOutput> {
  const tenant = visibleTenant(caller);
  const executions: ExecutionSummary[] = [];
  for (const id of await ports.journal.unfinished()) {
    if (executions.length >= limit) break;
    const summary = await ports.journal.summary(id);
    if (summary === undefined || !mayGoOn(summary, tenant)) continue;
    if ((await ports.driven(id)) || (!includeWaiting && (await ports.report(id)).needsPerson)) continue;
    executions.push(summary);
  }
  return { executions };
}

function mayGoOn(summary: ExecutionSummary, tenant: string | undefined): boolean {
  if (summary.parentId !== undefined || summary.status === "paused") return false;
  return tenant === undefined || summary.tenant === tenant;
}
